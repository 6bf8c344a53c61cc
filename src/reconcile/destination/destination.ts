/**
 * Brings the destination Secret to where it shall be, by one write: create, or replace with the resourceVersion that
 * was judged. Who may write, and what, is decided in plan/secret/destination.ts.
 */
import {
  type Destination,
  type DestinationPlan,
  planDestination,
} from '../../plan/secret/destination.ts';
import type { Owner, SecretData, SecretDigest } from '../../plan/secret/secret.ts';
import { FaultError, faultOf } from '../../runtime/fault.ts';
import type { Sealed } from '../../runtime/sealed.ts';
import type { Deps } from '../deps.ts';

export interface Wish {
  readonly owner: Owner;
  readonly destination: Destination;
  readonly data: Sealed<SecretData>;
  /** VSO's MAC of the data. */
  readonly mac: string;
  readonly marks: Readonly<Record<string, string>>;
}

export interface DestinationOutcome {
  readonly digest: SecretDigest;
  readonly change: 'none' | 'created' | 'data' | 'metadata' | 'adopted' | 'recreated';
}

/** What we know of the Secret without a call, or by one: Secrets that are not ours carry no label and are not watched. */
export async function findSecret(
  deps: Deps,
  namespace: string,
  destination: Destination,
  signal: AbortSignal,
): Promise<SecretDigest | undefined> {
  if (destination.create) return deps.secrets.watched(namespace, destination.name);
  return readLive(deps, namespace, destination.name, signal);
}

export async function readLive(
  deps: Deps,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<SecretDigest | undefined> {
  return (await deps.secrets.read(namespace, name, signal))?.digest;
}

/** Throws the fault when the Secret may not be written, or changed under our hands. */
export async function writeDestination(
  deps: Deps,
  wish: Wish,
  existing: SecretDigest | undefined,
  signal: AbortSignal,
): Promise<DestinationOutcome> {
  const { owner, destination, mac, marks } = wish;
  const plan = planDestination({ owner, destination, existing, mac, marks });
  return carryOut(deps, plan, wish, existing, signal);
}

/**
 * As writeDestination, but looks again once when the Secret is not what the watch said: for data that can be written
 * at any time, because it is read from Vault anew.
 */
export async function syncDestination(
  deps: Deps,
  { owner, destination }: Pick<Wish, 'owner' | 'destination'>,
  wishOver: (existing: SecretDigest | undefined) => Wish,
  signal: AbortSignal,
): Promise<DestinationOutcome> {
  const known = await findSecret(deps, owner.namespace, destination, signal);
  try {
    return await writeDestination(deps, wishOver(known), known, signal);
  } catch (thrown) {
    if (faultOf(thrown).reason !== 'KubernetesConflict') throw thrown;
    const live = await readLive(deps, owner.namespace, destination.name, signal);
    return writeDestination(deps, wishOver(live), live, signal);
  }
}

/** Secrets that we made for this object under an earlier name. Each is removed only as the one we know. */
export async function removeLeftovers(
  deps: Deps,
  owner: Owner,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  for (const digest of deps.secrets.ownedBy(owner.uid)) {
    if (digest.namespace === owner.namespace && digest.name !== name)
      await deps.secrets.remove(digest, signal);
  }
}

async function carryOut(
  deps: Deps,
  plan: DestinationPlan,
  { data }: Wish,
  existing: SecretDigest | undefined,
  signal: AbortSignal,
): Promise<DestinationOutcome> {
  switch (plan.kind) {
    case 'refuse':
      throw new FaultError(plan.fault);
    case 'keep':
      if (!existing) throw new Error('a Secret that does not exist cannot be kept');
      return { digest: existing, change: 'none' };
    case 'create':
      return {
        digest: await deps.secrets.create({ ...plan.frame, data }, signal),
        change: 'created',
      };
    case 'replace':
      return {
        digest: await deps.secrets.replace({ ...plan.frame, data }, plan.over, signal),
        change: plan.why,
      };
    case 'recreate':
      await deps.secrets.remove(plan.over, signal);
      return {
        digest: await deps.secrets.create({ ...plan.frame, data }, signal),
        change: 'recreated',
      };
  }
}

/** The Secret is not what was judged any more: the next look judges anew. */
export function changedMeanwhile(name: string): FaultError {
  const message = `Secret ${name} was changed meanwhile`;
  return new FaultError({ kind: 'transient', reason: 'KubernetesConflict', message });
}
