/** Who an object is at Vault and what it asks there, by kind; for what logs in only through others, how far it resolves. */
import type { SecretRequest, VaultIdentity } from '../api/vault-exchange.ts';
import type { ReferenceSight } from '../plan/explain/explain-facts.ts';
import { settleAuth } from '../plan/identity/auth.ts';
import { pkiRequest } from '../plan/pki/pki-request.ts';
import { dynamicRequest, staticRequest } from '../plan/secret/request.ts';
import { authWorld, identityOf, type ResolveDeps } from '../reconcile/access/identity.ts';
import { checked } from '../reconcile/load.ts';
import type { StoredObject } from '../reconcile/ports.ts';
import type { Fault } from '../runtime/fault.ts';
import type { View } from './ports.ts';
import { resolve } from './resolve.ts';

/** What resolving an object came to. */
export interface Login {
  readonly identity: VaultIdentity | Fault | undefined;
  readonly request: SecretRequest | undefined;
  readonly references: readonly ReferenceSight[];
}

type Ask = (deps: ResolveDeps) => Pick<Login, 'identity' | 'request'>;

/** Throws the fault of a specification that is refused. */
export async function loginOf(
  view: View,
  settings: ResolveDeps['settings'],
  stored: StoredObject,
): Promise<Login> {
  const ask = askOf(stored);
  if (!ask) return { identity: undefined, request: undefined, references: [] };
  const { result, references } = await resolve(view, settings, ask);
  if ('reason' in result) return { identity: result, request: undefined, references };
  return { ...result, references };
}

function askOf(stored: StoredObject): Ask | undefined {
  switch (stored.kind) {
    case 'VaultStaticSecret': {
      const object = checked(stored.kind, stored);
      return (deps) => {
        const identity = identityOf(deps, object);
        return { identity, request: staticRequest(identity, object.spec) };
      };
    }
    case 'VaultDynamicSecret': {
      const object = checked(stored.kind, stored);
      return (deps) => {
        const identity = identityOf(deps, object);
        return { identity, request: dynamicRequest(identity, object.spec) };
      };
    }
    case 'VaultPKISecret': {
      const object = checked(stored.kind, stored);
      return (deps) => {
        const identity = identityOf(deps, object);
        return { identity, request: pkiRequest(identity, object.spec) };
      };
    }
    case 'VaultAuth': {
      const object = checked(stored.kind, stored);
      return (deps) => {
        settleAuth(object, authWorld(deps));
        return { identity: undefined, request: undefined };
      };
    }
    default:
      return undefined;
  }
}
