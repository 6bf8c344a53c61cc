/**
 * What a destination Secret shall be, and whether it may be written at all. Secrets that we create are ours whole,
 * except for labels and annotations that others put there; Secrets that we are lent (`create: false`) keep everything
 * but their data. Judges metadata and digests, never values.
 */

import type { Destination } from '../../api/shared.ts';
import { type Fault, refused, waiting } from '../../runtime/fault.ts';
import { isLegalName } from '../identity/references.ts';
import { ANNOTATION_PREFIX, OWNER_UID_LABEL, type Ownership, ownershipOf } from './ownership.ts';
import type { SecretDigest, SecretFrame } from './secret.ts';
import { type FrameWorld, lentFrame, ownedFrame, sameFrame } from './secret-frame.ts';

export type { Destination } from '../../api/shared.ts';

export interface DestinationWorld extends FrameWorld {
  /** Of the data that the Secret shall hold, see secretMac. */
  readonly mac: string;
}

/** `recreate`: the type cannot be changed in place, so delete exactly `over`, then create. */
export type DestinationPlan =
  | { readonly kind: 'create'; readonly frame: SecretFrame }
  | {
      readonly kind: 'replace';
      readonly frame: SecretFrame;
      readonly over: SecretDigest;
      readonly why: 'data' | 'metadata' | 'adopted';
    }
  | { readonly kind: 'recreate'; readonly frame: SecretFrame; readonly over: SecretDigest }
  | { readonly kind: 'keep'; readonly existing: SecretDigest }
  | { readonly kind: 'refuse'; readonly fault: Fault };

/** Kubernetes fills Secrets of these types with credentials of its own. */
const MINTING_TYPES: ReadonlySet<string> = new Set([
  'kubernetes.io/service-account-token',
  'bootstrap.kubernetes.io/token',
]);

export function planDestination(world: DestinationWorld): DestinationPlan {
  const fault = specFault(world.destination) ?? takeoverFault(world);
  if (fault) return { kind: 'refuse', fault };
  const { existing, destination, marks } = world;
  if (!existing) return { kind: 'create', frame: ownedFrame(world) };
  const frame = destination.create ? ownedFrame(world) : lentFrame(existing, marks);
  return planOver(world, existing, frame);
}

/** Faults that can be seen without looking at any Secret. */
function specFault(destination: Destination): Fault | undefined {
  const field = illegalField(destination);
  if (field) return refused('InvalidSpec', field).fault;
  if (!destination.create || !MINTING_TYPES.has(destination.type ?? '')) return undefined;
  return refused(
    'SecretTypeRefused',
    `spec.destination.type ${destination.type} makes Kubernetes mint a token; use another type`,
  ).fault;
}

function illegalField({ name, labels, annotations }: Destination): string | undefined {
  if (!isLegalName(name)) return 'spec.destination.name is no legal name of a Secret';
  if (Object.hasOwn(labels ?? {}, OWNER_UID_LABEL))
    return `spec.destination.labels must not set ${OWNER_UID_LABEL}, which says whose the Secret is; remove it`;
  const ours = Object.keys(annotations ?? {}).some((key) => key.startsWith(ANNOTATION_PREFIX));
  if (!ours) return undefined;
  return `spec.destination.annotations must not set keys below ${ANNOTATION_PREFIX}, which are the operator's; remove them`;
}

/** May this Secret be written by this object? */
function takeoverFault({ existing, destination, owner }: DestinationWorld): Fault | undefined {
  if (!existing) return destination.create ? undefined : missing(destination.name);
  const ownership = ownershipOf(existing, owner);
  if (ownership === 'ours') return undefined;
  if (MINTING_TYPES.has(existing.type)) return minted(existing);
  if (ownership === 'sibling') return conflict(existing, 'belongs to another object of ours');
  return destination.create
    ? adoptionFault(existing, ownership, destination.overwrite)
    : loanFault(existing, ownership);
}

/** The earlier object of the same name is gone, so its Secret is adopted before it is collected. */
function adoptionFault(
  existing: SecretDigest,
  ownership: Exclude<Ownership, 'ours' | 'sibling'>,
  overwrite: boolean,
): Fault | undefined {
  if (ownership === 'controlled') return conflict(existing, 'is owned by another controller');
  if (ownership === 'predecessor' || overwrite) return undefined;
  return conflict(existing, 'was not made for this object', ' or set spec.destination.overwrite');
}

/** With `create: false` whoever wrote the object says that the Secret is for us to fill. */
function loanFault(existing: SecretDigest, ownership: Ownership): Fault | undefined {
  if (ownership !== 'predecessor') return undefined;
  return conflict(existing, 'is being removed with an earlier object of this name');
}

function missing(name: string): Fault {
  return waiting(
    'DestinationMissing',
    `Secret ${name} of spec.destination.name does not exist; create it or set spec.destination.create`,
  ).fault;
}

function minted(existing: SecretDigest): Fault {
  return refused(
    'SecretTypeRefused',
    `Secret ${existing.name} of spec.destination.name has the type ${existing.type}, which Kubernetes fills itself; choose another name`,
  ).fault;
}

/** Waiting, not refused: it also ends when the other Secret goes. */
function conflict(existing: SecretDigest, because: string, otherwise = ''): Fault {
  return waiting(
    'DestinationConflict',
    `Secret ${existing.name} of spec.destination.name ${because}; choose another name${otherwise}`,
  ).fault;
}

function planOver(
  world: DestinationWorld,
  over: SecretDigest,
  frame: SecretFrame,
): DestinationPlan {
  const sameData = over.mac === world.mac;
  if (sameData && sameFrame(over, frame)) return { kind: 'keep', existing: over };
  if (over.immutable)
    return { kind: 'refuse', fault: conflict(over, 'is immutable', ' or delete the Secret') };
  if (over.type !== frame.type) return { kind: 'recreate', frame, over };
  const adopted = world.destination.create && ownershipOf(over, world.owner) !== 'ours';
  if (adopted) return { kind: 'replace', frame, over, why: 'adopted' };
  return { kind: 'replace', frame, over, why: sameData ? 'metadata' : 'data' };
}
