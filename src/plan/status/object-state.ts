/**
 * An object as its status tells of it, for whoever looks at all of them at once: is it ready, why not and since when,
 * and when does what it keeps in its Secret end. Reads status as it was stored, by us or by an earlier operator, so
 * nothing in it is taken for granted, and every word it gives is from a closed set.
 */
import type { ConditionType } from '../../api/conditions.ts';
import { isObject } from '../../api/normal-form.ts';
import type { ObjectMeta } from '../../api/object.ts';
import { isReason, type Reason } from '../../api/reasons.ts';
import { readInstant } from '../../runtime/instant.ts';
import { endOf, type Span, safetyMargin } from '../credential/lease.ts';

export interface ToldObject {
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly status?: unknown;
}

export interface Readiness {
  readonly ready: 'true' | 'false' | 'unknown';
  /** Other: not one of our words. Pending: nobody has judged the object yet. */
  readonly reason: Reason | 'Other' | 'Pending';
  /** Epoch ms; undefined while it is ready, and while somebody wants it to rest. */
  readonly notReadySince: number | undefined;
}

/**
 * living  - nothing to worry about
 * closing - nearer to its end than the safety margin: a successor should be in place by now
 * ended   - what is in the Secret works no more
 */
type CredentialPhase = 'living' | 'closing' | 'ended';

export function readinessOf({ metadata, status }: ToldObject): Readiness {
  const condition = conditionIn(status, 'Ready');
  if (!condition) {
    const since = instantOf(metadata.creationTimestamp);
    return { ready: 'unknown', reason: 'Pending', notReadySince: since };
  }
  const ready = READY[String(condition['status'])] ?? 'unknown';
  return {
    ready,
    reason: wordOf(condition['reason']),
    notReadySince:
      ready === 'true' || isPaused(status) ? undefined : instantOf(condition['lastTransitionTime']),
  };
}

export function isPaused(status: unknown): boolean {
  return conditionIn(status, 'Paused')?.['status'] === 'True';
}

/** The lease or the certificate in the Secret; undefined when it holds neither. */
export function credentialOf({ kind, status }: ToldObject): Span | undefined {
  if (!isObject(status)) return undefined;
  if (kind === 'VaultDynamicSecret') return leaseIn(status);
  return kind === 'VaultPKISecret' ? certificateIn(status) : undefined;
}

export function phaseOf(credential: Span, now: number): CredentialPhase {
  const left = endOf(credential) - now;
  if (left <= 0) return 'ended';
  return left <= safetyMargin(credential.ttlMs) ? 'closing' : 'living';
}

const READY: Readonly<Record<string, Readiness['ready']>> = { True: 'true', False: 'false' };

function leaseIn(status: Fields): Span | undefined {
  const lease = status['secretLease'];
  if (!isObject(lease) || lease['id'] === '') return undefined;
  return spanOf(msOf(status['lastRenewalTime']), msOf(lease['duration']));
}

function certificateIn(status: Fields): Span | undefined {
  const issuedAt = msOf(status['lastRotation']);
  return spanOf(issuedAt, msOf(status['expiration']) - issuedAt);
}

function spanOf(askedAt: number, ttlMs: number): Span | undefined {
  return askedAt > 0 && ttlMs > 0 ? { askedAt, ttlMs } : undefined;
}

/** Of whole seconds; 0 for anything else. */
function msOf(seconds: unknown): number {
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1000 : 0;
}

function wordOf(reason: unknown): Readiness['reason'] {
  return typeof reason === 'string' && isReason(reason) ? reason : 'Other';
}

function instantOf(text: unknown): number | undefined {
  return typeof text === 'string' ? readInstant(text) : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function conditionIn(status: unknown, wanted: ConditionType): Fields | undefined {
  const conditions = isObject(status) ? status['conditions'] : undefined;
  if (!Array.isArray(conditions)) return undefined;
  return conditions.filter(isObject).find(({ type }) => type === wanted);
}
