/** Certificates (RFC 5280), built and signed: what they say is given, who may ask for them is not known here. */
import { createHash, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { bits, der, integer, octets, oid, pem, sequence, set, TRUE, time, utf8 } from './der.ts';

export interface Names {
  readonly dns?: readonly string[];
  readonly emails?: readonly string[];
  readonly uris?: readonly string[];
  readonly ips?: readonly string[];
}

export interface CertificateWish {
  readonly subject: Subject;
  readonly issuer: Subject;
  readonly publicKey: KeyObject;
  /** Of the issuer: EC. */
  readonly signingKey: KeyObject;
  readonly issuerKey: KeyObject;
  /** Of a number that is not negative. */
  readonly serial: Uint8Array;
  /** Epoch ms. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isAuthority: boolean;
  readonly names?: Names;
}

export interface Subject {
  readonly commonName: string;
  readonly userIds?: readonly string[];
}

/** In PEM, without a line end. */
export function certificate(wish: CertificateWish): string {
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(wish.serial),
    ECDSA_SHA256,
    nameOf(wish.issuer),
    sequence(time(wish.notBefore), time(wish.notAfter)),
    nameOf(wish.subject),
    spki(wish.publicKey),
    der(0xa3, sequence(...extensions(wish))),
  );
  const signature = bits(sign('sha256', content, wish.signingKey));
  return pem('CERTIFICATE', sequence(content, ECDSA_SHA256, signature));
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

function nameOf({ commonName, userIds = [] }: Subject): Buffer {
  const parts = [
    ...userIds.map((id) => ['0.9.2342.19200300.100.1.1', id] as const),
    ...(commonName === '' ? [] : [['2.5.4.3', commonName] as const]),
  ];
  return sequence(...parts.map(([type, value]) => set(sequence(oid(type), utf8(value)))));
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function extensions({ isAuthority, publicKey, issuerKey, names = {} }: CertificateWish): Buffer[] {
  const alternatives = alternativesOf(names);
  return [
    extension('2.5.29.15', isAuthority ? AUTHORITY_USAGE : LEAF_USAGE, true),
    extension('2.5.29.19', isAuthority ? sequence(TRUE) : sequence(), true),
    ...(isAuthority ? [] : [extension('2.5.29.37', SERVER_AND_CLIENT)]),
    extension('2.5.29.14', octets(keyId(publicKey))),
    extension('2.5.29.35', sequence(der(0x80, keyId(issuerKey)))),
    ...(alternatives.length > 0 ? [extension('2.5.29.17', sequence(...alternatives))] : []),
  ];
}

/** digitalSignature, keyCertSign and cRLSign; digitalSignature, keyEncipherment and keyAgreement. */
const AUTHORITY_USAGE = bits(Buffer.from([0x86]), 1);
const LEAF_USAGE = bits(Buffer.from([0xa8]), 3);
const SERVER_AND_CLIENT = sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'));

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [TRUE] : []), octets(value));
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key)).digest();
}

function alternativesOf({ dns = [], emails = [], uris = [], ips = [] }: Names): Buffer[] {
  const texts = (tag: number, values: readonly string[]) =>
    values.map((value) => der(tag, Buffer.from(value)));
  return [
    ...texts(0x81, emails),
    ...texts(0x82, dns),
    ...texts(0x86, uris),
    ...ips.map((ip) => der(0x87, addressOf(ip))),
  ];
}

function addressOf(ip: string): Buffer {
  if (isIP(ip) === 4) return Buffer.from(ip.split('.').map(Number));
  const [head = '', tail = ''] = ip.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const [left, right] = [groups(head), groups(tail)];
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  const all = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
}
