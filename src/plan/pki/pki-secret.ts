/**
 * What a certificate needs next: the questions of every credential (credential/next-act.ts), and before them those that
 * only a certificate brings. One that nobody has on record, because VSO wrote it or the ledger was lost, is kept: it
 * gets a mark in its Secret, then a record. What the object wants done with it later is on record too.
 */
import { type CredentialPlan, planCredential, planRenewal } from '../credential/next-act.ts';
import type { CredentialWorld } from '../credential/world.ts';

export type PkiPlan =
  | CredentialPlan
  | { readonly kind: 'mark' }
  | { readonly kind: 'record'; readonly revision: string }
  | { readonly kind: 'note'; readonly revision: string };

/** A certificate in the Secret that no record tells of and that is what the object asks for. */
export type Unrecorded =
  | { readonly kind: 'unmarked' }
  | { readonly kind: 'marked'; revision: string };

export interface PkiWorld {
  readonly credential: CredentialWorld;
  readonly unrecorded: Unrecorded | undefined;
  /** Records that say otherwise than the object what is to be done with a certificate, or as whom. */
  readonly outdated: readonly string[];
}

export function planPki(world: PkiWorld): PkiPlan {
  return (
    planRenewal(world.credential) ??
    keepUnrecorded(world) ??
    note(world) ??
    planCredential(world.credential)
  );
}

function keepUnrecorded({ unrecorded }: PkiWorld): PkiPlan | undefined {
  if (!unrecorded) return undefined;
  return unrecorded.kind === 'unmarked'
    ? { kind: 'mark' }
    : { kind: 'record', revision: unrecorded.revision };
}

function note({ outdated: [revision] }: PkiWorld): PkiPlan | undefined {
  return revision === undefined ? undefined : { kind: 'note', revision };
}

interface MarkFacts {
  readonly revision: string;
  readonly intact: boolean;
  readonly leased: boolean;
}

export interface UnrecordedFacts {
  readonly generation: number;
  readonly status: {
    readonly serialNumber?: string;
    readonly lastGeneration?: number;
    readonly secretMAC?: string;
  };
  /** Of the Secret: its MAC, what its mark says, and the serial number of the certificate in it. */
  readonly mac: string;
  readonly mark: MarkFacts | undefined;
  readonly serial: string | undefined;
}

/**
 * Only while the object is as it was when the certificate was written: what it was issued from is not known, and a
 * change may ask for another. And only when the Secret is as it was written.
 */
export function judgeUnrecorded(facts: UnrecordedFacts): Unrecorded | undefined {
  const { generation, status, mac, mark, serial } = facts;
  if (status.lastGeneration !== generation || !serial) return undefined;
  if (status.serialNumber?.toLowerCase() !== serial) return undefined;
  if (mark) return keeps(mark) ? { kind: 'marked', revision: mark.revision } : undefined;
  const isUntouched = !status.secretMAC || status.secretMAC === mac;
  return isUntouched ? { kind: 'unmarked' } : undefined;
}

/** One with a lease dies with a token that nobody knows any more: it is replaced while it lives. */
function keeps({ intact, leased }: MarkFacts): boolean {
  return intact && !leased;
}
