// The real stack itself: that its servers are up, connected and obey their fault controls, that RBAC
// holds, and that nothing is left of it. What the operator does on it is tested elsewhere.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { isAlive, type ProcessId } from '../../hack/real/processes.ts';
import { type RealStack, startStack } from '../../hack/real/stack.ts';

const OPERATOR = { namespace: 'operator', serviceAccount: 'operator' };
const EVENTUALLY_MS = 15_000;
const SERVERS_AND_WATCHDOG = 6;

const STACK_MODULE = new URL('../../hack/real/stack.ts', import.meta.url).href;
const OWNERS_YAML = fileURLToPath(new URL('owners.yaml', import.meta.url));
const OWNERS = '/apis/test.example.com/v1/namespaces/default/owners';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

interface Credential {
  readonly lease_id: string;
  readonly data: { readonly username: string; readonly password: string };
}

describe('the real stack', () => {
  let stack: RealStack;
  before(async () => {
    stack = await startStack({ manifests: [OWNERS_YAML] });
  });
  after(async () => {
    await stack.stop();
  });

  it('has a ready API server of the pinned version', async () => {
    const { client } = stack.apiServer;
    assert.equal((await client.send('GET', '/readyz')).body, 'ok');
    const version = await client.request<{ gitVersion: string }>('GET', '/version');
    assert.match(version.gitVersion, /^v1\.\d+\.\d+/);
  });

  it('lets a service account log in at Vault with a token of its own', async () => {
    await stack.vault.request('POST', 'auth/kubernetes/role/reader', {
      bound_service_account_names: 'app',
      bound_service_account_namespaces: 'team-a',
      token_policies: 'default',
    });
    const login = async (of: { namespace: string; serviceAccount: string }) => {
      const jwt = await stack.serviceAccountToken(of);
      const body = { role: 'reader', jwt };
      return stack.vault.clientFor().send('POST', '/v1/auth/kubernetes/login', { body });
    };
    assert.equal((await login({ namespace: 'team-a', serviceAccount: 'app' })).status, 200);
    assert.equal((await login({ namespace: 'team-b', serviceAccount: 'app' })).status, 403);
  });

  it('keeps versions of a kv-v2 secret and the last value of a kv-v1 secret', async () => {
    await stack.vault.request('POST', 'kv/data/app', { data: { a: '1' } });
    await stack.vault.request('POST', 'kv/data/app', { data: { a: '2' } });
    const first = await stack.vault.request<{ data: unknown }>('GET', 'kv/data/app?version=1');
    assert.partialDeepStrictEqual(first, { data: { data: { a: '1' }, metadata: { version: 1 } } });
    await stack.vault.request('POST', 'kv1/app', { a: '1' });
    assert.partialDeepStrictEqual(await stack.vault.request('GET', 'kv1/app'), {
      data: { a: '1' },
    });
  });

  it('issues a database credential that works until its lease is revoked', async () => {
    const credential = await issue(stack);
    const { username: user, password } = credential.data;
    assert.deepEqual(await stack.postgres.query('SELECT current_user', { user, password }), [
      [user],
    ]);
    assert.deepEqual(await roles(stack, user), [[user]]);
    await stack.vault.request('PUT', 'sys/leases/revoke', {
      lease_id: credential.lease_id,
      sync: true,
    });
    assert.deepEqual(await roles(stack, user), []);
  });

  it('writes every call of Vault to the audit file', async () => {
    const path = `kv/data/audited-${process.pid}`;
    const count = () => readFileSync(stack.vault.auditPath, 'utf8').split(`"${path}"`).length - 1;
    await stack.vault.client.send('GET', `/v1/${path}`);
    const perRead = count();
    assert.ok(perRead > 0);
    await stack.vault.client.send('GET', `/v1/${path}`);
    assert.equal(count(), 2 * perRead);
  });

  it('gives a service account only the rights that are bound to it', async () => {
    const token = await stack.serviceAccountToken(OPERATOR);
    const secrets = '/api/v1/namespaces/operator/secrets';
    const list = () => stack.apiServer.clientFor(token).send('GET', secrets);
    assert.equal((await list()).status, 403);
    await stack.apply(`
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: { name: view, namespace: operator }
      roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin }
      subjects: [{ kind: ServiceAccount, name: operator, namespace: operator }]
    `);
    await eventually(async () => (await list()).status === 200);
    assert.equal(
      (await stack.apiServer.clientFor(token).send('GET', '/api/v1/secrets')).status,
      403,
    );
  });

  it('gives out a kubeconfig that is the service account, not the administrator', async () => {
    const text = await stack.operatorKubeconfig(OPERATOR);
    assert.ok(!text.includes(stack.apiServer.adminToken));
    const { users }: { users: { user: { token: string } }[] } = JSON.parse(text);
    const review = await stack.apiServer
      .clientFor(users[0]!.user.token)
      .request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      });
    assert.partialDeepStrictEqual(review, {
      status: { userInfo: { username: 'system:serviceaccount:operator:operator' } },
    });
  });

  it('serves a custom kind as soon as it is applied', async () => {
    const pets = readFileSync(OWNERS_YAML, 'utf8').replaceAll('owner', 'pet');
    const pet = 'apiVersion: test.example.com/v1\nkind: Pet\nmetadata: { name: a }';
    const applied = await stack.apply(`${pets.replaceAll('Owner', 'Pet')}\n---\n${pet}`);
    assert.equal(applied[1]?.metadata.name, 'a');
  });

  it('collects at once what a deleted object of a custom kind owned', async () => {
    const { client } = stack.apiServer;
    const [owner] = await stack.apply(
      'apiVersion: test.example.com/v1\nkind: Owner\nmetadata: { name: a }',
    );
    assert.ok(owner);
    const { apiVersion, kind, metadata } = owner;
    const ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid }];
    await client.request('POST', CONFIG_MAPS, {
      body: { metadata: { name: 'a', ownerReferences } },
    });
    await client.request('DELETE', `${OWNERS}/a`);
    await eventually(async () => (await client.send('GET', `${CONFIG_MAPS}/a`)).status === 404);
  });

  it('keeps what Vault holds when Vault is terminated, killed and sealed', async () => {
    const { vault } = stack;
    await vault.request('POST', 'kv1/lasting', { a: 'kept' });
    const credential = await issue(stack);
    const read = () => vault.client.send('GET', '/v1/kv1/lasting');
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await vault.terminate(signal);
      await assert.rejects(read);
      await vault.start();
      assert.equal((await read()).status, 503);
      await vault.unseal();
      assert.partialDeepStrictEqual((await read()).body, { data: { a: 'kept' } });
    }
    await vault.seal();
    assert.equal((await read()).status, 503);
    await vault.unseal();
    await vault.request('PUT', 'sys/leases/renew', { lease_id: credential.lease_id });
  });

  it('keeps what the API server holds when the API server is terminated', async () => {
    const { apiServer } = stack;
    await stack.serviceAccountToken({ namespace: 'lasting', serviceAccount: 'kept' });
    const read = () =>
      apiServer.client.send('GET', '/api/v1/namespaces/lasting/serviceaccounts/kept');
    await apiServer.terminate('SIGKILL');
    await assert.rejects(read);
    await apiServer.start();
    assert.equal((await read()).status, 200);
  });

  it('keeps what PostgreSQL holds when PostgreSQL is stopped', async () => {
    const { postgres } = stack;
    await postgres.query('CREATE TABLE lasting AS SELECT 1 AS kept');
    await postgres.stop();
    await assert.rejects(postgres.query('SELECT 1'));
    await postgres.start();
    assert.deepEqual(await postgres.query('SELECT kept FROM lasting'), [['1']]);
  });

  it('stands beside another stack, of which nothing is left when its owner is killed', async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '-e', ownerScript()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(owner.stdout, 'data');
    const other: { folder: string; processes: ProcessId[] } = JSON.parse(String(line));
    assert.equal(other.processes.length, SERVERS_AND_WATCHDOG);
    assert.deepEqual(other.processes.filter(isAlive), other.processes);

    owner.kill('SIGKILL');

    await eventually(async () => !other.processes.some(isAlive));
    assert.ok(!existsSync(other.folder));
    assert.equal((await stack.apiServer.client.send('GET', '/readyz')).status, 200);
  });

  it('leaves no process and no folder when it is stopped', async () => {
    const processes = Object.values(stack.processes());
    assert.equal(processes.length, SERVERS_AND_WATCHDOG);
    assert.deepEqual(processes.filter(isAlive), processes);
    await stack.stop();
    assert.deepEqual(processes.filter(isAlive), []);
    assert.ok(!existsSync(stack.folder));
  });
});

/** A program that starts a stack, tells what it consists of, and stays. */
function ownerScript(): string {
  return `
    import { startStack } from ${JSON.stringify(STACK_MODULE)};
    const stack = await startStack();
    const processes = Object.values(stack.processes());
    console.log(JSON.stringify({ folder: stack.folder, processes }));
    setInterval(() => {}, 1000);
  `;
}

async function issue(stack: RealStack): Promise<Credential> {
  await stack.vault.request('POST', 'database/roles/app', {
    db_name: 'postgres',
    creation_statements: `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`,
    default_ttl: '1h',
  });
  return stack.vault.request<Credential>('GET', 'database/creds/app');
}

async function roles(stack: RealStack, name: string): Promise<string[][]> {
  return stack.postgres.query(`SELECT rolname FROM pg_roles WHERE rolname = '${name}'`);
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + EVENTUALLY_MS;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `not within ${EVENTUALLY_MS} ms`);
    await pause(50);
  }
}
