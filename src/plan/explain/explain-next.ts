/** What the operator does next with an object that is well, and when: by the same arithmetic as the operator's own. */
import { parseDuration } from '../../api/duration.ts';
import { refreshHorizonMs, spreadOf } from '../../runtime/spread.ts';
import { dueAt } from '../credential/lease.ts';
import { certificateDue } from '../pki/certificate.ts';
import type { ExplainedObject } from './explain-facts.ts';

export interface NextAct {
  readonly act: string;
  /** Epoch ms, where it is known. */
  readonly at?: number;
}

/** As far as specification and status tell. Every field is read with doubt: the object may be one that is refused. */
export function nextAct(object: ExplainedObject, now: number): NextAct | undefined {
  const spec: Spec = Object(object.spec);
  switch (object.kind) {
    case 'VaultStaticSecret':
      return refresh(periodOf(spec, spec.hmacSecretData === false ? 0 : 60));
    case 'VaultDynamicSecret':
      return leaseAct(object, now) ?? refresh(periodOf(spec, 0));
    case 'VaultPKISecret':
      return certificateAct(object, now);
    case 'VaultConnection':
      return { act: 'Vault is asked how it is, every minute' };
    case 'VaultAuth':
      return { act: 'it is used for a login when a secret needs one' };
    default:
      return undefined;
  }
}

/** What is read of a specification and a status, as far as it is there. */
interface Spec {
  readonly expiryOffset?: string;
  readonly refreshAfter?: string;
  readonly hmacSecretData?: boolean;
  readonly renewalPercent?: number;
}

interface Status {
  readonly lastRotation?: number;
  readonly expiration?: number;
  readonly secretLease?: {
    readonly id: string;
    readonly duration: number;
    readonly renewable: boolean;
  };
  readonly lastRenewalTime?: number;
  readonly revision?: string;
}

/** VSO's default. */
const RENEWAL_PERCENT = 67;

function leaseAct({ metadata, spec, status }: ExplainedObject, now: number): NextAct | undefined {
  const { secretLease, lastRenewalTime, revision = metadata.uid }: Status = Object(status);
  if (!secretLease?.id || !lastRenewalTime) return undefined;
  const { renewalPercent = RENEWAL_PERCENT }: Spec = Object(spec);
  const span = { askedAt: lastRenewalTime * 1000, ttlMs: secretLease.duration * 1000 };
  const at = dueAt(span, renewalPercent, spreadOf(revision));
  const act = secretLease.renewable ? 'the lease is renewed' : 'a new credential is issued';
  return at > now ? { act, at } : { act: `${act}, which is due` };
}

/** Certificates are spread over a little time before this. */
function certificateAct({ spec, status }: ExplainedObject, now: number): NextAct | undefined {
  const { lastRotation, expiration }: Status = Object(status);
  if (!lastRotation || !expiration) return undefined;
  const { expiryOffset }: Spec = Object(spec);
  const life = { issuedAt: lastRotation * 1000, endsAt: expiration * 1000 };
  const at = certificateDue(life, spanOf(expiryOffset), 0);
  const act = 'a new certificate is issued';
  return at > now ? { act: `${act}, at the latest`, at } : { act: `${act}, which is due` };
}

/** 0: never by itself. */
function periodOf({ refreshAfter }: Spec, otherwiseSeconds: number): number {
  return spanOf(refreshAfter) || otherwiseSeconds * 1000;
}

/** In ms; 0 for what is none. */
function spanOf(duration: string | undefined): number {
  try {
    return duration ? parseDuration(duration) : 0;
  } catch {
    return 0;
  }
}

function refresh(periodMs: number): NextAct {
  if (periodMs === 0) return { act: 'it is read again when this object changes' };
  const [least, most] = [1, 0].map((spread) => refreshHorizonMs(periodMs, spread) / 1000);
  return { act: `Vault is read again ${least} to ${most} s after the last time` };
}
