/**
 * The headers of a request: ours, and those that a VaultConnection or VaultAuth adds. Promises that no added header
 * can replace who we are, where the request goes or how it is framed. A header's value is never shown: it may be a secret.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { refused } from '../runtime/fault.ts';
import type { VaultCall } from './call.ts';
import { namespaceHeader } from './paths.ts';
import { quoted } from './quoted.ts';

/** Ours to send, or harmful: identity, wrapping (which hides the answer), forwarding, origin and framing of the request. */
const REFUSED = new Set(
  `x-vault-token x-vault-namespace x-vault-wrap-ttl x-vault-wrap-format x-vault-request x-vault-forward
  x-vault-inconsistent x-vault-index x-vault-policy-override x-vault-mfa x-vault-no-request-forwarding
  host content-length content-type content-encoding accept-encoding expect
  connection keep-alive proxy-connection proxy-authenticate proxy-authorization
  te trailer transfer-encoding upgrade http2-settings
  forwarded x-forwarded-for x-forwarded-host x-forwarded-proto x-real-ip`.split(/\s+/),
);
const REFUSED_PREFIX = 'x-vault-inline-auth-';

/** Every header of the call. Throws InvalidSpec, naming spec.headers of the object it came from. */
export function headersOf(call: VaultCall, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { 'User-Agent': userAgent };
  addHeaders(headers, call.endpoint.headers, 'VaultConnection');
  addHeaders(headers, call.headers ?? {}, 'VaultAuth');
  headers['X-Vault-Request'] = 'true';
  headers['Accept-Encoding'] = 'identity';
  const namespace = namespaceHeader(call.namespace);
  if (namespace !== '') headers['X-Vault-Namespace'] = namespace;
  if (call.body !== undefined) headers['Content-Type'] = 'application/json';
  if (call.token !== undefined) headers['X-Vault-Token'] = call.token.open();
  return headers;
}

function addHeaders(
  headers: Record<string, string>,
  added: Readonly<Record<string, string>>,
  kind: string,
): void {
  for (const [name, value] of Object.entries(added)) {
    const flaw = flawOf(name, value);
    if (flaw !== undefined)
      throw refused('InvalidSpec', `spec.headers of the ${kind}: ${quoted(name)} ${flaw}`);
    headers[name] = value;
  }
}

function flawOf(name: string, value: string): string | undefined {
  const lower = name.toLowerCase();
  if (REFUSED.has(lower) || lower.startsWith(REFUSED_PREFIX))
    return 'is not for users to set; remove it';
  if (!passes(() => validateHeaderName(name)) || name.startsWith('__'))
    return 'is not a header name; correct it';
  if (!passes(() => validateHeaderValue(name, value)))
    return 'has a value with characters that no header may hold; correct it';
  return undefined;
}

function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
