import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VaultEndpoint, VaultIdentity } from '../api/vault-exchange.ts';
import type { StoredObject } from '../reconcile/ports.ts';
import { askVault } from './ask-vault.ts';
import type { CommandPorts } from './ports.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
const REQUEST = { namespace: '', method: 'GET', path: 'kv/data/app' } as const;
const unused = () => assert.fail('nobody asks for this');

function connection(spec: object): StoredObject {
  const metadata = {
    name: 'vault',
    namespace: 'team',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '',
  };
  const apiVersion = 'secrets.hashicorp.com/v1beta1';
  return { apiVersion, kind: 'VaultConnection', metadata, spec };
}

function identity(endpoint: Partial<VaultEndpoint>): VaultIdentity {
  return {
    key: 'k',
    authName: 'team/app',
    connectionName: 'team/vault',
    endpoint: {
      address: 'https://vault.ops.svc:8200',
      connection: 'team/vault',
      skipVerify: false,
      headers: {},
      timeoutMs: 1,
      ...endpoint,
    },
    mount: 'kubernetes',
    namespace: '',
    loginHeaders: {},
    login: {
      method: 'kubernetes',
      role: 'web',
      serviceAccount: { namespace: 'team', name: 'sa' },
      audiences: [],
      expirationSeconds: 600,
    },
  };
}

async function asked(
  spec: object,
  ca: string | undefined,
  address?: string,
  endpoint: Partial<VaultEndpoint> = {},
) {
  const reached: VaultEndpoint[] = [];
  const ports: CommandPorts = {
    now: () => 0,
    print: unused,
    view: {
      object: async () => connection({ address: 'https://vault.ops.svc:8200', ...spec }),
      secret: unused,
      secrets: unused,
      namespace: unused,
      events: unused,
      leader: unused,
      workload: unused,
      annotate: unused,
    },
    vault: {
      ca: async () => ca,
      capabilities: async (as) => {
        reached.push(as.endpoint);
        return ['read'];
      },
    },
  };
  const word = await askVault(ports, identity(endpoint), REQUEST, address);
  return { word, reached: reached[0] };
}

describe('asking Vault', () => {
  it('trusts the CA of the VaultConnection', async () => {
    const { word, reached } = await asked({ caCertSecretRef: 'ca' }, PEM);
    assert.deepEqual(word, { kind: 'allows', capabilities: ['read'] });
    assert.equal(reached?.caPem, PEM);
  });

  it('says that the CA is not there, and asks nobody', async () => {
    const { word, reached } = await asked({ caCertSecretRef: 'ca' }, undefined);
    assert.equal(word.kind === 'failed' && word.fault.reason, 'CASecretInvalid');
    assert.equal(reached, undefined);
  });

  const PORT = 'https://127.0.0.1:8200/';
  const names: readonly [string, Partial<VaultEndpoint>, string | undefined][] = [
    ['its host', {}, 'vault.ops.svc'],
    ['what it names itself', { serverName: 'vault.example' }, 'vault.example'],
    ['none, where it has an address only', { address: 'https://10.0.0.1:8200' }, undefined],
  ];
  for (const [sentence, endpoint, serverName] of names)
    it(`elsewhere expects the name of the VaultConnection: ${sentence}`, async () => {
      const { reached } = await asked({}, undefined, PORT, endpoint);
      assert.equal(reached?.address, 'https://127.0.0.1:8200');
      assert.equal(reached?.serverName, serverName);
    });

  it('goes no further than a bug', async () => {
    const broken = Promise.reject(new TypeError('a bug'));
    const ports = { view: { object: () => broken } } as unknown as CommandPorts;
    await assert.rejects(askVault(ports, identity({}), REQUEST, undefined), TypeError);
  });
});
