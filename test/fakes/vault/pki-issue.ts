/** One leaf certificate: whether the role allows what is asked, for how long, and the answer in the format asked for. */
import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { certificate, type Names } from '../x509.ts';
import { durationOf, type MountLimits, printedDuration, SECOND_MS } from './durations.ts';
import { badRequest } from './envelope.ts';
import { type Fields, flagOf, textOf, textsOf } from './json.ts';
import { ecKeys, type Issuer, newSerial, serialText } from './pki-authorities.ts';

export interface Role {
  readonly fields: Fields;
  readonly allowedDomains: readonly string[];
  readonly allowsBare: boolean;
  readonly allowsBelow: boolean;
  readonly allowsAny: boolean;
  readonly allowsIps: boolean;
  readonly allowedUris: readonly string[];
  readonly allowedUserIds: readonly string[];
  readonly requiresCommonName: boolean;
  readonly ttlMs: number;
  readonly maxMs: number;
  readonly keyType: string;
  readonly issuerRef: string;
  readonly generateLease: boolean;
  readonly noStore: boolean;
}

export function roleOf(body: Fields): Role {
  return {
    fields: body,
    allowedDomains: textsOf(body['allowed_domains']),
    allowsBare: flagOf(body['allow_bare_domains']),
    allowsBelow: flagOf(body['allow_subdomains']),
    allowsAny: flagOf(body['allow_any_name']),
    allowsIps: body['allow_ip_sans'] === undefined || flagOf(body['allow_ip_sans']),
    allowedUris: textsOf(body['allowed_uri_sans']),
    allowedUserIds: textsOf(body['allowed_user_ids']),
    requiresCommonName: body['require_cn'] === undefined || flagOf(body['require_cn']),
    ttlMs: durationOf(body['ttl'], 'ttl'),
    maxMs: durationOf(body['max_ttl'], 'max_ttl'),
    keyType: textOf(body['key_type']) || 'rsa',
    issuerRef: textOf(body['issuer_ref']) || 'default',
    generateLease: flagOf(body['generate_lease']),
    noStore: flagOf(body['no_store']),
  };
}

export interface Leaf {
  readonly serial: string;
  /** PEM. */
  readonly certificate: string;
  /** Epoch ms. */
  readonly notAfter: number;
}

export interface Issuing {
  readonly role: Role;
  readonly issuer: Issuer;
  readonly chain: readonly Issuer[];
  /** The body of the request. */
  readonly wish: Fields;
  readonly limits: MountLimits;
  readonly now: number;
}

interface Issued {
  readonly leaf: Leaf;
  readonly data: Fields;
  readonly warnings: readonly string[];
}

const NOT_BEFORE_MS = 30_000;

export function issueLeaf(issuing: Issuing): Issued {
  const { role, issuer, wish, now } = issuing;
  const format = formatOf(wish);
  const commonName = textOf(wish['common_name']);
  const names = namesOf(role, commonName, wish);
  const userIds = allowedIds(role, wish);
  const { notAfter, warnings } = endOf(issuing);
  const keys = keysOf(role);
  const serial = newSerial();
  const text = certificate({
    subject: { commonName, userIds },
    issuer: { commonName: issuer.commonName },
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    issuerKey: issuer.keys.publicKey,
    serial,
    notBefore: now - NOT_BEFORE_MS,
    notAfter,
    isAuthority: false,
    names,
  });
  const leaf = { serial: serialText(serial), certificate: text, notAfter };
  return { leaf, data: answerOf(issuing, leaf, keys.privateKey, format), warnings };
}

function formatOf(wish: Fields): string {
  const format = textOf(wish['format']) || 'pem';
  if (['pem', 'der', 'pem_bundle'].includes(format)) return format;
  throw badRequest('the "format" path parameter must be "pem", "der", or "pem_bundle"');
}

function namesOf(role: Role, commonName: string, wish: Fields): Names {
  if (commonName === '' && role.requiresCommonName)
    throw badRequest(
      'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, unless "require_cn" is set to false',
    );
  if (commonName !== '' && !allows(role, commonName))
    throw badRequest(`common name ${commonName} not allowed by this role`);
  const given = textsOf(wish['alt_names']);
  for (const name of given)
    if (!allows(role, name))
      throw badRequest(`subject alternate name ${name} not allowed by this role`);
  const isRepeated = commonName !== '' && !flagOf(wish['exclude_cn_from_sans']);
  const all = [...new Set([...(isRepeated ? [commonName] : []), ...given])];
  return {
    dns: all.filter((name) => !name.includes('@')),
    emails: all.filter((name) => name.includes('@')),
    uris: urisOf(role, wish),
    ips: ipsOf(role, wish),
  };
}

function allows(role: Role, name: string): boolean {
  if (role.allowsAny) return true;
  const host = name.replace(/^.*@/, '');
  return role.allowedDomains.some(
    (domain) =>
      (role.allowsBare && host === domain) || (role.allowsBelow && host.endsWith(`.${domain}`)),
  );
}

function ipsOf(role: Role, wish: Fields): readonly string[] {
  const ips = textsOf(wish['ip_sans']);
  if (ips.length > 0 && !role.allowsIps)
    throw badRequest(
      `IP Subject Alternative Names are not allowed in this role, but was provided ${ips.join(',')}`,
    );
  for (const ip of ips)
    if (isIP(ip) === 0) throw badRequest(`the value "${ip}" is not a valid IP address`);
  return ips;
}

function urisOf(role: Role, wish: Fields): readonly string[] {
  const uris = textsOf(wish['uri_sans']);
  if (uris.length > 0 && role.allowedUris.length === 0)
    throw badRequest(
      'URI Subject Alternative Names are not allowed in this role, but were provided via the API',
    );
  return uris;
}

function allowedIds(role: Role, wish: Fields): readonly string[] {
  const ids = textsOf(wish['user_ids']);
  for (const id of ids)
    if (!role.allowedUserIds.some((allowed) => allowed === '*' || allowed === id))
      throw badRequest(`user_id ${id} is not allowed by this role`);
  return ids;
}

/** In whole seconds, as certificates count. */
function endOf({ role, issuer, wish, limits, now }: Issuing) {
  const asked = durationOf(wish['ttl'], 'ttl');
  const fixed = textOf(wish['not_after']);
  if (asked && fixed)
    throw badRequest(
      'Either ttl or not_after should be provided. Both should not be provided in the same request.',
    );
  const maxMs = Math.min(role.maxMs || limits.maxMs, limits.maxMs);
  const wantedMs = asked || role.ttlMs || limits.defaultMs;
  const warnings =
    wantedMs > maxMs
      ? [
          `TTL "${printedDuration(wantedMs)}" is longer than permitted maxTTL "${printedDuration(maxMs)}", so maxTTL is being used`,
        ]
      : [];
  const end = fixed ? Date.parse(fixed) : now + Math.min(wantedMs, maxMs);
  const notAfter = Math.floor(end / SECOND_MS) * SECOND_MS;
  refuseOutliving(issuer, notAfter);
  return { notAfter, warnings };
}

function refuseOutliving(issuer: Issuer, notAfter: number): void {
  const issuerEnd = new X509Certificate(issuer.certificate).validToDate;
  if (notAfter <= issuerEnd.getTime()) return;
  const [end, last] = [new Date(notAfter), issuerEnd].map((each) => each.toISOString());
  throw badRequest(
    `cannot satisfy request, as TTL would result in notAfter of ${end} that is beyond the expiration of the CA certificate at ${last}`,
  );
}

function keysOf({ keyType }: Role) {
  if (keyType === 'ec') return ecKeys();
  if (keyType === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function answerOf(
  { role, chain, wish }: Issuing,
  leaf: Leaf,
  key: KeyObject,
  format: string,
): Fields {
  const isPkcs8 = textOf(wish['private_key_format']) === 'pkcs8';
  const keyPem = pemOf(key, role.keyType, isPkcs8);
  const above = flagOf(wish['remove_roots_from_chain']) ? chain.filter(isNoRoot) : chain;
  const as = (text: string): string => (format === 'der' ? derOf(text) : text);
  const issuing = chain[0]?.certificate ?? '';
  const isBundle = format === 'pem_bundle';
  return {
    certificate: isBundle ? bundleOf(keyPem, leaf, above) : as(leaf.certificate),
    issuing_ca: as(issuing),
    ...(above.length > 0 && { ca_chain: above.map((each) => as(each.certificate)) }),
    private_key: as(keyPem),
    private_key_type: role.keyType,
    serial_number: leaf.serial,
    expiration: Math.floor(leaf.notAfter / SECOND_MS),
  };
}

function isNoRoot({ certificate: text }: Issuer): boolean {
  const read = new X509Certificate(text);
  return read.subject !== read.issuer;
}

function bundleOf(keyPem: string, leaf: Leaf, above: readonly Issuer[]): string {
  return [keyPem, leaf.certificate, ...above.map((each) => each.certificate)].join('\n');
}

/** Kinds of PEM as Vault writes them: its own for RSA and EC, PKCS 8 for the rest. */
function pemOf(key: KeyObject, keyType: string, isPkcs8: boolean): string {
  const own = { rsa: 'pkcs1', ec: 'sec1' } as const;
  const type = isPkcs8 ? 'pkcs8' : (own[keyType as keyof typeof own] ?? 'pkcs8');
  return key.export({ type, format: 'pem' }).toString().trim();
}

function derOf(text: string): string {
  return text.replace(/-----[^-]+-----/g, '').replaceAll(/\s/g, '');
}
