/** Tokens of service accounts by TokenRequest: bound to an audience, short-lived, and never kept. */
import { CoreV1Api } from '@kubernetes/client-node';
import { FaultError } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import { isObjectMissing } from './faults.ts';
import type { Transport } from './transport.ts';

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
  const body = { spec: { audiences: [...audiences], expirationSeconds } };
  const api = transport.typed(CoreV1Api, signal, { repeatable: true });
  try {
    const { status } = await api.createNamespacedServiceAccountToken({ namespace, name, body });
    return seal(given(status?.token));
  } catch (thrown) {
    if (isObjectMissing(thrown, name)) throw notFound(wish);
    throw thrown;
  }
}

function given(token: string | undefined): string {
  if (token !== undefined && token !== '') return token;
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
