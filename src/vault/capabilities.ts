/** What a token may do at a path, by its own question: Vault's default policy allows every token to ask. */
import type { SecretRequest, TokenAccess } from '../api/vault-exchange.ts';
import { seal } from '../runtime/sealed.ts';
import type { VaultCall } from './call.ts';
import { invalidAnswer, statusFault } from './faults.ts';
import type { VaultHttp } from './http.ts';

/** In the Vault namespace of the request. */
export async function ownCapabilities(
  http: VaultHttp,
  access: TokenAccess,
  { path, namespace }: SecretRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const call: VaultCall = {
    operation: 'read',
    route: 'sys/capabilities-self',
    endpoint: access.endpoint,
    namespace,
    token: access.token,
    method: 'POST',
    path: 'sys/capabilities-self',
    body: seal({ paths: [path] }),
  };
  const reply = await http.call(call, signal);
  if (reply.status !== 200) throw statusFault(call, reply);
  const words = wordsIn(reply.json?.open()['data'], path);
  if (!words) throw invalidAnswer(call, 'names no capabilities');
  return words;
}

function wordsIn(data: unknown, path: string): readonly string[] | undefined {
  const words: unknown = Object(data)[path];
  return Array.isArray(words) ? words.map(String) : undefined;
}
