/**
 * That the compiler reads the schemas as validation does: each literal below is refused by both. A line of these that
 * compiled would be an unused @ts-expect-error, which is an error itself.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Condition } from './conditions.ts';
import type { KindName, SpecOf, StatusOf } from './kinds.ts';
import type { Infer } from './schema.ts';
import type { conditions } from './shared.ts';
import { validate } from './validate.ts';

const destination = { name: 'a', create: true, overwrite: false };
const kv = { mount: 'kv', path: 'a', type: 'kv-v2', hmacSecretData: true, destination } as const;
const db = { mount: 'db', path: 'creds/a', renewalPercent: 67, destination } as const;

const good: SpecOf<'VaultStaticSecret'> = { ...kv, version: 3, refreshAfter: '1h' };

// @ts-expect-error: no such version of the engine
const wrongEnum: SpecOf<'VaultStaticSecret'> = { ...kv, type: 'kv-v3' };
// @ts-expect-error: the mount is required
const missing: SpecOf<'VaultStaticSecret'> = {
  path: 'a',
  type: 'kv-v2',
  destination,
  hmacSecretData: true,
};
// @ts-expect-error: text where a number belongs
const wrongType: SpecOf<'VaultStaticSecret'> = { ...kv, version: '3' };
// @ts-expect-error: a number where text belongs, deep in a map
const wrongValue: SpecOf<'VaultDynamicSecret'> = { ...db, params: { ttl: 3 } };
const pod = [{ kind: 'Pod', name: 'a' }] as const;
// @ts-expect-error: no such kind of target
const wrongItem: SpecOf<'VaultDynamicSecret'> = { ...db, rolloutRestartTargets: pod };

describe('what the compiler refuses, validation refuses', () => {
  const refused: readonly [string, KindName, unknown][] = [
    ['a value outside the enum', 'VaultStaticSecret', wrongEnum],
    ['a missing field', 'VaultStaticSecret', missing],
    ['another type', 'VaultStaticSecret', wrongType],
    ['another type in a map', 'VaultDynamicSecret', wrongValue],
    ['a value outside the enum in a list', 'VaultDynamicSecret', wrongItem],
  ];
  const metadata = {
    name: 'a',
    namespace: 'b',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  for (const [what, kind, spec] of refused) {
    it(what, () => assert.ok(!validate(kind, { apiVersion: 'v1', metadata, spec }).ok));
  }
  it('but not what both accept', () =>
    assert.ok(validate('VaultStaticSecret', { apiVersion: 'v1', metadata, spec: good }).ok));
});

type Holds<Claim extends true> = Claim;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Does not compile when two types that must be equal are not: their Same is false then. */
export type Claims = [
  Holds<Same<SpecOf<'VaultStaticSecret'>['hmacSecretData'], boolean>>,
  Holds<Same<SpecOf<'VaultStaticSecret'>['version'], number | undefined>>,
  Holds<Same<SpecOf<'VaultStaticSecret'>['destination']['create'], boolean>>,
  Holds<
    Same<SpecOf<'VaultDynamicSecret'>['requestHTTPMethod'], 'GET' | 'POST' | 'PUT' | undefined>
  >,
  Holds<Same<SpecOf<'VaultConnection'>['skipTLSVerify'], boolean>>,
  Holds<Same<NonNullable<SpecOf<'VaultConnection'>['headers']>, Readonly<Record<string, string>>>>,
  Holds<Same<keyof StatusOf<'VaultAuthGlobal'>, 'valid' | 'error'>>,
  // The schema of conditions and their type are written by hand, and must not drift apart.
  Holds<Same<Infer<typeof conditions>[number], { [Name in keyof Condition]: Condition[Name] }>>,
];
