/**
 * The story of a VaultAuth: resolve what it refers to, say what is wrong with it by naming the field, and pass on how
 * the last real login went. It never logs in just to see. What its logins were made from is looked at now and again,
 * so that a token whose source changed or went goes back.
 */
import type { VaultAuth } from '../../api/vault-auth.ts';
import { sourceOf } from '../../api/vault-exchange.ts';
import { authFindings, settleAuth } from '../../plan/identity/auth.ts';
import { summariseAuth } from '../../plan/identity/connection-status.ts';
import { type Finding, warningOf } from '../../plan/identity/hardening.ts';
import { nameOf } from '../../plan/identity/references.ts';
import type { Next, Outcome, ReconcileContext } from '../../runtime/controller.ts';
import type { Fault } from '../../runtime/fault.ts';
import type { Ref } from '../../runtime/ref.ts';
import { around, spreadOf } from '../../runtime/spread.ts';
import type { Deps } from '../deps.ts';
import { checked } from '../load.ts';
import type { StoredObject } from '../ports.ts';
import { caught, finish } from '../report.ts';
import { authWorld } from './identity.ts';
import { forgetChangedSources, SOURCES_MS } from './login-sources.ts';

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
  const settled = settle(deps, stored, context);
  forgetLogins(deps, ref, settled.keyPrefix);
  if (!settled.readsSource) return conclude(deps, stored, settled, {}, context);
  await forgetChangedSources(deps, nameOf(ref), context);
  const nextAt = deps.clock.now() + around(SOURCES_MS, 0.1, spreadOf(stored.metadata.uid));
  return conclude(deps, stored, settled, { nextAt }, context);
}

/** A failed login is tried again by whoever needs it, not by us. */
async function conclude(
  deps: Deps,
  stored: StoredObject,
  { findings, fault: invalid }: Settled,
  next: Next,
  context: ReconcileContext,
): Promise<Outcome> {
  const fault = invalid ?? deps.authHealth.lastLogin(nameOf(stored.metadata))?.fault;
  const warning = warningOf(findings);
  const facts = { isValid: !invalid, fault, usesGlobal: usesGlobal(stored), warning };
  const fields = { valid: !invalid, error: invalid?.message ?? '' };
  const report = { stored, summary: summariseAuth(facts), fields, events: [], fault };
  const outcome = await finish(deps, report, next, context);
  return invalid ? outcome : { kind: 'settled', ...next };
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
  readonly findings: readonly Finding[];
  /** Its logins are made from a Secret or a file. */
  readonly readsSource: boolean;
}

function settle(deps: Deps, stored: StoredObject, context: ReconcileContext): Settled {
  try {
    const auth: VaultAuth = checked('VaultAuth', stored);
    const world = authWorld(deps);
    const settled = settleAuth(auth, world);
    const login = settled.login(auth.metadata.namespace);
    return {
      keyPrefix: settled.keyPrefix,
      findings: authFindings(settled, world),
      readsSource: sourceOf(login) !== undefined,
    };
  } catch (thrown) {
    return { fault: caught(thrown, context), findings: [], readsSource: false };
  }
}

function usesGlobal({ spec }: StoredObject): boolean {
  return Object(spec).vaultAuthGlobalRef !== undefined;
}
