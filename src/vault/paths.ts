/**
 * A path in Vault as the bytes of a URL. Promises that what Vault decodes is, segment by segment, what was written,
 * and that a custom resource can never name one of Vault's own endpoints. Knows nothing of mounts and engines.
 */
import { refused } from '../runtime/fault.ts';
import { quoted } from './quoted.ts';

const SOURCE_FIELDS = 'spec.mount and spec.path';
/** Percent signs are literal and get encoded, but what would change its meaning if anyone decoded it is refused. */
const MOST_DECODINGS = 5;

/**
 * The encoded path of a secret, no leading slash. Below `namesBelow`, a prefix of it, names are the user's to choose.
 * Throws SourcePathRefused, naming spec.mount and spec.path.
 */
export function sourcePath(path: string, namesBelow?: string): string {
  const segments = split(path, SOURCE_FIELDS);
  refuseOwnEndpoints(segments, namesBelow);
  return encoded(segments);
}

/** The encoded path of an auth mount, without "auth/". Throws SourcePathRefused, naming spec.mount. */
export function mountPath(mount: string): string {
  return encoded(split(mount, 'spec.mount'));
}

/** A Vault namespace as its header's value. Throws SourcePathRefused, naming spec.namespace. */
export function namespaceHeader(namespace: string): string {
  const trimmed = namespace.replace(/^\/+|\/+$/g, '');
  if (trimmed === '') return '';
  const segments = split(trimmed, 'spec.namespace');
  if (segments.every((segment) => /^[\x21-\x7e]+$/.test(segment))) return trimmed;
  throw refused('SourcePathRefused', `spec.namespace ${quoted(namespace)} is not plain ASCII`);
}

function split(path: string, fields: string): readonly string[] {
  const segments = path.split('/');
  segments.forEach((segment, index) => {
    const flaw = flawOf(segment);
    if (flaw === undefined) return;
    throw refused(
      'SourcePathRefused',
      `${fields}: segment ${index + 1} of ${quoted(path)} ${flaw}; name a path of plain segments`,
    );
  });
  return segments;
}

function flawOf(segment: string): string | undefined {
  if (segment === '') return 'is empty';
  if (!segment.isWellFormed()) return 'is not valid Unicode';
  for (const form of decodings(segment)) {
    if (form === '.' || form === '..') return 'steps to another folder';
    if (/\p{Cc}/u.test(form)) return 'holds a control character';
    if (/[\\?#/]/.test(form)) return 'holds one of \\ ? # or an encoded slash';
  }
  return undefined;
}

/** The segment, and what it becomes when decoded again and again. */
function decodings(segment: string): readonly string[] {
  const forms = [segment];
  for (let form = segment; forms.length <= MOST_DECODINGS; forms.push(form)) {
    const next = decodeAscii(form);
    if (next === form) break;
    form = next;
  }
  return forms;
}

function decodeAscii(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** No secrets engine can be mounted at one of these: Vault reserves them, in each of its namespaces. */
const RESERVED = new Set(['sys', 'auth', 'cubbyhole', 'identity']);

/**
 * What hands out or ends our own token is refused at any depth, also among names. The list is narrow, because every
 * other word is a legal name inside a secrets mount.
 */
const OWN_ENDPOINTS: readonly RegExp[] = [
  /\/auth\/token\/(lookup|renew|revoke)(-self|-accessor|-orphan)?$/,
  /\/auth\/token\/create(-orphan|\/[^/]+)?$/,
  /\/sys\/wrapping\/(wrap|rewrap|unwrap|lookup)$/,
  /\/sys\/(leases\/)?(renew|revoke|revoke-prefix|revoke-force)(\/|$)/,
  /\/identity\/oidc\/token\/[^/]+$/,
];

function refuseOwnEndpoints(segments: readonly string[], namesBelow: string | undefined): void {
  const path = `/${segments.join('/')}`;
  const isOwn =
    fixedOf(segments, namesBelow).some((segment) => RESERVED.has(segment)) ||
    OWN_ENDPOINTS.some((endpoint) => endpoint.test(path));
  if (!isOwn) return;
  throw refused(
    'SourcePathRefused',
    `${SOURCE_FIELDS}: ${quoted(path.slice(1))} is one of Vault's own endpoints, not a secret; name a path below a secrets mount`,
  );
}

/**
 * The segments that decide which endpoint it is. A path may begin with Vault namespaces (`team-a/sys/...`), and nothing
 * tells how many. Where an engine's path is the user's to write, its last segment is a name: `creds/auth` is a role.
 */
function fixedOf(segments: readonly string[], namesBelow: string | undefined): readonly string[] {
  if (namesBelow !== undefined) return segments.slice(0, namesBelow.split('/').length);
  return segments.length > 1 ? segments.slice(0, -1) : segments;
}

function encoded(segments: readonly string[]): string {
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}
