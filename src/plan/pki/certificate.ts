/**
 * What a certificate says of itself, and when it is due for replacement. Due is always before the end: jitter only
 * brings it forward, and a missed instant is overdue at once, because it is an instant and no timer. Knows nothing of
 * trust: whether anybody accepts the certificate is for those who use it.
 */
import { X509Certificate } from 'node:crypto';
import { safetyMargin } from '../credential/lease.ts';

/** Epoch ms. */
export interface CertificateFacts {
  /** As Vault prints it: pairs of hexadecimal digits, with colons. */
  readonly serial: string;
  readonly validFrom: number;
  readonly endsAt: number;
}

/** The first certificate in PEM, or in DER as base64; undefined when there is none. */
export function readCertificate(text: string): CertificateFacts | undefined {
  const [first] = certificatesIn(text);
  if (first === undefined) return undefined;
  try {
    const certificate = new X509Certificate(first);
    return {
      serial: serialOf(certificate.serialNumber),
      validFrom: certificate.validFromDate.getTime(),
      endsAt: certificate.validToDate.getTime(),
    };
  } catch {
    return undefined;
  }
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** All certificates of a text, in PEM and in order; keys among them are passed over. */
export function certificatesIn(text: string): readonly string[] {
  if (text.includes('-----')) return text.match(BLOCK) ?? [];
  return text === '' ? [] : [pem('CERTIFICATE', text)];
}

/** Base64 of DER as PEM. */
export function pem(label: string, base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}

/** From when we have it to its end. A certificate is valid from before that, as Vault allows for clocks that differ. */
export interface CertificateLife {
  readonly issuedAt: number;
  readonly endsAt: number;
}

/** Without an expiryOffset. */
const DUE_SHARE = 2 / 3;
/** Of the time until due, by which certificates are spread. */
const JITTER = 0.05;
/** Nothing is due in the first twentieth of its life, so that no offset makes a busy loop. */
const EARLIEST = 0.05;

/** Epoch ms. `spread` in [0, 1); an offset of 0 is none. */
export function certificateDue(life: CertificateLife, offsetMs: number, spread: number): number {
  const { issuedAt, endsAt } = life;
  const lifeMs = endsAt - issuedAt;
  const wanted = offsetFits(life, offsetMs) ? endsAt - offsetMs : issuedAt + lifeMs * DUE_SHARE;
  const latest = Math.min(wanted, endsAt - safetyMargin(lifeMs));
  const spreadOut = latest - spread * JITTER * (latest - issuedAt);
  return Math.floor(Math.max(issuedAt + lifeMs * EARLIEST, spreadOut));
}

/** One that is as long as the certificate lives asks for what cannot be. */
export function offsetFits({ issuedAt, endsAt }: CertificateLife, offsetMs: number): boolean {
  return offsetMs > 0 && offsetMs < endsAt - issuedAt;
}

/** However somebody wrote it: digits of either case, colons or not. */
function serialOf(text: string): string {
  const digits = text.replaceAll(':', '').toLowerCase();
  return (digits.match(/.{1,2}/g) ?? []).join(':');
}
