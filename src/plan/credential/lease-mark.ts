/**
 * The annotation that ties a leased Secret to its ledger record: which revision it holds and what was granted.
 * It is signed for one object, so neither an edit nor a copy to another Secret makes us renew or give back someone
 * else's lease. Holds a lease id, never a token or a value.
 */
import { type MacKey, purposeMac, sameMac } from '../secret/mac.ts';
import { ANNOTATION_PREFIX } from '../secret/ownership.ts';

/** `issuedAt` is epoch ms, taken before the credential was asked for. */
export interface LeaseMark {
  readonly revision: string;
  /** "" when the answer had no lease. */
  readonly leaseId: string;
  readonly issuedAt: number;
  readonly ttlMs: number;
  readonly renewable: boolean;
}

/** What a mark is bound to. */
interface MarkBond {
  /** uid of the custom resource. */
  readonly uid: string;
  /** The Secret's MAC, see secretMac. */
  readonly mac: string;
}

export const LEASE_ANNOTATION = `${ANNOTATION_PREFIX}lease`;

/**
 * absent  - no mark
 * foreign - not written by us for this object
 * genuine - ours; `intact` when the data beside it is what it was written with
 */
export type MarkReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'genuine'; readonly mark: LeaseMark; readonly intact: boolean };

/** What the annotation holds: the mark, a code of the data, and a code over all of it and the object's uid. */
interface SignedMark extends LeaseMark {
  readonly data: string;
  readonly mac: string;
}

/** The annotations to write with the data. */
export function writeMark(
  key: MacKey,
  mark: LeaseMark,
  bond: MarkBond,
): Readonly<Record<string, string>> {
  const { revision, leaseId, issuedAt, ttlMs, renewable } = mark;
  const data = dataCode(key, bond.mac);
  const unsigned = { revision, leaseId, issuedAt, ttlMs, renewable, data };
  const mac = signature(key, { ...unsigned, mac: '' }, bond.uid);
  return { [LEASE_ANNOTATION]: JSON.stringify({ ...unsigned, mac }) };
}

export function readMark(
  key: MacKey,
  annotations: Readonly<Record<string, string>>,
  bond: MarkBond,
): MarkReading {
  const text = annotations[LEASE_ANNOTATION];
  if (text === undefined) return { kind: 'absent' };
  const signed = parsed(text);
  if (!signed || !sameMac(signed.mac, signature(key, signed, bond.uid))) return { kind: 'foreign' };
  const { revision, leaseId, issuedAt, ttlMs, renewable } = signed;
  const intact = sameMac(signed.data, dataCode(key, bond.mac));
  return { kind: 'genuine', mark: { revision, leaseId, issuedAt, ttlMs, renewable }, intact };
}

/** A code of its own, so that the annotation does not repeat what the status of the object says. */
function dataCode(key: MacKey, mac: string): string {
  return purposeMac(key, 'lease-mark', JSON.stringify(['data', mac]));
}

function signature(key: MacKey, mark: SignedMark, uid: string): string {
  const { revision, leaseId, issuedAt, ttlMs, renewable, data } = mark;
  const fields = ['mark', uid, revision, leaseId, issuedAt, ttlMs, renewable, data];
  return purposeMac(key, 'lease-mark', JSON.stringify(fields));
}

function parsed(text: string): SignedMark | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isSignedMark(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const SHAPE: Readonly<Record<keyof SignedMark, string>> = {
  revision: 'string',
  leaseId: 'string',
  issuedAt: 'number',
  ttlMs: 'number',
  renewable: 'boolean',
  data: 'string',
  mac: 'string',
};

function isSignedMark(value: unknown): value is SignedMark {
  const fields: Readonly<Record<string, unknown>> = Object(value);
  return Object.entries(SHAPE).every(([name, type]) => typeof fields[name] === type);
}
