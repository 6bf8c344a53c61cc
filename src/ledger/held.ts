/**
 * Credentials that were issued and not yet written: their values live here and nowhere else, sealed, until the
 * destination carries them. A refused write is retried with them, so that it never costs another issue.
 */
import type { SecretData } from '../plan/secret/secret.ts';
import type { Sealed } from '../runtime/sealed.ts';
import type { RecordLease } from './record.ts';

export interface HeldCredential {
  readonly data: Sealed<SecretData>;
  /** Undefined for a certificate that has none. */
  readonly lease: RecordLease | undefined;
  /** Epoch ms and ms: of the lease, or of the certificate. */
  readonly span: { readonly askedAt: number; readonly ttlMs: number };
  /** Vault's id of the issuing request, for the status. */
  readonly requestId: string;
  /** A write was sent, and may have arrived although it failed here. */
  readonly attempted: boolean;
}

export class Held {
  readonly #held = new Map<string, HeldCredential>();

  put(revision: string, credential: HeldCredential): void {
    this.#held.set(revision, credential);
  }

  get(revision: string): HeldCredential | undefined {
    return this.#held.get(revision);
  }

  drop(revision: string): void {
    this.#held.delete(revision);
  }
}
