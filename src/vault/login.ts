/**
 * Logging in: one prover per method makes the body, everything else is the same for all. Never repeated inside:
 * a login whose reply was lost left a token behind, which ends by its TTL.
 */
import type { KubernetesLogin, Login, TokenLogin, VaultIdentity } from '../api/vault-exchange.ts';
import type { Clock } from '../runtime/clock.ts';
import { faultOf } from '../runtime/fault.ts';
import type { Sealed } from '../runtime/sealed.ts';
import type { VaultCall } from './call.ts';
import { tokenLoginOf } from './envelope.ts';
import { loginFault } from './faults.ts';
import type { VaultHttp } from './http.ts';
import type { LoginBook } from './login-book.ts';
import { mountPath } from './paths.ts';

/** The body of a login request: what proves to Vault who we are. */
type Proof = Sealed<Readonly<Record<string, string>>>;

/** One per method of Login; a new member of the union does not compile until it has its prover here. */
export type Provers = {
  readonly [Method in Login['method']]: (
    login: Extract<Login, { method: Method }>,
    signal: AbortSignal,
  ) => Promise<Proof>;
};

export interface LoginContext {
  readonly http: VaultHttp;
  readonly clock: Clock;
  readonly provers: Provers;
  readonly book: LoginBook;
}

/** For the method "kubernetes"; `requestToken` gives a token of the login's service account (TokenRequest). */
export function kubernetesProver(
  requestToken: (login: KubernetesLogin, signal: AbortSignal) => Promise<Sealed<string>>,
): Provers['kubernetes'] {
  return async (login, signal) => {
    const jwt = await requestToken(login, signal);
    return jwt.map((text) => ({ role: login.role, jwt: text }));
  };
}

/** A new token. Throws LoginDenied when Vault refuses; every outcome is noted under the VaultAuth's name. */
export async function logIn(
  context: LoginContext,
  identity: VaultIdentity,
  signal: AbortSignal,
): Promise<TokenLogin> {
  const at = context.clock.now();
  try {
    const login = await attempt(context, identity, signal);
    context.book.note(identity.authName, { at });
    return login;
  } catch (thrown) {
    const fault = faultOf(thrown);
    // Our own stopping says nothing about the VaultAuth.
    if (fault.reason !== 'Interrupted') context.book.note(identity.authName, { at, fault });
    throw thrown;
  }
}

async function attempt(
  context: LoginContext,
  identity: VaultIdentity,
  signal: AbortSignal,
): Promise<TokenLogin> {
  const { login } = identity;
  const path = `auth/${mountPath(identity.mount)}/login`;
  const call: VaultCall = {
    operation: 'login',
    route: 'auth/:mount/login',
    endpoint: identity.endpoint,
    connection: identity.connectionName,
    namespace: identity.namespace,
    method: 'POST',
    path,
    body: await context.provers[login.method](login, signal),
    headers: identity.loginHeaders,
  };
  const reply = await context.http.call(call, signal);
  if (reply.status !== 200) throw loginFault(call, reply);
  return tokenLoginOf(call, reply);
}
