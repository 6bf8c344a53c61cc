import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VirtualClock } from '../../test/fakes/clock.ts';
import type { SecretRequest } from '../api/vault-exchange.ts';
import { faultFrom, NEVER } from './testing/door.ts';
import { secretOf, sendErrors } from './testing/scripted-vault.ts';
import { tokenVault } from './testing/token-vault.ts';
import { identityAt, rooms, until } from './testing/vault-rooms.ts';

const HOUR_MS = 3_600_000;
const config: SecretRequest = { namespace: '', method: 'GET', path: 'kv/data/app' };

async function quiet(clock: VirtualClock, ms: number, there: () => boolean): Promise<void> {
  clock.advanceBy(ms);
  await until(there);
}

describe('reading under the shared token of an identity', () => {
  it('logs in once for many, and again for another identity', async () => {
    await using vault = await tokenVault();
    const { sessions, atHand } = rooms();
    const identity = identityAt(vault.endpoint);
    const paths = Array.from({ length: 20 }, (_, n) => ({ ...config, path: `kv/data/${n}` }));
    await Promise.all(paths.map((request) => sessions.read(identity, request, NEVER)));
    await sessions.read(identity, config, NEVER);
    assert.equal(vault.log.filter((line) => line.includes('login')).length, 1);
    assert.deepEqual([atHand.at(0), atHand.at(-1)], [false, true]);
    await sessions.read(identityAt(vault.endpoint, { key: 'key-2' }), config, NEVER);
    assert.equal(vault.log.filter((line) => line.includes('login')).length, 2);
    assert.equal(sessions.size, 2);
  });

  it('asks once for equal reads under way, and anew afterwards', async () => {
    await using vault = await tokenVault();
    const { sessions } = rooms();
    const identity = identityAt(vault.endpoint);
    const reads = Array.from({ length: 20 }, () => sessions.read(identity, config, NEVER));
    const answers = await Promise.all(reads);
    assert.equal(new Set(answers).size, 1);
    await sessions.read(identity, config, NEVER);
    assert.deepEqual(vault.log.slice(1), ['GET kv/data/app t1', 'GET kv/data/app t1']);
  });

  it('never merges what differs, nor what writes', async () => {
    await using vault = await tokenVault();
    const { sessions } = rooms();
    const identity = identityAt(vault.endpoint);
    const put = { ...config, method: 'PUT', body: { a: 'b' } } as const;
    const requests: SecretRequest[] = [
      config,
      { ...config, namespace: 'a' },
      { ...config, query: { version: '1' } },
      { ...config, path: 'kv/data/b' },
      put,
      put,
    ];
    await Promise.all(requests.map((request) => sessions.read(identity, request, NEVER)));
    assert.equal(vault.log.length, 1 + requests.length);
  });

  it('one who breaks off does not break off the others', async () => {
    await using vault = await tokenVault();
    const { sessions } = rooms();
    const identity = identityAt(vault.endpoint);
    const held = Promise.withResolvers<void>();
    vault.answer = (_, response) => {
      void held.promise.then(() => response.end(JSON.stringify(secretOf({}))));
      return undefined;
    };
    const stop = new AbortController();
    const left = faultFrom(sessions.read(identity, config, stop.signal));
    const stayed = sessions.read(identity, config, NEVER);
    await until(() => vault.log.length === 2);
    stop.abort();
    assert.equal((await left).reason, 'Interrupted');
    held.resolve();
    assert.equal((await stayed).status, 200);
  });

  it('tries a read again after a blink, but not a write', async () => {
    await using vault = await tokenVault();
    vault.answer = (_, response) => void response.socket?.destroy();
    const { sessions, clock } = rooms();
    const identity = identityAt(vault.endpoint);
    const fault = faultFrom(sessions.read(identity, config, NEVER));
    await until(() => {
      clock.advanceBy(1);
      return vault.log.length === 4;
    });
    assert.equal((await fault).reason, 'VaultUnreachable');
    await faultFrom(sessions.read(identity, { ...config, method: 'PUT' }, NEVER));
    assert.equal(vault.log.length, 5);
  });

  it('renews a lease by id under the shared token, in the namespace of the lease', async () => {
    await using vault = await tokenVault();
    vault.answer = () => secretOf(null, { lease_duration: 60, renewable: true });
    const { sessions } = rooms();
    const identity = identityAt(vault.endpoint);
    const renewal = await sessions.renewLease(identity, 'team-a', 'x/1', 60_000, NEVER);
    assert.equal(renewal.kind, 'granted');
    assert.equal(vault.seen.at(-1)?.headers['x-vault-namespace'], 'team-a');
    vault.answer = (_, response) => sendErrors(response, 400, 'lease not found');
    const gone = await sessions.renewLease(identity, '', 'x/1', 60_000, NEVER);
    assert.equal(gone.kind, 'gone');
  });
});

describe('a dead shared token', () => {
  for (const saysInvalid of [true, false]) {
    it(`costs one login for all who notice${saysInvalid ? '' : ', also where Vault only denies'}`, async () => {
      await using vault = await tokenVault();
      vault.saysInvalid = saysInvalid;
      const { sessions } = rooms();
      const identity = identityAt(vault.endpoint);
      await sessions.read(identity, config, NEVER);
      vault.dead.add('t1');
      const paths = Array.from({ length: 20 }, (_, n) => ({ ...config, path: `kv/data/${n}` }));
      await Promise.all(paths.map((request) => sessions.read(identity, request, NEVER)));
      assert.equal(vault.log.filter((line) => line.includes('login')).length, 2);
      assert.ok(!vault.log.some((line) => line.includes('revoke')), 'nothing is left to give back');
    });
  }

  it('is no reason for a lease to be gone', async () => {
    await using vault = await tokenVault();
    vault.answer = () => secretOf(null, { lease_duration: 60, renewable: true });
    const { sessions } = rooms();
    const identity = identityAt(vault.endpoint);
    await sessions.read(identity, config, NEVER).catch(() => undefined);
    vault.dead.add('t1');
    const renewal = await sessions.renewLease(identity, '', 'x/1', 60_000, NEVER);
    assert.equal(renewal.kind, 'granted');
  });

  it('that is followed by a dead one is said, not tried for ever', async () => {
    await using vault = await tokenVault();
    for (const token of ['t1', 't2', 't3']) vault.dead.add(token);
    const { sessions } = rooms();
    const identity = identityAt(vault.endpoint);
    const fault = await faultFrom(sessions.read(identity, config, NEVER));
    assert.deepEqual([fault.kind, fault.reason], ['denied', 'TokenInvalid']);
    assert.equal(vault.log.length, 4);
  });
});

describe('a denial under a living token', () => {
  it('is tried once more with a new token, because the role may have a policy that the old one has not', async () => {
    await using vault = await tokenVault();
    const { sessions } = rooms();
    vault.denied.add('t1');
    const answer = await sessions.read(identityAt(vault.endpoint), config, NEVER);
    assert.equal(answer.status, 200);
    // Only the place of the give-back among them is open.
    assert.deepEqual(
      vault.log.filter((line) => !line.includes('revoke')),
      [
        'POST auth/kubernetes/login -',
        'GET kv/data/app t1',
        'GET auth/token/lookup-self t1',
        'POST auth/kubernetes/login -',
        'GET kv/data/app t2',
      ],
    );
    await until(() => vault.log.includes('POST auth/token/revoke-self t1'));
  });

  it('causes one login in five minutes, however many objects are denied', async () => {
    await using vault = await tokenVault();
    for (let n = 1; n < 9; n += 1) vault.denied.add(`t${n}`);
    const { sessions, clock } = rooms();
    const identity = identityAt(vault.endpoint);
    const deny = async (count: number): Promise<void> => {
      const paths = Array.from({ length: count }, (_, n) => ({ ...config, path: `kv/data/${n}` }));
      for (const request of paths) {
        const fault = await faultFrom(sessions.read(identity, request, NEVER));
        assert.equal(fault.reason, 'PermissionDenied');
        assert.match(fault.message, new RegExp(`need "read" on ${request.path}`));
      }
    };
    const logins = (): number => vault.log.filter((line) => line.includes('login')).length;
    await deny(10);
    assert.equal(logins(), 2);
    clock.advanceBy(299_000);
    await deny(10);
    assert.equal(logins(), 2);
    clock.advanceBy(1_000);
    await deny(10);
    assert.equal(logins(), 3);
  });

  it('stands when Vault cannot say whether the token lives', async () => {
    await using vault = await tokenVault();
    vault.grant = { policies: ['app'] };
    vault.denied.add('t1').add('t2');
    const { sessions } = rooms();
    const fault = await faultFrom(sessions.read(identityAt(vault.endpoint), config, NEVER));
    assert.equal(fault.reason, 'PermissionDenied');
  });
});

describe('the life of a shared token', () => {
  it('is renewed between 60 % and 74 % of its TTL while it is used', async () => {
    await using vault = await tokenVault();
    const { sessions, clock } = rooms();
    const identity = identityAt(vault.endpoint);
    await sessions.read(identity, config, NEVER);
    clock.advanceBy(0.59 * HOUR_MS);
    assert.equal(vault.log.length, 2);
    await quiet(clock, 0.15 * HOUR_MS, () => vault.log.length === 3);
    assert.equal(vault.log[2], 'POST auth/token/renew-self t1');
    assert.equal(vault.seen[2]?.body, '{"increment":3600}');
    await until(() => (clock.nextAlarm() ?? 0) > clock.now() + 0.1 * HOUR_MS);
    clock.advanceBy(0.5 * HOUR_MS);
    await sessions.read(identity, config, NEVER);
    assert.equal(vault.log.at(-1), 'GET kv/data/app t1');
  });

  it('ends when nobody used it: it is given back, and the next read logs in', async () => {
    await using vault = await tokenVault();
    const { sessions, clock } = rooms();
    const identity = identityAt(vault.endpoint);
    await sessions.read(identity, config, NEVER);
    await quiet(clock, 0.74 * HOUR_MS, () => vault.log.length === 3);
    await quiet(clock, 0.74 * HOUR_MS, () => vault.log.length === 4);
    assert.equal(vault.log[3], 'POST auth/token/revoke-self t1');
    await sessions.read(identity, config, NEVER);
    assert.equal(vault.log.at(-1), 'GET kv/data/app t2');
  });

  const ending: Record<string, { grant?: object; renewal?: object }> = {
    'Vault lengthens it no more in full': { renewal: { lease_duration: 1200 } },
    'it is not renewable': { grant: { renewable: false } },
  };
  for (const [when, { grant = {}, renewal = {} }] of Object.entries(ending)) {
    it(`is followed by a new login in time when ${when}`, async () => {
      await using vault = await tokenVault();
      vault.grant = grant;
      vault.renewal = renewal;
      const { sessions, clock } = rooms();
      const identity = identityAt(vault.endpoint);
      await sessions.read(identity, config, NEVER);
      const logins = (): number => vault.log.filter((line) => line.includes('login')).length;
      let minutes = 0;
      await until(() => {
        clock.advanceBy(1_000);
        minutes += 1 / 60;
        if (minutes % 5 < 1 / 60) void sessions.read(identity, config, NEVER);
        return logins() === 2;
      });
      assert.ok(minutes < 60, `${minutes} minutes`);
      await until(() => vault.log.includes('POST auth/token/revoke-self t1'));
    });
  }

  it('is not renewed by the refused, and a refusal makes room for a login', async () => {
    await using vault = await tokenVault();
    const { sessions, clock } = rooms();
    const identity = identityAt(vault.endpoint);
    await sessions.read(identity, config, NEVER);
    vault.dead.add('t1');
    await quiet(clock, 0.74 * HOUR_MS, () => vault.log.length === 3);
    await until(() => clock.nextAlarm() === undefined);
    await sessions.read(identity, config, NEVER);
    assert.deepEqual(vault.log.slice(3), ['POST auth/kubernetes/login -', 'GET kv/data/app t2']);
  });

  it('is as many calls as its use limit allows', async () => {
    await using vault = await tokenVault();
    vault.grant = { num_uses: 2 };
    const { sessions } = rooms();
    const identity = identityAt(vault.endpoint);
    for (let n = 0; n < 5; n += 1) await sessions.read(identity, config, NEVER);
    assert.deepEqual(
      vault.log.filter((line) => line.startsWith('GET')).map((line) => line.slice(-2)),
      ['t1', 't1', 't2', 't2', 't3'],
    );
    assert.equal(vault.log.length, 8);
  });

  it('of type batch is neither renewed nor given back', async () => {
    await using vault = await tokenVault();
    vault.grant = { token_type: 'batch', renewable: false, accessor: '' };
    const { sessions } = rooms();
    await sessions.read(identityAt(vault.endpoint), config, NEVER);
    await sessions.close();
    assert.equal(vault.log.length, 2);
  });
});

describe('giving shared tokens back', () => {
  it('happens at the end, and nothing can be read afterwards', async () => {
    await using vault = await tokenVault();
    const { sessions, clock } = rooms();
    const identity = identityAt(vault.endpoint);
    await sessions.read(identity, config, NEVER);
    await sessions.close();
    assert.equal(vault.log.at(-1), 'POST auth/token/revoke-self t1');
    assert.equal(clock.nextAlarm(), undefined);
    assert.equal((await faultFrom(sessions.read(identity, config, NEVER))).reason, 'Interrupted');
  });

  it('does not delay the end for more than five seconds', async () => {
    await using vault = await tokenVault();
    const { sessions, clock } = rooms();
    await sessions.read(identityAt(vault.endpoint), config, NEVER);
    vault.silent = true;
    const closing = sessions.close();
    await until(() => vault.log.length === 3);
    clock.advanceBy(4_999);
    await Promise.race([closing.then(() => assert.fail('too soon')), until(() => true)]);
    clock.advanceBy(1);
    await closing;
  });

  it('happens for the identities of a changed object only, after their last reader', async () => {
    await using vault = await tokenVault();
    const { sessions } = rooms();
    const changed = identityAt(vault.endpoint);
    const other = identityAt(vault.endpoint, { key: 'key-2', authName: 'ns/other' });
    await sessions.read(changed, config, NEVER);
    await sessions.read(other, config, NEVER);
    const held = Promise.withResolvers<void>();
    vault.answer = (_, response) => {
      void held.promise.then(() => response.end(JSON.stringify(secretOf({}))));
      return undefined;
    };
    const reading = sessions.read(changed, config, NEVER);
    await until(() => vault.log.length === 5);
    sessions.forget((identity) => identity.authName === 'ns/auth');
    assert.equal(sessions.size, 1);
    held.resolve();
    assert.equal((await reading).status, 200);
    await until(() => vault.log.length === 6);
    assert.equal(vault.log[5], 'POST auth/token/revoke-self t1');
  });

  it('undoes a read that made a lease unawares: the token is revoked all the same', async () => {
    await using vault = await tokenVault();
    const { sessions } = rooms();
    const identity = identityAt(vault.endpoint);
    vault.answer = () => secretOf({}, { lease_id: 'database/creds/app/1' });
    await sessions.read(identity, config, NEVER);
    assert.equal(sessions.tokenTtlMs(identity), 3_600_000);
    sessions.undo(identity, '', 'database/creds/app/1');
    await until(() => vault.dead.has('t1'));
    assert.equal(sessions.size, 0);
    assert.equal(sessions.tokenTtlMs(identity), undefined);
  });

  it('makes room for the most recently used, but never by ending leases', async () => {
    await using vault = await tokenVault();
    const { sessions } = rooms({ most: 2 });
    const identities = [1, 2, 3, 4].map((n) => identityAt(vault.endpoint, { key: `key-${n}` }));
    vault.answer = () => secretOf({}, { lease_id: 'database/creds/app/1' });
    await sessions.read(identities[0]!, config, NEVER);
    vault.answer = undefined;
    for (const identity of identities.slice(1)) await sessions.read(identity, config, NEVER);
    await until(() => vault.dead.size === 2);
    assert.deepEqual([...vault.dead].toSorted(), ['t2', 't3']);
    await sessions.close();
    assert.ok(!vault.dead.has('t1'), 'a token with a lease is not revoked');
  });
});
