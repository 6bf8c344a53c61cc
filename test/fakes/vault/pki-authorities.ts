/**
 * The issuers of a PKI mount: roots that it makes, and intermediates whose request another mount signs. Certificates are
 * real, so that any verifier can follow a chain. A request for signing is known by its text alone: nobody else reads it.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { pem } from '../der.ts';
import { certificate } from '../x509.ts';
import { badRequest } from './envelope.ts';
import type { Seeded } from './seeded.ts';

export interface Issuer {
  readonly id: string;
  name: string;
  readonly commonName: string;
  readonly keys: KeyPair;
  readonly certificate: string;
  readonly serial: string;
  /** Of the one above; undefined for a root, and where this mount does not know it. */
  readonly parent: string | undefined;
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Request {
  readonly commonName: string;
  readonly keys: KeyPair;
}

/** Requests of all mounts of one Vault. */
export type Requests = Map<string, Request>;

export interface Signed {
  readonly certificate: string;
  readonly serial: string;
  readonly notAfter: number;
}

export class Authorities {
  readonly #requests: Requests;
  readonly #random: Seeded;
  readonly #issuers: Issuer[] = [];
  readonly #own: Request[] = [];

  constructor(requests: Requests, random: Seeded) {
    this.#requests = requests;
    this.#random = random;
  }

  /** By `default`, id or name. */
  find(ref: string): Issuer | undefined {
    if (ref === 'default') return this.#issuers[0];
    return this.#issuers.find(({ id, name }) => id === ref || name === ref);
  }

  all(): readonly Issuer[] {
    return this.#issuers;
  }

  /** The issuer and those above it, as far as this mount has them. */
  chainOf(issuer: Issuer): readonly Issuer[] {
    const above = issuer.parent === undefined ? undefined : this.find(issuer.parent);
    return above ? [issuer, ...this.chainOf(above)] : [issuer];
  }

  makeRoot(commonName: string, name: string, notBefore: number, notAfter: number): Issuer {
    const keys = ecKeys();
    const own = { commonName, keys };
    const signed = sign(own, own, notBefore, notAfter);
    return this.#add(own, signed, name, undefined);
  }

  /** The text of a request for signing. */
  request(commonName: string): string {
    const request = { commonName, keys: ecKeys() };
    const bytes = request.keys.publicKey.export({ type: 'spki', format: 'der' });
    const text = pem('CERTIFICATE REQUEST', bytes);
    this.#requests.set(text, request);
    this.#own.push(request);
    return text;
  }

  /** Signs a request as an authority below the default issuer. */
  signRequest(text: string, notBefore: number, notAfter: number): Signed {
    const request = this.#requests.get(text.trim());
    const issuer = this.#issuers[0];
    if (!request || !issuer) throw badRequest('certificate request could not be parsed');
    return sign(request, issuer, notBefore, notAfter);
  }

  /** Takes certificates for keys of its own; answers the new issuers. */
  take(bundle: string): readonly Issuer[] {
    const blocks = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return blocks.flatMap((text) => {
      const read = new X509Certificate(text);
      const own = this.#own.find(({ keys }) => read.publicKey.equals(keys.publicKey));
      if (!own) return [];
      const serial = serialText(Buffer.from(read.serialNumber, 'hex'));
      const signed = { certificate: text, serial, notAfter: read.validToDate.getTime() };
      return [this.#add(own, signed, '', undefined)];
    });
  }

  #add({ commonName, keys }: Request, signed: Signed, name: string, parent?: string): Issuer {
    const { certificate: text, serial } = signed;
    const id = this.#random.uuid();
    const issuer = { id, name, commonName, keys, certificate: text, serial, parent };
    this.#issuers.push(issuer);
    return issuer;
  }
}

export function ecKeys(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export function newSerial(): Buffer {
  const bytes = randomBytes(20);
  bytes[0] = (bytes.readUInt8(0) & 0x7f) | 0x40;
  return bytes;
}

/** As Vault prints it. */
export function serialText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function sign(of: Request, issuer: Request, notBefore: number, notAfter: number): Signed {
  const serial = newSerial();
  const text = certificate({
    subject: { commonName: of.commonName },
    issuer: { commonName: issuer.commonName },
    publicKey: of.keys.publicKey,
    signingKey: issuer.keys.privateKey,
    issuerKey: issuer.keys.publicKey,
    serial,
    notBefore,
    notAfter,
    isAuthority: true,
  });
  return { certificate: text, serial: serialText(serial), notAfter };
}
