/** What is let through, what is said about the rest, and what is never said. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { KINDS, type KindName } from './kinds.ts';
import { supported, validate } from './validate.ts';

const metadata = {
  name: 'a',
  namespace: 'b',
  uid: 'u',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
};

function judge<Kind extends KindName>(kind: Kind, spec?: unknown, status?: unknown) {
  const apiVersion = 'secrets.hashicorp.com/v1beta1';
  return validate(kind, { apiVersion, metadata, spec, status });
}

/** "field problem" of each. */
function told(kind: KindName, spec?: unknown): readonly string[] {
  const result = judge(kind, spec);
  return result.ok ? [] : result.errors.map(({ field, problem }) => `${field} ${problem}`);
}

const kv = { mount: 'kv', path: 'a', type: 'kv-v2', destination: { name: 'a' } };
const db = { mount: 'database', path: 'creds/a', destination: { name: 'a' } };

describe('an object that is valid', () => {
  it('comes back with the defaults, and the one that was given stays as it was', () => {
    const given = structuredClone(kv);
    const result = judge('VaultStaticSecret', given);
    assert.ok(result.ok);
    assert.deepEqual(result.object.spec, {
      ...kv,
      hmacSecretData: true,
      destination: { name: 'a', create: false, overwrite: false },
    });
    assert.deepEqual(given, kv);
  });

  it('keeps its metadata and status, and has its kind', () => {
    const status = { lastGeneration: 4, secretMAC: 'x' };
    const result = judge('VaultStaticSecret', kv, status);
    assert.ok(result.ok);
    assert.equal(result.object.kind, 'VaultStaticSecret');
    assert.equal(result.object.metadata, metadata);
    assert.deepEqual(result.object.status, status);
  });

  it('is the same whether an older writer left empty fields behind or not', () => {
    const transformation = {};
    const written = { ...kv, version: 0, destination: { name: 'a', transformation, labels: {} } };
    assert.deepEqual(judge('VaultStaticSecret', written), judge('VaultStaticSecret', kv));
  });

  it('may have no spec where nothing is required', () => assert.deepEqual(told('VaultAuth'), []));

  it('has a renewalPercent of 67 unless 0 was written', () => {
    const percents = [
      judge('VaultDynamicSecret', db),
      judge('VaultDynamicSecret', { ...db, renewalPercent: 0 }),
    ];
    assert.deepEqual(
      percents.map((each) => each.ok && each.object.spec.renewalPercent),
      [67, 0],
    );
  });
});

describe('a status that does not fit', () => {
  const misfits: Readonly<Record<string, unknown>> = {
    'of another type': 'done',
    'with a field of another type': { lastGeneration: '4' },
    'with half a lease': { secretLease: { id: 'x' } },
    'with a condition without a time': {
      conditions: [{ type: 'Ready', status: 'True', reason: 'Ready', message: '' }],
    },
  };
  for (const [what, status] of Object.entries(misfits)) {
    it(`${what} counts as none`, () => {
      const result = judge('VaultDynamicSecret', db, status);
      assert.ok(result.ok);
      assert.equal(result.object.status, undefined);
    });
  }
});

describe('an object that is not valid is told', () => {
  const rows: readonly [KindName, unknown, string][] = [
    ['VaultConnection', undefined, 'spec.address is required'],
    ['VaultConnection', 'https://vault', 'spec must be a map of fields'],
    ['VaultConnection', { address: '' }, 'spec.address must not be empty'],
    [
      'VaultConnection',
      { address: 'x', timeout: '1h30m' },
      'spec.timeout must be a number and one unit, such as 30s, 5m or 1.5h',
    ],
    [
      'VaultAuth',
      { method: 'ldap' },
      'spec.method must be one of kubernetes, jwt, appRole, cert, aws, gcp',
    ],
    [
      'VaultAuth',
      { kubernetes: { tokenExpirationSeconds: 60 } },
      'spec.kubernetes.tokenExpirationSeconds must be at least 600',
    ],
    [
      'VaultAuth',
      { kubernetes: { audiences: 'vault' } },
      'spec.kubernetes.audiences must be a list',
    ],
    [
      'VaultAuth',
      { vaultAuthGlobalRef: { name: 'Default' } },
      'spec.vaultAuthGlobalRef.name must match ^([a-z0-9.-]{1,253})$',
    ],
    ['VaultStaticSecret', { ...kv, type: 'kv-v3' }, 'spec.type must be one of kv-v1, kv-v2'],
    ['VaultStaticSecret', { ...kv, mount: undefined }, 'spec.mount is required'],
    ['VaultStaticSecret', { ...kv, path: '' }, 'spec.path must not be empty'],
    ['VaultStaticSecret', { ...kv, version: 1.5 }, 'spec.version must be a whole number'],
    ['VaultStaticSecret', { ...kv, version: -1 }, 'spec.version must be at least 0'],
    ['VaultStaticSecret', { ...kv, destination: {} }, 'spec.destination.name is required'],
    [
      'VaultStaticSecret',
      { ...kv, refreshAfter: '87601h' },
      'spec.refreshAfter must be at most 10 years (87600h)',
    ],
    [
      'VaultStaticSecret',
      { ...kv, rolloutRestartTargets: [{ kind: 'Pod', name: 'web' }] },
      'spec.rolloutRestartTargets[0].kind must be one of Deployment, DaemonSet, StatefulSet, argo.Rollout',
    ],
    [
      'VaultStaticSecret',
      { ...kv, hmacSecretData: 'no' },
      'spec.hmacSecretData must be true or false',
    ],
    ['VaultDynamicSecret', { ...db, renewalPercent: 91 }, 'spec.renewalPercent must be at most 90'],
    [
      'VaultDynamicSecret',
      { ...db, params: { 'a/b~c': 1 } },
      'spec.params["a/b~c"] must be text; put numbers and true or false in quotes',
    ],
  ];
  for (const [kind, spec, problem] of rows) {
    it(`${kind}: ${problem}`, () => assert.deepEqual(told(kind, spec), [problem]));
  }

  it('everything that is wrong at once, one problem per field', () => {
    assert.deepEqual(told('VaultDynamicSecret', { mount: '', refreshAfter: 'soon' }), [
      'spec.destination is required',
      'spec.path is required',
      'spec.mount must not be empty',
      'spec.refreshAfter must be a number and one unit, such as 30s, 5m or 1.5h',
    ]);
  });
});

describe('problems', () => {
  it('never repeat a value', () => {
    const secret = fc.stringMatching(/^hvs\.[a-z0-9]{20}$/);
    const places = fc.constantFrom('type', 'refreshAfter', 'version', 'destination', 'syncConfig');
    fc.assert(
      fc.property(secret, places, (value, place) => {
        const said = told('VaultStaticSecret', { ...kv, params: { value }, [place]: value });
        assert.equal(said.length, 1);
        assert.ok(!said.join().includes(value));
      }),
    );
  });

  it('show no more of a key than a line can hold', () => {
    const key = 'k'.repeat(10_000);
    const [said = ''] = told('VaultDynamicSecret', { ...db, params: { [key]: 1 } });
    assert.ok(said.length < 200);
  });
});

describe('what has no behaviour yet', () => {
  const rows: readonly [KindName, unknown, readonly string[]][] = [
    ['SecretTransformation', {}, ['kind']],
    ['VaultAuth', { method: 'kubernetes', jwt: { role: 'unused' } }, []],
    ['VaultAuth', { method: 'aws' }, ['spec.method']],
    ['VaultAuth', { storageEncryption: { mount: 'a', keyName: 'b' } }, []],
    ['VaultAuthGlobal', { defaultAuthMethod: 'jwt' }, []],
    ['VaultStaticSecret', kv, []],
    ['VaultStaticSecret', { ...kv, syncConfig: { instantUpdates: false } }, []],
    [
      'VaultStaticSecret',
      { ...kv, syncConfig: { instantUpdates: true } },
      ['spec.syncConfig.instantUpdates'],
    ],
    ['VaultStaticSecret', { ...kv, destination: { name: 'a', transformation: {} } }, []],
    [
      'VaultStaticSecret',
      {
        ...kv,
        destination: {
          name: 'a',
          transformation: {
            templates: { a: { text: '' } },
            transformationRefs: [{ name: 'a' }],
            includes: ['a'],
            excludes: ['a'],
            excludeRaw: true,
          },
        },
      },
      ['templates', 'transformationRefs', 'includes', 'excludes'].map(
        (field) => `spec.destination.transformation.${field}`,
      ),
    ],
    ['VaultDynamicSecret', { ...db, revoke: true }, []],
    ['VaultDynamicSecret', { ...db, allowStaticCreds: true }, []],
  ];
  for (const [kind, spec, fields] of rows) {
    it(`in ${kind} ${JSON.stringify(spec)}: ${fields.join() || 'nothing'}`, () =>
      assert.deepEqual(
        supported(kind, spec).map(({ field }) => field),
        fields,
      ));
  }

  it('has a problem that reads as a sentence after its field', () => {
    for (const kind of Object.values(KINDS)) {
      for (const { problem } of supported(kind.kind, { method: 'aws', allowStaticCreds: true })) {
        assert.match(problem, /^[A-Za-z].*[a-z]$/);
      }
    }
  });
});
