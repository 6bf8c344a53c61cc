/** Which reconciler tells the story of which kind. */
import type { KindName } from '../api/kinds.ts';
import type { Reconcile } from '../runtime/controller.ts';
import type { Deps } from './deps.ts';
import { reconcilePausedDynamic, reconcilePausedPki } from './dynamic-paused.ts';
import { reconcileDynamic } from './dynamic-secret.ts';
import { LEDGER_RECORD, reconcileRetiring } from './give-back.ts';
import { GIVE_BACK_PAUSE, reconcilePause } from './give-back-pause.ts';
import { unlessPaused } from './paused.ts';
import { reconcilePki } from './pki-secret.ts';
import { reconcileStatic } from './static-secret.ts';
import { reconcileAuth } from './vault-auth.ts';
import { reconcileConnection } from './vault-connection.ts';
import { reconcileAuthGlobal, reconcileTransformation } from './without-behaviour.ts';

export function reconcilersOf(
  deps: Deps,
): Readonly<Record<KindName | typeof LEDGER_RECORD | typeof GIVE_BACK_PAUSE, Reconcile>> {
  return {
    VaultConnection: (ref, context) => reconcileConnection(deps, ref, context),
    VaultAuth: (ref, context) => reconcileAuth(deps, ref, context),
    VaultAuthGlobal: (ref, context) => reconcileAuthGlobal(deps, ref, context),
    VaultStaticSecret: unlessPaused(deps, (ref, context) => reconcileStatic(deps, ref, context)),
    VaultDynamicSecret: unlessPaused(
      deps,
      (ref, context) => reconcileDynamic(deps, ref, context),
      reconcilePausedDynamic,
    ),
    VaultPKISecret: unlessPaused(
      deps,
      (ref, context) => reconcilePki(deps, ref, context),
      reconcilePausedPki,
    ),
    SecretTransformation: (ref, context) => reconcileTransformation(deps, ref, context),
    [LEDGER_RECORD]: (ref, context) => reconcileRetiring(deps, ref, context),
    [GIVE_BACK_PAUSE]: (_, context) => reconcilePause(deps, context),
  };
}
