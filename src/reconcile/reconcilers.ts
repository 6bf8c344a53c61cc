/** Which reconciler tells the story of which kind. */
import type { KindName } from '../api/kinds.ts';
import type { Outcome, Reconcile, ReconcileContext } from '../runtime/controller.ts';
import type { Ref } from '../runtime/ref.ts';
import { reconcileAuth } from './access/vault-auth.ts';
import { reconcileConnection } from './access/vault-connection.ts';
import { LEDGER_RECORD, reconcileRetiring } from './credential/give-back.ts';
import { GIVE_BACK_PAUSE, reconcilePause } from './credential/give-back-pause.ts';
import { reconcilePausedCredential } from './credential/paused.ts';
import type { Deps } from './deps.ts';
import { withoutInheritedFinalizers } from './inherited-finalizers.ts';
import { reconcileDynamic } from './leased/dynamic-secret.ts';
import { reconcilePausedDynamic } from './leased/paused.ts';
import { unlessPaused } from './paused.ts';
import { reconcilePki } from './pki/pki-secret.ts';
import { reconcileStatic } from './static-secret.ts';
import { reconcileAuthGlobal, reconcileTransformation } from './without-behaviour.ts';

type Story = (deps: Deps, ref: Ref, context: ReconcileContext) => Promise<Outcome>;

export function reconcilersOf(
  deps: Deps,
): Readonly<Record<KindName | typeof LEDGER_RECORD | typeof GIVE_BACK_PAUSE, Reconcile>> {
  const told =
    (story: Story): Reconcile =>
    (ref, context) =>
      story(deps, ref, context);
  const of = (reconcile: Reconcile) => withoutInheritedFinalizers(deps, reconcile);
  return {
    VaultConnection: of(told(reconcileConnection)),
    VaultAuth: of(told(reconcileAuth)),
    VaultAuthGlobal: of(told(reconcileAuthGlobal)),
    VaultStaticSecret: of(unlessPaused(deps, told(reconcileStatic))),
    VaultDynamicSecret: of(unlessPaused(deps, told(reconcileDynamic), reconcilePausedDynamic)),
    VaultPKISecret: of(unlessPaused(deps, told(reconcilePki), reconcilePausedCredential)),
    SecretTransformation: of(told(reconcileTransformation)),
    [LEDGER_RECORD]: told(reconcileRetiring),
    [GIVE_BACK_PAUSE]: (_, context) => reconcilePause(deps, context),
  };
}
