/**
 * Secrets and files that logins were made from: looked at once a minute for all who share a token, so that no refresh
 * asks Kubernetes. A token whose source changed or went goes back, and whoever needs one logs in anew.
 */
import { type LoginSource, sourceOf } from '../../api/vault-exchange.ts';
import type { ReconcileContext } from '../../runtime/controller.ts';
import type { Deps } from '../deps.ts';
import { caught } from '../report.ts';

/** How soon a changed secret id or token is seen. */
export const SOURCES_MS = 60_000;

/** `authName`: "namespace/name" of the VaultAuth. A source that cannot be read for once is still what it was. */
export async function forgetChangedSources(
  deps: Deps,
  authName: string,
  context: ReconcileContext,
): Promise<void> {
  for (const source of deps.reads.sourcesOf(authName)) {
    try {
      const digest = await deps.loginSources.digestOf(source, context.signal);
      forgetOthers(deps, authName, source, digest);
    } catch (thrown) {
      const { reason, message } = caught(thrown, context);
      context.observer.log('warn', 'the source of a login cannot be read', { reason, message });
    }
  }
}

function forgetOthers(
  deps: Deps,
  authName: string,
  source: LoginSource,
  digest: string | undefined,
): void {
  const place = JSON.stringify(source);
  deps.reads.forget(
    (identity, made) =>
      identity.authName === authName &&
      JSON.stringify(sourceOf(identity.login)) === place &&
      made !== undefined &&
      made !== digest,
  );
}
