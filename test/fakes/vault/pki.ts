/**
 * The PKI engine: roots and intermediates, roles, issuing with or without a lease, revoking. What it holds against a
 * request, and in which words, is as seen on a real Vault 1.21.0.
 */
import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../../src/runtime/clock.ts';
import { type Call, type Engine, follow, type Outcome, type Result, type Route } from './call.ts';
import { durationOf, SECOND_MS } from './durations.ts';
import { badRequest, listed } from './envelope.ts';
import { type Fields, textOf } from './json.ts';
import { keysUnder } from './kv1.ts';
import { Authorities, type Issuer, type Requests } from './pki-authorities.ts';
import { issueLeaf, type Leaf, type Role, roleOf } from './pki-issue.ts';
import type { Seeded } from './seeded.ts';

interface Parts {
  readonly clock: Clock;
  readonly random: Seeded;
  readonly requests: Requests;
}

interface Mounted extends Parts {
  readonly authorities: Authorities;
  readonly roles: Map<string, Role>;
  /** By serial number. */
  readonly leaves: Map<string, StoredLeaf>;
}

interface StoredLeaf extends Leaf {
  readonly issuerId: string;
  /** Epoch ms. */
  revokedAt: number | undefined;
}

const NOT_BEFORE_MS = 30_000;

export function pki(parts: Parts): Engine {
  const authorities = new Authorities(parts.requests, parts.random);
  const mounted: Mounted = { ...parts, authorities, roles: new Map(), leaves: new Map() };
  const routes = [...authorityRoutes(mounted), ...roleRoutes(mounted), ...leafRoutes(mounted)];
  return {
    type: 'pki',
    answer: (call) => follow(routes, call),
    isOpen: (path) => path.startsWith('cert/'),
  };
}

function authorityRoutes(mounted: Mounted): Route[] {
  const { authorities } = mounted;
  return [
    { path: /^root\/generate\/internal$/, acts: { update: (call) => makeRoot(mounted, call) } },
    {
      path: /^intermediate\/generate\/internal$/,
      acts: {
        update: ({ body }) => ({ data: { csr: authorities.request(textOf(body['common_name'])) } }),
      },
    },
    { path: /^root\/sign-intermediate$/, acts: { update: (call) => signed(mounted, call) } },
    {
      path: /^intermediate\/set-signed$/,
      acts: {
        update: ({ body }) => ({
          data: {
            imported_issuers: authorities.take(textOf(body['certificate'])).map(({ id }) => id),
          },
        }),
      },
    },
    {
      path: /^issuer\/([^/]+)$/,
      acts: {
        read: (_call, ref = '') => shownIssuer(mounted, ref),
        update: (call, ref = '') => named(mounted, ref, call),
      },
    },
    { path: /^cert\/ca$/, acts: { read: () => authority(authorities.find('default')) } },
  ];
}

function authority(issuer: Issuer | undefined): Result {
  return issuer && { data: { certificate: issuer.certificate, ...NOT_REVOKED } };
}

function makeRoot({ authorities, clock }: Mounted, { body }: Call): Outcome {
  const notAfter = clock.now() + durationOf(body['ttl'], 'ttl');
  const name = textOf(body['issuer_name']);
  const notBefore = clock.now() - NOT_BEFORE_MS;
  const root = authorities.makeRoot(textOf(body['common_name']), name, notBefore, notAfter);
  const { certificate, serial, id } = root;
  const data = { certificate, issuing_ca: certificate, serial_number: serial, issuer_id: id };
  return { data: { ...data, issuer_name: name, expiration: Math.floor(notAfter / SECOND_MS) } };
}

function signed({ authorities, clock }: Mounted, { body }: Call): Outcome {
  const notAfter = clock.now() + durationOf(body['ttl'], 'ttl');
  const made = authorities.signRequest(textOf(body['csr']), clock.now() - NOT_BEFORE_MS, notAfter);
  const issuer = authorities.find('default');
  return {
    data: {
      certificate: made.certificate,
      issuing_ca: issuer?.certificate,
      serial_number: made.serial,
      expiration: Math.floor(notAfter / SECOND_MS),
    },
  };
}

function issuerOf({ authorities }: Mounted, ref: string): Issuer {
  const issuer = authorities.find(ref);
  if (!issuer) throw listed(500, `${NO_ISSUER}: ${ref}`);
  return issuer;
}

const NO_ISSUER =
  'could not fetch the CA certificate (was one set?): unable to find PKI issuer for reference';

function shownIssuer(mounted: Mounted, ref: string): Outcome {
  const { id, name, certificate } = issuerOf(mounted, ref);
  return { data: { issuer_id: id, issuer_name: name, certificate } };
}

function named(mounted: Mounted, ref: string, { body }: Call): Outcome {
  issuerOf(mounted, ref).name = textOf(body['issuer_name']);
  return shownIssuer(mounted, ref);
}

function roleRoutes({ roles }: Mounted): Route[] {
  return [
    { path: /^roles\/?$/, acts: { list: () => keysUnder([...roles.keys()], '') } },
    {
      path: /^roles\/([^/]+)$/,
      acts: {
        update: ({ body }, name = '') => {
          roles.set(name, roleOf(body));
          return { data: body };
        },
        read: (_call, name = '') => shown(roles.get(name)),
        delete: (_call, name = '') => void roles.delete(name),
      },
    },
  ];
}

function shown(role: Role | undefined): Result {
  return role && { data: role.fields };
}

function leafRoutes(mounted: Mounted): Route[] {
  const { leaves } = mounted;
  const revokedSerials = () =>
    [...leaves.values()].filter((leaf) => leaf.revokedAt !== undefined).map(({ serial }) => serial);
  return [
    {
      path: /^issue\/([^/]+)$/,
      acts: { update: (call, role = '') => issued(mounted, call, role, undefined) },
    },
    {
      path: /^issuer\/([^/]+)\/issue\/([^/]+)$/,
      acts: { update: (call, ref = '', role = '') => issued(mounted, call, role, ref) },
    },
    { path: /^revoke$/, acts: { update: (call) => revokedBy(mounted, call) } },
    { path: /^certs\/?$/, acts: { list: () => keysUnder([...leaves.keys()], '') } },
    { path: /^certs\/revoked\/?$/, acts: { list: () => keysUnder(revokedSerials(), '') } },
    { path: /^cert\/([^/]+)$/, acts: { read: (_call, serial = '') => lookedUp(mounted, serial) } },
  ];
}

function issued(mounted: Mounted, call: Call, name: string, ref: string | undefined): Outcome {
  const { roles, clock, authorities, leaves } = mounted;
  const role = roles.get(name);
  if (!role) throw badRequest(`unknown role: ${name}`);
  const issuer = issuerOf(mounted, ref ?? role.issuerRef);
  const { leaf, data, warnings } = issueLeaf({
    role,
    issuer,
    chain: authorities.chainOf(issuer),
    wish: call.body,
    limits: call.limits,
    now: clock.now(),
  });
  const stored: StoredLeaf = { ...leaf, issuerId: issuer.id, revokedAt: undefined };
  if (!role.noStore) leaves.set(leaf.serial, stored);
  if (!role.generateLease) return { data, warnings };
  const ttlMs = leaf.notAfter - clock.now();
  const terms = () => ({ ttlMs, maxMs: 0 });
  return {
    data,
    warnings,
    lease: { renewable: false, terms, revoke: () => revoke(mounted, stored) },
  };
}

function revoke({ clock }: Mounted, leaf: StoredLeaf): void {
  leaf.revokedAt ??= clock.now();
}

function revokedBy(mounted: Mounted, { body }: Call): Outcome {
  const serial = textOf(body['serial_number']).toLowerCase().replaceAll('-', ':');
  if (serial === '')
    throw badRequest('The serial number or certificate to revoke must be provided.');
  const leaf = mounted.leaves.get(serial);
  if (!leaf) throw badRequest(`certificate with serial ${serial} not found.`);
  if (leaf.notAfter <= mounted.clock.now())
    return { data: null, warnings: [`certificate with serial ${serial} ${EXPIRED}`] };
  revoke(mounted, leaf);
  return { data: { ...revocationOf(leaf), state: 'revoked' } };
}

const EXPIRED = 'already expired; refusing to add to CRL';

const NOT_REVOKED = { revocation_time: 0, revocation_time_rfc3339: '' };

function revocationOf({ revokedAt }: StoredLeaf): Fields {
  if (revokedAt === undefined) return NOT_REVOKED;
  return {
    revocation_time: Math.floor(revokedAt / SECOND_MS),
    revocation_time_rfc3339: new Date(revokedAt).toISOString(),
  };
}

function lookedUp({ leaves, authorities }: Mounted, serial: string): Result {
  const leaf = leaves.get(serial.toLowerCase());
  if (leaf) return { data: shownLeaf(leaf) };
  const issuer = authorities.all().find((each) => each.serial === serial);
  return issuer && { data: { certificate: new X509Certificate(issuer.certificate).toString() } };
}

/** Who issued it is told once it is revoked. */
function shownLeaf(leaf: StoredLeaf): Fields {
  const issuer = leaf.revokedAt === undefined ? {} : { issuer_id: leaf.issuerId };
  return { certificate: `${leaf.certificate}\n`, ...revocationOf(leaf), ...issuer };
}
