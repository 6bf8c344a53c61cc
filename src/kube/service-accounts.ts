/** Tokens of service accounts by TokenRequest: bound to an audience, short-lived, and never kept. */
import { FaultError } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import { isObjectMissing } from './faults.ts';
import { SERVICE_ACCOUNTS } from './routes.ts';
import type { Transport } from './transport.ts';
import { isRecord } from './wire.ts';

export interface TokenWish {
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
  /** Empty means the API server's own. */
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

/** Throws ServiceAccountNotFound, naming the namespace that was searched. A token more harms nobody, so a lost reply is asked for again. */
export async function requestToken(
  transport: Transport,
  wish: TokenWish,
  signal: AbortSignal,
): Promise<Sealed<string>> {
  const { namespace, name } = wish.serviceAccount;
  const { audiences, expirationSeconds } = wish;
  const spec = { expirationSeconds, ...(audiences.length > 0 && { audiences }) };
  const call = {
    verb: 'create',
    route: SERVICE_ACCOUNTS,
    namespace,
    name,
    subresource: 'token',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
  } as const;
  try {
    const { json } = await transport.raw(call, signal, { repeatable: true });
    return seal(tokenIn(json));
  } catch (thrown) {
    if (isObjectMissing(thrown, name)) throw notFound(wish);
    throw thrown;
  }
}

function tokenIn(json: unknown): string {
  const status = isRecord(json) ? json['status'] : undefined;
  const token = isRecord(status) ? status['token'] : undefined;
  if (typeof token === 'string' && token !== '') return token;
  throw new FaultError({
    kind: 'transient',
    reason: 'KubernetesUnavailable',
    message: 'the API server answered a TokenRequest without a token',
  });
}

function notFound({ serviceAccount: { namespace, name } }: TokenWish): FaultError {
  return new FaultError({
    kind: 'waiting',
    reason: 'ServiceAccountNotFound',
    message: `service account ${name} does not exist in namespace ${namespace}, which is searched because the secret is there; create it or correct serviceAccount of the VaultAuth`,
  });
}
