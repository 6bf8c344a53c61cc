/** Which Secrets name an object as their owner, by its uid; kept up to date by changes, so that asking costs nothing. */
import type { SecretDigest } from './secret-digest.ts';
import { type Change, keyOf } from './store.ts';

export class SecretOwners {
  readonly #byUid = new Map<string, Map<string, SecretDigest>>();

  ownedBy(uid: string): readonly SecretDigest[] {
    return [...(this.#byUid.get(uid)?.values() ?? [])];
  }

  note(change: Change<SecretDigest>): void {
    if (change.kind !== 'added') this.#forget(change.was);
    if (change.kind !== 'removed') this.#remember(change.now);
  }

  #remember(digest: SecretDigest): void {
    for (const { uid } of digest.ownerReferences) {
      const owned = this.#byUid.get(uid) ?? new Map<string, SecretDigest>();
      this.#byUid.set(uid, owned.set(keyOf(digest), digest));
    }
  }

  #forget(digest: SecretDigest): void {
    for (const { uid } of digest.ownerReferences) {
      const owned = this.#byUid.get(uid);
      owned?.delete(keyOf(digest));
      if (owned?.size === 0) this.#byUid.delete(uid);
    }
  }
}
