/**
 * The story of a VaultAuth: resolve what it refers to, say what is wrong with it by naming the field, and pass on how
 * the last real login went. It never logs in just to see.
 */
import type { VaultAuth } from '../api/vault-auth.ts';
import { settleAuth } from '../plan/auth.ts';
import { summariseAuth } from '../plan/connection-status.ts';
import { nameOf } from '../plan/references.ts';
import type { Outcome, ReconcileContext } from '../runtime/controller.ts';
import type { Fault } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import { STARTING } from './connections.ts';
import type { Deps } from './deps.ts';
import { authWorld } from './identity.ts';
import { checked } from './load.ts';
import type { StoredObject } from './ports.ts';
import { caught, finish } from './report.ts';

export async function reconcileAuth(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const stored = deps.store.get(ref);
  if (!stored) {
    forgetLogins(deps, ref);
    return { kind: 'settled' };
  }
  await deps.objects.stripFinalizers(stored, context.signal);
  const { keyPrefix, fault: invalid } = settle(deps, stored, context);
  forgetLogins(deps, ref, keyPrefix);
  const fault = invalid ?? deps.authHealth.lastLogin(nameOf(ref))?.fault;
  const summary = summariseAuth({ isValid: !invalid, fault, usesGlobal: usesGlobal(stored) });
  const fields = { valid: !invalid, error: invalid?.message ?? '' };
  const report = { stored, summary, fields, events: [] };
  if (fault?.reason === STARTING || !fault) return finish(deps, { ...report, fault }, {}, context);
  return withoutRetry(await finish(deps, { ...report, fault }, {}, context), invalid);
}

/** A failed login is tried again by whoever needs it, not by us. */
function withoutRetry(outcome: Outcome, invalid: Fault | undefined): Outcome {
  return invalid ? outcome : { kind: 'settled' };
}

/** Tokens of logins that the object no longer stands for go back to Vault: all but those whose key begins so. */
function forgetLogins(deps: Deps, ref: Ref, keyPrefix?: string): void {
  deps.reads.forget(
    ({ authName, key }) =>
      authName === nameOf(ref) && (keyPrefix === undefined || !key.startsWith(keyPrefix)),
  );
}

interface Settled {
  readonly keyPrefix?: string;
  readonly fault?: Fault;
}

function settle(deps: Deps, stored: StoredObject, context: ReconcileContext): Settled {
  try {
    const auth: VaultAuth = checked('VaultAuth', stored);
    const { keyPrefix } = settleAuth(auth, authWorld(deps));
    return { keyPrefix };
  } catch (thrown) {
    return { fault: caught(thrown, context) };
  }
}

function usesGlobal({ spec }: StoredObject): boolean {
  return Object(spec).vaultAuthGlobalRef !== undefined;
}
