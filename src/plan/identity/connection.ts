/**
 * What a VaultConnection says, checked: how to reach the server and where its CA is. Reads no CA and opens no
 * connection. Headers are checked where they are sent.
 */
import { parseDuration } from '../../api/duration.ts';
import type { VaultConnectionSpec } from '../../api/vault-connection.ts';
import type { VaultEndpoint } from '../../api/vault-exchange.ts';
import { refused, waiting } from '../../runtime/fault.ts';
import { isAbsolutePath, isOperatorsOwn } from '../pod-paths.ts';
import { isLegalName } from './references.ts';

/** Where the trusted certificate authorities come from. A Secret is in the namespace of the VaultConnection. */
export type CaSource =
  | { readonly kind: 'system' }
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

interface CheckedConnection {
  /** Complete but for the CA and the client certificate. */
  readonly endpoint: Omit<VaultEndpoint, 'caPem' | 'client'>;
  readonly ca: CaSource;
  /** Name of the Secret with the client certificate, in the namespace of the VaultConnection. */
  readonly clientSecret?: string;
}

/** Vault's own client waits as long. */
const DEFAULT_TIMEOUT_MS = 60_000;
/** The key in the Secret. */
export const CA_KEY = 'ca.crt';

/** Throws InvalidSpec, naming the field. */
export function checkConnection(spec: VaultConnectionSpec): CheckedConnection {
  const endpoint = {
    address: addressOf(spec.address),
    skipVerify: spec.skipTLSVerify,
    headers: spec.headers ?? {},
    timeoutMs: timeoutOf(spec.timeout),
  };
  const { tlsServerName: serverName, clientCertSecretRef } = spec;
  return {
    endpoint: serverName ? { ...endpoint, serverName } : endpoint,
    ca: caSourceOf(spec),
    ...(clientCertSecretRef && { clientSecret: clientSecretOf(clientCertSecretRef, spec) }),
  };
}

/**
 * The PEM as it was found. Throws CASecretInvalid when nothing was, or no certificate is in it; of a file both are told
 * in the same words, so that nobody learns which files the pod has.
 */
export function checkCa(ca: CaSource, pem: string | undefined): string {
  if (pem?.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw waiting('CASecretInvalid', ca.kind === 'secret' ? flawOfSecret(ca.name, pem) : NO_CA_FILE);
}

const NO_CA_FILE =
  'the file of spec.caCertPath cannot be read or holds no certificate; mount certificates as PEM';

function flawOfSecret(name: string, pem: string | undefined): string {
  const flaw = pem === undefined ? 'does not exist' : 'holds no certificate';
  return `Secret ${name} of spec.caCertSecretRef ${flaw}; provide certificates as PEM under the key ${CA_KEY}`;
}

/** Scheme, host, port and prefix, without a slash at the end. */
function addressOf(address: string): string {
  const url = URL.parse(address);
  if (!url || !/^https?:\/\//i.test(address)) throw badAddress('is no http or https URL');
  if (url.username || url.password) throw badAddress('holds a user name or password');
  if (/[?#]/.test(address)) throw badAddress('holds a query or fragment');
  return url.href.replace(/\/+$/, '');
}

function badAddress(flaw: string): Error {
  return refused(
    'InvalidSpec',
    `spec.address ${flaw}; give scheme, host and port, such as https://vault:8200`,
  );
}

function timeoutOf(text: string | undefined): number {
  if (!text) return DEFAULT_TIMEOUT_MS;
  try {
    return parseDuration(text) || DEFAULT_TIMEOUT_MS;
  } catch {
    throw refused('InvalidSpec', 'spec.timeout is no duration; write a number and s, m or h');
  }
}

function caSourceOf({ caCertSecretRef, caCertPath }: VaultConnectionSpec): CaSource {
  if (caCertSecretRef && caCertPath)
    throw refused('InvalidSpec', 'spec.caCertSecretRef and spec.caCertPath are both set; keep one');
  if (caCertSecretRef)
    return { kind: 'secret', name: secretName('spec.caCertSecretRef', caCertSecretRef) };
  return caCertPath ? { kind: 'file', path: filePath(caCertPath) } : { kind: 'system' };
}

function clientSecretOf(name: string, { address }: VaultConnectionSpec): string {
  if (/^https:/i.test(address)) return secretName('spec.clientCertSecretRef', name);
  throw refused(
    'InvalidSpec',
    'spec.clientCertSecretRef has no meaning over plain http; use https in spec.address or remove it',
  );
}

function secretName(field: string, name: string): string {
  if (isLegalName(name)) return name;
  throw refused(
    'InvalidSpec',
    `${field} is no name of a Secret; name one in the namespace of this object`,
  );
}

function filePath(path: string): string {
  if (!isAbsolutePath(path))
    throw refused('InvalidSpec', 'spec.caCertPath is no absolute path without ".."; correct it');
  if (!isOperatorsOwn(path)) return path;
  throw refused(
    'InvalidSpec',
    'spec.caCertPath is a place of the operator itself; mount the CA elsewhere',
  );
}
