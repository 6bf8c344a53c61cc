/**
 * A certificate for loopback made without any tool: EC P-256, self-signed, its own authority. For servers in tests
 * and the sandbox only; written as DER by hand because Node signs but does not build certificates (RFC 5280).
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface KeyAndCert {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

export function selfSigned(commonName = 'localhost'): KeyAndCert {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    name,
    VALIDITY,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...EXTENSIONS)),
  );
  const cert = sequence(content, ECDSA_SHA256, bits(sign('sha256', content, privateKey)));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(cert) };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const long =
    body.length > 255 ? [0x82, body.length >> 8, body.length & 255] : [0x81, body.length];
  const length = body.length < 128 ? [body.length] : long;
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function set(...parts: Buffer[]): Buffer {
  return der(0x31, ...parts);
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function bits(bytes: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), bytes);
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, der(0x04, value));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));

/** 2020 to 2100: virtual clocks and real ones alike. */
const VALIDITY = sequence(
  der(0x17, Buffer.from('200101000000Z')),
  der(0x18, Buffer.from('21000101000000Z')),
);

const ALTERNATIVE_NAMES = sequence(
  der(0x82, Buffer.from('localhost')),
  der(0x87, Buffer.from([127, 0, 0, 1])),
  der(0x87, Buffer.from([...Array<number>(15).fill(0), 1])),
);

/** basicConstraints CA, keyUsage digitalSignature and keyCertSign, subjectAltName. */
const EXTENSIONS = [
  extension('551d13', sequence(der(0x01, Buffer.from([0xff]))), true),
  extension('551d0f', der(0x03, Buffer.from([2, 0x84])), true),
  extension('551d11', ALTERNATIVE_NAMES),
];
