/**
 * The second key-value engine: versions with their dates, soft deletion, destruction, check-and-set and metadata of
 * users. As on a real Vault numbers become floating-point numbers here; only the first engine keeps their text.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import {
  type Call,
  type Engine,
  follow,
  type Operation,
  type Outcome,
  type Result,
  type Route,
} from './call.ts';
import { durationOf, rfc3339, SECOND_MS } from './durations.ts';
import { badRequest } from './envelope.ts';
import { type Fields, fieldsOf, flagOf, isFields, numberOf } from './json.ts';
import { keysUnder } from './kv1.ts';

const MOST_VERSIONS = 10;

interface Version {
  /** Undefined once destroyed. */
  data: Fields | undefined;
  readonly createdAt: number;
  deletedAt: number | undefined;
}

interface Secret {
  readonly versions: Map<number, Version>;
  readonly createdAt: number;
  updatedAt: number;
  current: number;
  maxVersions: number;
  casRequired: boolean;
  deleteAfterMs: number;
  custom: Fields | null;
}

export function keyValue2(clock: Clock): Engine {
  const secrets = new Map<string, Secret>();
  const routes = routesOf(secrets, clock);
  return {
    type: 'kv',
    answer: (call) => follow(routes, call),
    exists: (path) =>
      secrets.has(path.replace(/^(data|metadata)\//, '')) || !/^(data|metadata)\//.test(path),
  };
}

function routesOf(secrets: Map<string, Secret>, clock: Clock): Route[] {
  const change =
    (act: (version: Version, now: number) => void) =>
    (call: Call, key = '') => {
      for (const version of named(secrets.get(key), call.body)) act(version, clock.now());
      return undefined;
    };
  return [
    { path: /^config$/, acts: { read: () => ({ data: CONFIG }), update: () => undefined } },
    {
      path: /^data\/(.+)$/,
      acts: {
        read: (call, key = '') => read(secrets.get(key), call, clock.now()),
        update: (call, key = '') => write(secrets, key, call.body, clock.now()),
        delete: (_call, key = '') => deleteCurrent(secrets.get(key), clock.now()),
      },
    },
    {
      path: /^delete\/(.+)$/,
      acts: { update: change((version, now) => void (version.deletedAt ??= now)) },
    },
    {
      path: /^undelete\/(.+)$/,
      acts: { update: change((version) => void (version.deletedAt = undefined)) },
    },
    {
      path: /^destroy\/(.+)$/,
      acts: { update: change((version) => void (version.data = undefined)) },
    },
    {
      path: /^metadata\/?(.*)$/,
      acts: {
        read: (_call, key = '') => describe(secrets.get(key)),
        list: (_call, key = '') => keysUnder([...secrets.keys()], key),
        update: (call, key = '') => describeAnew(secrets, key, call.body, clock.now()),
        delete: (_call, key = '') => void secrets.delete(key),
      },
    },
    {
      path: /^.*$/,
      acts: { read: wrongPath, list: wrongPath, update: wrongPath, delete: wrongPath },
    },
  ];
}

const CONFIG: Fields = { cas_required: false, delete_version_after: '0s', max_versions: 0 };

function read(secret: Secret | undefined, { query }: Call, now: number): Result {
  if (!secret) return undefined;
  const number = Number(query.get('version')) || secret.current;
  const version = secret.versions.get(number);
  if (!version) return undefined;
  const metadata = { ...datesOf(version), version: number, custom_metadata: secret.custom };
  const data = isDeleted(version, now) ? null : (version.data ?? null);
  return { status: data ? 200 : 404, data: { data, metadata } };
}

/** A deletion may be set for later. */
function isDeleted({ deletedAt }: Version, now: number): boolean {
  return deletedAt !== undefined && deletedAt <= now;
}

function datesOf(version: Version): Fields {
  return {
    created_time: rfc3339(version.createdAt),
    deletion_time: version.deletedAt === undefined ? '' : rfc3339(version.deletedAt),
    destroyed: version.data === undefined,
  };
}

function write(secrets: Map<string, Secret>, key: string, body: Fields, now: number): Outcome {
  if (!isFields(body['data'])) throw badRequest('no data provided');
  const known = secrets.get(key);
  assertCheckAndSet(known, fieldsOf(body['options'])['cas']);
  const secret = known ?? emptySecret(now);
  secrets.set(key, secret);
  secret.current += 1;
  secret.updatedAt = now;
  const deletedAt = secret.deleteAfterMs > 0 ? now + secret.deleteAfterMs : undefined;
  const version = { data: fieldsOf(asFloats(body['data'])), createdAt: now, deletedAt };
  secret.versions.set(secret.current, version);
  secret.versions.delete(secret.current - (secret.maxVersions || MOST_VERSIONS));
  const metadata = { version: secret.current, custom_metadata: secret.custom };
  return { data: { ...datesOf(version), ...metadata } };
}

function assertCheckAndSet(secret: Secret | undefined, cas: unknown): void {
  if (cas === undefined && secret?.casRequired)
    throw badRequest('check-and-set parameter required for this call');
  if (cas !== undefined && numberOf(cas) !== (secret?.current ?? 0))
    throw badRequest('check-and-set parameter did not match the current version');
}

function emptySecret(now: number): Secret {
  const settings = { maxVersions: 0, casRequired: false, deleteAfterMs: 0, custom: null };
  return { versions: new Map(), createdAt: now, updatedAt: now, current: 0, ...settings };
}

function deleteCurrent(secret: Secret | undefined, now: number): Result {
  const version = secret?.versions.get(secret.current);
  if (version) version.deletedAt = now;
  return undefined;
}

function named(secret: Secret | undefined, body: Fields): Version[] {
  const numbers = Array.isArray(body['versions']) ? body['versions'].map(numberOf) : [];
  if (numbers.length === 0) throw badRequest('No version number provided');
  return numbers.flatMap((number) => secret?.versions.get(number ?? 0) ?? []);
}

function describe(secret: Secret | undefined): Result {
  if (!secret) return undefined;
  const versions = [...secret.versions].map(([number, each]) => [String(number), datesOf(each)]);
  return {
    data: {
      cas_required: secret.casRequired,
      created_time: rfc3339(secret.createdAt),
      current_version: secret.current,
      custom_metadata: secret.custom,
      delete_version_after: `${secret.deleteAfterMs / SECOND_MS}s`,
      max_versions: secret.maxVersions,
      oldest_version: Math.max(0, secret.current - (secret.maxVersions || MOST_VERSIONS) + 1),
      updated_time: rfc3339(secret.updatedAt),
      versions: Object.fromEntries(versions),
    },
  };
}

function describeAnew(
  secrets: Map<string, Secret>,
  key: string,
  body: Fields,
  now: number,
): Result {
  const secret = secrets.get(key) ?? emptySecret(now);
  secrets.set(key, secret);
  secret.updatedAt = now;
  secret.maxVersions = numberOf(body['max_versions']) ?? secret.maxVersions;
  if (body['cas_required'] !== undefined) secret.casRequired = flagOf(body['cas_required']);
  if (body['delete_version_after'] !== undefined)
    secret.deleteAfterMs = durationOf(body['delete_version_after'], 'delete_version_after');
  if (isFields(body['custom_metadata'])) secret.custom = body['custom_metadata'];
  return undefined;
}

const COMMANDS: Readonly<Record<Operation, string>> = {
  read: 'get',
  list: 'list',
  create: 'put',
  update: 'put',
  delete: 'delete',
};

function wrongPath({ operation }: Call): Outcome {
  const warning = `Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv ${COMMANDS[operation]}' for this operation.`;
  return { status: 404, warnings: [warning] };
}

function asFloats(value: unknown): unknown {
  if (JSON.isRawJSON(value)) return numberOf(value);
  if (Array.isArray(value)) return value.map(asFloats);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asFloats(each)]));
}
