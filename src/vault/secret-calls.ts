/** Reading or writing one secret under a token: the only calls whose path a user chooses. */
import type { SecretAnswer, SecretRequest, TokenAccess } from '../api/vault-exchange.ts';
import { seal } from '../runtime/sealed.ts';
import type { VaultCall } from './call.ts';
import { secretAnswerOf } from './envelope.ts';
import type { VaultHttp } from './http.ts';
import { sourcePath } from './paths.ts';

/** One call, never repeated here. Throws SourcePathRefused before anything is sent. */
export async function askSecret(
  http: VaultHttp,
  access: TokenAccess,
  request: SecretRequest,
  signal: AbortSignal,
): Promise<SecretAnswer> {
  const call: VaultCall = {
    operation: request.method === 'GET' ? 'read' : 'write',
    route: ':secret',
    endpoint: access.endpoint,
    namespace: request.namespace,
    token: access.token,
    method: request.method,
    path: sourcePath(request.path, request.namesBelow),
    ...(request.query === undefined ? {} : { query: request.query }),
    ...(request.method === 'GET' ? {} : { body: seal(request.body ?? {}) }),
  };
  return secretAnswerOf(call, await http.call(call, signal));
}
