/**
 * Where an endpoint is, taken apart once. Promises that requests go to exactly the host that the address names,
 * and that what was written there by mistake (a password, a query) is refused and not repeated.
 */
import type { VaultEndpoint } from '../api/vault-exchange.ts';
import { refused } from '../runtime/fault.ts';

export interface Address {
  readonly protocol: 'http:' | 'https:';
  /** Scheme, host and port. */
  readonly origin: string;
  /** Host and port, for metrics. */
  readonly host: string;
  readonly hostname: string;
  /** "" for the one of the scheme. */
  readonly port: string;
  /** Path prefix without a trailing slash; "" for none. */
  readonly prefix: string;
}

/** Throws InvalidSpec, naming spec.address. */
export function addressOf(endpoint: VaultEndpoint): Address {
  const url = URL.parse(endpoint.address);
  const { protocol } = url ?? {};
  if (!url || (protocol !== 'http:' && protocol !== 'https:'))
    throw refusedAddress('is not an http or https URL');
  if (url.username !== '' || url.password !== '')
    throw refusedAddress('holds a user name or password');
  if (url.search !== '' || url.hash !== '') throw refusedAddress('has a query or a fragment');
  return {
    protocol,
    origin: url.origin,
    host: url.host,
    hostname: url.hostname,
    port: url.port,
    prefix: url.pathname.replace(/\/+$/, ''),
  };
}

/** The URL of a path. Throws when the URL would not hold the path byte by byte. */
export function urlOf(origin: string, address: Address, path: string, query: string): URL {
  const expected = `${address.prefix}/v1/${path}`;
  const url = new URL(`${origin}${expected}${query}`);
  if (url.pathname === expected && url.origin === origin && url.search === query) return url;
  throw refused(
    'SourcePathRefused',
    'spec.mount and spec.path: the path changes its meaning in a URL',
  );
}

function refusedAddress(flaw: string): Error {
  return refused(
    'InvalidSpec',
    `spec.address of the VaultConnection ${flaw}; give scheme, host and port, such as https://vault:8200`,
  );
}
