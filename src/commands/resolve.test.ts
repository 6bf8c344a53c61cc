import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConfig } from '../config.ts';
import { identityOf } from '../reconcile/access/identity.ts';
import type { StoredObject } from '../reconcile/ports.ts';
import { FaultError } from '../runtime/fault.ts';
import { keyOf, type Ref } from '../runtime/ref.ts';
import { resolve } from './resolve.ts';

const { hardening, allowDefaultGlobals } = readConfig({
  args: [],
  env: {},
  hostname: '',
  podNamespace: undefined,
});
const SETTINGS = { operatorNamespace: 'ops', allowDefaultGlobals, hardening };
const CONSUMER = { metadata: { namespace: 'team' }, spec: { vaultAuthRef: 'app' } };

function object(kind: string, name: string, spec: object, status?: object): StoredObject {
  return {
    apiVersion: 'secrets.hashicorp.com/v1beta1',
    kind,
    metadata: {
      name,
      namespace: 'team',
      uid: `${kind}-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '',
    },
    spec,
    status,
  };
}

const AUTH = object('VaultAuth', 'app', {
  method: 'kubernetes',
  mount: 'kubernetes',
  vaultConnectionRef: 'vault',
  kubernetes: { role: 'web', serviceAccount: 'sa' },
});
const CONNECTION = object('VaultConnection', 'vault', { address: 'https://vault:8200' });

function over(...objects: readonly StoredObject[]) {
  const reads: string[] = [];
  const view = {
    object: async (ref: Ref) => {
      reads.push(keyOf(ref));
      return objects.find(({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name);
    },
  };
  return { reads, resolved: () => resolve(view, SETTINGS, (deps) => identityOf(deps, CONSUMER)) };
}

describe('resolving references', () => {
  it('reads what is asked for, each once, and comes to the identity', async () => {
    const { reads, resolved } = over(AUTH, CONNECTION);
    const { result, references } = await resolved();
    assert.ok('login' in result);
    assert.equal(result.endpoint.address, 'https://vault:8200');
    assert.deepEqual(reads, ['VaultAuth/team/app', 'VaultConnection/team/vault']);
    assert.deepEqual(
      references.map(({ sight }) => sight.kind),
      ['found', 'found'],
    );
  });

  it('ends with the operator’s own fault where something is missing', async () => {
    const { result, references } = await over(AUTH).resolved();
    assert.ok('reason' in result);
    assert.equal(result.reason, 'VaultConnectionNotFound');
    assert.equal(references.at(-1)?.sight.kind, 'missing');
  });

  it('takes the operator’s word for what only that can see of a connection', async () => {
    const conditions = [{ type: 'ResourceValidation', status: 'False', observedGeneration: 1 }];
    const refused = object('VaultConnection', 'vault', CONNECTION.spec ?? {}, { conditions });
    const { result } = await over(AUTH, refused).resolved();
    assert.ok('reason' in result);
    assert.equal(result.reason, 'VaultConnectionNotReady');
  });

  it('says what may not be seen, in words for a person', async () => {
    const message =
      'the operator may not get vaultauths in namespace "team": grant that verb to its service account';
    const fault = { kind: 'denied', reason: 'KubernetesForbidden', message } as const;
    const view = { object: () => Promise.reject(new FaultError(fault)) };
    const { result } = await resolve(view, SETTINGS, (deps) => identityOf(deps, CONSUMER));
    assert.ok('reason' in result);
    assert.equal(result.message, 'you may not get vaultauths in namespace "team"');
  });

  it('goes no further than a bug', async () => {
    const view = { object: () => Promise.reject(new TypeError('a bug')) };
    const ask = resolve(view, SETTINGS, (deps) => identityOf(deps, CONSUMER));
    await assert.rejects(ask, TypeError);
  });
});
