/**
 * Logging in: one prover per method makes the body, everything else is the same for all. Never repeated inside:
 * a login whose reply was lost left a token behind, which ends by its TTL.
 */
import { createHash } from 'node:crypto';
import type {
  KubernetesLogin,
  Login,
  LoginSource,
  TokenLogin,
  VaultIdentity,
} from '../api/vault-exchange.ts';
import type { Clock } from '../runtime/clock.ts';
import { faultOf } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import type { VaultCall } from './call.ts';
import { tokenLoginOf } from './envelope.ts';
import { loginFault } from './faults.ts';
import type { VaultHttp } from './http.ts';
import type { LoginBook } from './login-book.ts';
import { mountPath } from './paths.ts';

/** What proves to Vault who we are. */
interface Proof {
  /** Of the login request. */
  readonly body: Sealed<Readonly<Record<string, string>>>;
  /** Of what was in the login's source. */
  readonly sourceDigest?: string;
}

export type Prover = (login: Login, signal: AbortSignal) => Promise<Proof>;

export interface LoginContext {
  readonly http: VaultHttp;
  readonly clock: Clock;
  readonly prover: Prover;
  readonly book: LoginBook;
}

/** Where the provers find what they present. */
export interface ProofSources {
  /** A fresh token of the service account (TokenRequest). */
  readonly requestToken: (
    wish: Omit<KubernetesLogin, 'method' | 'role'>,
    signal: AbortSignal,
  ) => Promise<Sealed<string>>;
  /** What is in the source now. Throws LoginSourceInvalid. */
  readonly valueOf: (source: LoginSource, signal: AbortSignal) => Promise<Sealed<string>>;
}

/** A new member of Login does not compile until it has its proof here. */
export function proverFrom({ requestToken, valueOf }: ProofSources): Prover {
  return async (login, signal) => {
    switch (login.method) {
      case 'kubernetes': {
        const token = await requestToken(login, signal);
        return { body: token.map((jwt) => ({ role: login.role, jwt })) };
      }
      case 'jwt': {
        const { role, token } = login;
        const isFresh = token.kind === 'serviceAccount';
        const value = await (isFresh ? requestToken(token, signal) : valueOf(token, signal));
        const body = value.map((jwt) => ({ role, jwt }));
        return isFresh ? { body } : { body, sourceDigest: digestOf(value) };
      }
      case 'appRole': {
        const value = await valueOf(login.secretId, signal);
        const body = value.map((id) => ({ role_id: login.roleId, secret_id: id }));
        return { body, sourceDigest: digestOf(value) };
      }
      case 'cert':
        return { body: seal(login.role === '' ? {} : { name: login.role }) };
    }
  };
}

/** By which a later value is told from this one; kept in memory only. */
export function digestOf(value: Sealed<string>): string {
  return createHash('sha256').update(value.open()).digest('hex');
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
  const { body, sourceDigest } = await context.prover(identity.login, signal);
  const path = `auth/${mountPath(identity.mount)}/login`;
  const call: VaultCall = {
    operation: 'login',
    route: 'auth/:mount/login',
    endpoint: identity.endpoint,
    namespace: identity.namespace,
    method: 'POST',
    path,
    body,
    headers: identity.loginHeaders,
  };
  const reply = await context.http.call(call, signal);
  if (reply.status !== 200) throw loginFault(call, reply, identity.login.method);
  return { ...tokenLoginOf(call, reply), ...(sourceDigest !== undefined && { sourceDigest }) };
}
