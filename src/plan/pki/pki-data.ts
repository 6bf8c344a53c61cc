/**
 * The answer of a PKI engine as the source of a Secret: every field as text, and the keys of a TLS Secret where one is
 * wanted. Promises that tls.crt and ca.crt hold certificates in PEM and tls.key a key in PEM, whatever the format.
 */
import type { Json, JsonObject } from '../../api/json.ts';
import { waiting } from '../../runtime/fault.ts';
import { type Sealed, seal } from '../../runtime/sealed.ts';
import type { Source } from '../secret/source-state.ts';
import { type CertificateFacts, certificatesIn, pem, readCertificate } from './certificate.ts';

export interface IssuedCertificate {
  readonly facts: CertificateFacts;
  readonly source: Source;
}

export interface PkiForm {
  /** The Secret is of the type kubernetes.io/tls. */
  readonly isTls: boolean;
  /** spec.privateKeyFormat. */
  readonly keyFormat: string | undefined;
}

/** Throws VaultAnswerInvalid when there is no certificate that can be read, or no key. */
export function issuedCertificate(whole: Sealed<JsonObject>, form: PkiForm): IssuedCertificate {
  const answer = whole.open();
  const facts = readCertificate(text(answer['certificate']));
  if (!facts) throw unusable('no certificate that can be read');
  if (text(answer['private_key']) === '') throw unusable('no private key');
  const data: JsonObject = Object.assign(Object.create(null), answer, chainText(answer), {
    ...(form.isTls && tlsKeys(answer, form)),
  });
  return { facts, source: { data: seal(data), whole } };
}

function unusable(what: string): Error {
  return waiting(
    'VaultAnswerInvalid',
    `the answer to the issuing request holds ${what}; check that spec.mount is a PKI engine`,
  );
}

/** One text instead of a list, as VSO. */
function chainText({ ca_chain: chain }: JsonObject): JsonObject {
  return Array.isArray(chain) ? { ca_chain: chain.map(text).join('\n') } : {};
}

/**
 * tls.crt is what a server presents: the certificate, then its authorities as far as Vault tells them. ca.crt is what
 * a client trusts: of those the one nearest to the root.
 */
function tlsKeys(answer: JsonObject, { keyFormat }: PkiForm): JsonObject {
  const authorities = authoritiesOf(answer);
  const bundle = certificatesIn(text(answer['certificate']));
  return {
    'tls.crt': [...new Set([...bundle, ...authorities])].join('\n'),
    'tls.key': keyText(answer, keyFormat),
    'ca.crt': authorities.at(-1) ?? '',
  };
}

function authoritiesOf({ ca_chain: chain, issuing_ca: issuer }: JsonObject): readonly string[] {
  const given = Array.isArray(chain) && chain.length > 0 ? chain : [issuer];
  return given.flatMap((each) => certificatesIn(text(each)));
}

/** What the DER of a key is, by its type, unless PKCS 8 was asked for. */
const KEY_LABELS: Readonly<Record<string, string>> = {
  rsa: 'RSA PRIVATE KEY',
  ec: 'EC PRIVATE KEY',
};

function keyText(answer: JsonObject, keyFormat: string | undefined): string {
  const key = text(answer['private_key']);
  if (key.includes('-----')) return key;
  const type = keyFormat === 'pkcs8' ? '' : text(answer['private_key_type']);
  return pem(KEY_LABELS[type] ?? 'PRIVATE KEY', key);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
