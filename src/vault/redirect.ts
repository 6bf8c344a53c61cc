/**
 * Where a standby may send us. Promises a target of the same scheme on a host that the VaultConnection names, for
 * the very path that was asked; everything else is not followed, because token and body would go with it.
 */
import type { AxiosResponse } from 'axios';
import type { VaultEndpoint } from '../api/vault-exchange.ts';
import type { Address } from './address.ts';

/** Undefined when it must not be followed. Only 307 keeps method and body, and Vault sends nothing else. */
export function redirectTarget(
  answer: AxiosResponse,
  asked: URL,
  address: Address,
  endpoint: VaultEndpoint,
): URL | undefined {
  const location: unknown = answer.headers['location'];
  if (answer.status !== 307 || typeof location !== 'string') return undefined;
  const target = URL.parse(location, asked.href);
  if (!target || target.protocol !== address.protocol) return undefined;
  if (target.username !== '' || target.password !== '') return undefined;
  if (![address.hostname, endpoint.serverName].includes(target.hostname)) return undefined;
  const path = ownPath(target, asked, address);
  if (path === undefined) return undefined;
  return new URL(`${target.origin}${path}${asked.search}`);
}

/**
 * Our own spelling of the path that they name. Vault knows nothing of a prefix that a proxy before it took away,
 * and its escapes may differ from ours.
 */
function ownPath(target: URL, asked: URL, address: Address): string | undefined {
  const paths = [asked.pathname, asked.pathname.slice(address.prefix.length)];
  return paths.find((path) => decoded(path) === decoded(target.pathname));
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
