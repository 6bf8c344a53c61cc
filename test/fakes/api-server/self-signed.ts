/** A certificate for loopback made without any tool: EC P-256, self-signed, its own authority. For servers in tests and the sandbox only. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { certificate } from '../x509.ts';

export interface KeyAndCert {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

/** Epoch ms. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

export function selfSigned(commonName = 'localhost', validity: Validity = LONG): KeyAndCert {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = certificate({
    subject: { commonName },
    issuer: { commonName },
    publicKey,
    signingKey: privateKey,
    issuerKey: publicKey,
    serial: randomBytes(8),
    ...validity,
    isAuthority: true,
    names: { dns: ['localhost'], ips: ['127.0.0.1', '::1'] },
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, cert: `${cert}\n` };
}

/** 2020 to 2100: virtual clocks and real ones alike. */
const LONG: Validity = { notBefore: Date.UTC(2020, 0, 1), notAfter: Date.UTC(2100, 0, 1) };
