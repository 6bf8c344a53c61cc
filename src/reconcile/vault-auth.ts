/**
 * The story of a VaultAuth: resolve what it refers to, say what is wrong with it by naming the field, and pass on how
 * the last real login went. It never logs in just to see. What its logins were made from is looked at now and again,
 * so that a token whose source changed or went goes back.
 */
import type { VaultAuth } from '../api/vault-auth.ts';
import { type LoginSource, sourceOf } from '../api/vault-exchange.ts';
import { authFindings, settleAuth } from '../plan/auth.ts';
import { summariseAuth } from '../plan/connection-status.ts';
import { type Finding, warningOf } from '../plan/hardening.ts';
import { nameOf } from '../plan/references.ts';
import type { Next, Outcome, ReconcileContext } from '../runtime/controller.ts';
import type { Fault } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import { around, spreadOf } from '../runtime/spread.ts';
import { STARTING } from './connections.ts';
import type { Deps } from './deps.ts';
import { authWorld } from './identity.ts';
import { checked } from './load.ts';
import type { StoredObject } from './ports.ts';
import { caught, finish } from './report.ts';

/** How soon a changed secret id or token is seen without a call for each refresh. */
const SOURCES_MS = 60_000;

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
  const { keyPrefix, findings, readsSource, fault: invalid } = settle(deps, stored, context);
  forgetLogins(deps, ref, keyPrefix);
  if (readsSource) await forgetChangedSources(deps, ref, context);
  const fault = invalid ?? deps.authHealth.lastLogin(nameOf(ref))?.fault;
  const summary = summariseAuth({
    isValid: !invalid,
    fault,
    usesGlobal: usesGlobal(stored),
    warning: warningOf(findings),
  });
  const fields = { valid: !invalid, error: invalid?.message ?? '' };
  const report = { stored, summary, fields, events: [], fault };
  const next = readsSource ? nextLook(deps, stored) : {};
  const outcome = await finish(deps, report, next, context);
  return invalid || !fault || fault.reason === STARTING ? outcome : { kind: 'settled', ...next };
}

function nextLook({ clock }: Deps, { metadata }: StoredObject): Next {
  return { nextAt: clock.now() + around(SOURCES_MS, 0.1, spreadOf(metadata.uid)) };
}

/** Tokens of logins that the object no longer stands for go back to Vault: all but those whose key begins so. */
function forgetLogins(deps: Deps, ref: Ref, keyPrefix?: string): void {
  deps.reads.forget(
    ({ authName, key }) =>
      authName === nameOf(ref) && (keyPrefix === undefined || !key.startsWith(keyPrefix)),
  );
}

/** A source that cannot be read for once is still what it was. */
async function forgetChangedSources(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<void> {
  for (const source of deps.reads.sourcesOf(nameOf(ref))) {
    try {
      forgetOthers(deps, ref, source, await deps.loginSources.digestOf(source, context.signal));
    } catch (thrown) {
      const { reason, message } = caught(thrown, context);
      context.observer.log('warn', 'the source of a login cannot be read', { reason, message });
    }
  }
}

function forgetOthers(deps: Deps, ref: Ref, source: LoginSource, digest: string | undefined): void {
  const place = JSON.stringify(source);
  deps.reads.forget(
    ({ authName, login }, made) =>
      authName === nameOf(ref) &&
      JSON.stringify(sourceOf(login)) === place &&
      made !== undefined &&
      made !== digest,
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
