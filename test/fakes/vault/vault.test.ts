// What a real Vault cannot be asked: its past, its faults, and what time does to it when nobody asks.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { Agent, request } from 'undici';

import { selfSigned } from '../api-server/self-signed.ts';
import { VirtualClock } from '../clock.ts';
import { matching } from './faults.ts';
import { fieldsOf, textOf } from './json.ts';
import { type Tried, tryOut } from './trial.ts';
import { startVault } from './vault.ts';

const MINUTE_MS = 60_000;
const ROLE = { db_name: 'postgres', default_ttl: '60s', max_ttl: '300s' };
const POLICY = { policy: 'path "database/creds/*" { capabilities = ["read"] }' };
const BOUND = {
  bound_service_account_names: 'app',
  bound_service_account_namespaces: '*',
  token_policies: 'app',
  token_ttl: '10m',
};

let clock: VirtualClock;
let tried: Tried;
beforeEach(async () => {
  clock = new VirtualClock();
  tried = await tryOut(clock);
  await tried.ask('POST database/roles/app', ROLE);
  await tried.ask('PUT sys/policies/acl/app', POLICY);
  await tried.ask('POST auth/kubernetes/role/app', BOUND);
});
afterEach(() => tried.vault.stop());

async function logIn(namespace = 'team-a'): Promise<string> {
  const jwt = tried.jwt({ namespace, serviceAccount: 'app' });
  const { body } = await tried.ask('POST auth/kubernetes/login', { role: 'app', jwt }, '');
  return textOf(fieldsOf(body['auth'])['client_token']);
}

async function issue(token: string): Promise<string> {
  const { body } = await tried.ask('GET database/creds/app', undefined, token);
  return textOf(body['lease_id']);
}

describe('time', () => {
  it('drops the user of a lease at the end of its TTL, and not before', async () => {
    const issuedAt = clock.now();
    await issue(await logIn());
    clock.advanceBy(MINUTE_MS - 1);
    assert.equal(tried.vault.hooks.liveLeases().length, 1);
    clock.advanceBy(1);
    const { hooks } = tried.vault;
    assert.deepEqual(hooks.liveLeases(), []);
    assert.deepEqual(
      hooks.credentials().map(({ droppedAt }) => droppedAt),
      [issuedAt + MINUTE_MS],
    );
  });

  it('ends a token with its leases, however long these still had', async () => {
    const token = await logIn();
    clock.advanceBy(9.5 * MINUTE_MS);
    const lease = await issue(token);
    clock.advanceBy(0.5 * MINUTE_MS);
    assert.deepEqual(tried.vault.hooks.liveLeases(lease), []);
    assert.equal(tried.vault.hooks.credentials()[0]?.droppedAt, clock.now());
  });

  it('goes on while sealed; what came due ends when it is unsealed', async () => {
    const { vault } = tried;
    const lease = await issue(await logIn());
    vault.seal();
    clock.advanceBy(2 * MINUTE_MS);
    assert.equal(vault.hooks.liveLeases(lease).length, 1);
    vault.unseal();
    assert.deepEqual(vault.hooks.liveLeases(lease), []);
    assert.equal(vault.hooks.credentials()[0]?.droppedAt, clock.now());
  });

  it('leaves a lease alive that is unsealed in time', async () => {
    const token = await logIn();
    const lease = await issue(token);
    tried.vault.seal();
    clock.advanceBy(MINUTE_MS / 2);
    tried.vault.unseal();
    const renewal = { lease_id: lease };
    assert.equal((await tried.ask('PUT sys/leases/renew', renewal, token)).status, 200);
    clock.advanceBy(MINUTE_MS - 1);
    assert.equal(tried.vault.hooks.liveLeases(lease).length, 1);
  });
});

describe('a stopped Vault', () => {
  it('refuses connections, and is sealed on the same port when it starts again', async () => {
    const { vault } = tried;
    const lease = await issue(await logIn());
    await vault.terminate();
    await assert.rejects(tried.ask('GET sys/health'));
    await vault.start();
    assert.equal((await tried.ask('GET sys/health')).status, 503);
    const { body } = await tried.ask('PUT sys/unseal', { key: vault.unsealKey }, '');
    assert.equal(body['sealed'], false);
    assert.equal((await tried.ask('PUT sys/leases/lookup', { lease_id: lease })).status, 200);
  });

  it('stays sealed for a wrong key', async () => {
    tried.vault.seal();
    assert.equal((await tried.ask('PUT sys/unseal', { key: 'no' }, '')).status, 400);
    assert.equal((await tried.ask('GET sys/health', undefined, '')).status, 503);
  });
});

describe('over TLS', () => {
  it('is reached by those who trust its certificate', async () => {
    const tls = selfSigned();
    const vault = await startVault({ clock, tls, authenticate: async () => undefined });
    const trusting = new Agent({ connect: { ca: tls.cert } });
    try {
      const { statusCode } = await request(`${vault.url}/v1/sys/health`, { dispatcher: trusting });
      assert.equal(statusCode, 200);
      assert.match(vault.url, /^https:/);
    } finally {
      await trusting.destroy();
      await vault.stop();
    }
  });
});

describe('identities', () => {
  it('are one for two logins of a service account, and two for two service accounts', async () => {
    await logIn();
    await logIn();
    await logIn('team-b');
    const logins = tried.vault.hooks.liveTokens().filter(({ path }) => path.endsWith('login'));
    const [first, again, other] = logins.map(({ entityId }) => entityId);
    assert.equal(first, again);
    assert.notEqual(first, other);
  });
});

describe('the record', () => {
  it('tells who asked what when, and what came of it', async () => {
    const token = await logIn();
    const lease = await issue(token);
    const accessor = tried.vault.hooks.liveTokens().find(({ id }) => id === token)?.accessor;
    const seen = tried.vault.hooks.requests().at(-1);
    assert.deepEqual(seen, {
      at: clock.now(),
      method: 'GET',
      path: 'database/creds/app',
      operation: 'read',
      namespace: '',
      tokenAccessor: accessor,
      userAgent: 'node',
      code: 200,
      leaseId: lease,
    });
    assert.equal(tried.vault.hooks.issued('database/creds/app'), 1);
  });

  it('counts leases that were made, not those that were renewed', async () => {
    const options = { version: '1', leased_passthrough: 'true' };
    await tried.ask('POST sys/mounts/leased', { type: 'kv', options });
    await tried.ask('POST leased/a', { ttl: '60s' });
    const { body } = await tried.ask('GET leased/a');
    const renewal = await tried.ask('PUT sys/leases/renew', { lease_id: body['lease_id'] });
    assert.equal(renewal.status, 200);
    const { hooks } = tried.vault;
    assert.equal(hooks.issued('leased/a'), 1);
    assert.equal(hooks.issued('sys/leases/renew'), 0);
  });

  it('holds no token', async () => {
    const token = await logIn();
    await issue(token);
    assert.ok(!JSON.stringify(tried.vault.hooks.requests()).includes(token));
  });
});

describe('faults', () => {
  const creds = matching('GET database/creds/*');

  it('answer in its place, as often as said', async () => {
    const { faults } = tried.vault.hooks;
    const reply = { kind: 'answer', status: 429, body: '{"errors":["slow"]}' } as const;
    const fault = faults.plant(creds, { ...reply, headers: { 'retry-after': '7' } }, 2);
    const statuses = [];
    for (let at = 0; at < 3; at += 1)
      statuses.push((await tried.ask('GET database/creds/app')).status);
    assert.deepEqual(statuses, [429, 429, 200]);
    assert.equal(fault.hits, 2);
    assert.equal(tried.vault.hooks.issued('database/creds/app'), 1);
  });

  it('carry headers, and bodies that are no JSON', async () => {
    const headers = { location: 'https://other.example/v1/x', 'content-type': 'text/html' };
    tried.vault.hooks.faults.plant(creds, { kind: 'answer', status: 307, headers, body: '<p>' });
    const response = await fetch(`${tried.vault.url}/v1/database/creds/app`, {
      redirect: 'manual',
      headers: { 'x-vault-token': tried.vault.rootToken },
    });
    assert.equal(response.status, 307);
    assert.equal(response.headers.get('location'), headers.location);
    assert.equal(await response.text(), '<p>');
  });

  it('cut the connection before the work: nothing is issued', async () => {
    tried.vault.hooks.faults.plant(creds, { kind: 'reset' });
    await assert.rejects(tried.ask('GET database/creds/app'));
    assert.equal(tried.vault.hooks.issued('database/creds/app'), 0);
    assert.equal(tried.vault.hooks.requests().at(-1)?.code, undefined);
  });

  it('withhold the reply after the work: the lease is there', async () => {
    tried.vault.hooks.faults.plant(creds, { kind: 'withhold' });
    await assert.rejects(tried.ask('GET database/creds/app'));
    assert.equal(tried.vault.hooks.issued('database/creds/app'), 1);
    assert.equal(tried.vault.hooks.liveLeases('database/creds/app').length, 1);
  });

  it('hold requests before the work until released, and these are not in flight', async () => {
    const { hooks } = tried.vault;
    const held = hooks.faults.hold(creds);
    const asked = tried.ask('GET database/creds/app');
    while (held.waiting === 0) await turn();
    assert.equal(hooks.inFlight(), 0);
    assert.deepEqual(tried.vault.hooks.liveLeases(), []);
    held.release();
    assert.equal((await asked).status, 200);
    assert.equal(held.waiting, 0);
    assert.equal((await tried.ask('GET database/creds/app')).status, 200);
  });

  it('hold the answer after the work', async () => {
    const held = tried.vault.hooks.faults.hold(creds, { done: true });
    const asked = tried.ask('GET database/creds/app');
    while (tried.vault.hooks.liveLeases().length === 0) await turn();
    held.release();
    assert.equal((await asked).status, 200);
  });

  it('send a body that never ends, until the other side goes', async () => {
    tried.vault.hooks.faults.plant(creds, { kind: 'endless' });
    const stop = new AbortController();
    const response = await fetch(`${tried.vault.url}/v1/database/creds/app`, {
      signal: stop.signal,
      headers: { 'x-vault-token': tried.vault.rootToken },
    });
    let size = 0;
    assert.ok(response.body);
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > 1_000_000) break;
    }
    assert.ok(size > 1_000_000);
    while (tried.vault.hooks.inFlight() > 0) await turn();
  });

  it('let pass what does not match, and are gone when disposed', async () => {
    const fault = tried.vault.hooks.faults.plant(creds, { kind: 'reset' });
    assert.equal((await tried.ask('GET database/roles/app')).status, 200);
    fault[Symbol.dispose]();
    assert.equal((await tried.ask('GET database/creds/app')).status, 200);
  });
});

describe('tokens that were used up', () => {
  it('take the lease of their last use with them, and the database user', async () => {
    const once = { policies: 'app', num_uses: 1 };
    const { body } = await tried.ask('POST auth/token/create', once);
    const token = textOf(fieldsOf(body['auth'])['client_token']);
    assert.equal((await tried.ask('GET database/creds/app', undefined, token)).status, 400);
    assert.equal(tried.vault.hooks.credentials()[0]?.droppedAt, clock.now());
  });
});
