import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BorrowedToken, SecretRequest, VaultIdentity } from '../api/vault-exchange.ts';
import { NEVER } from './testing/door.ts';
import { secretOf } from './testing/scripted-vault.ts';
import { tokenVault } from './testing/token-vault.ts';
import { identityAt, type Rooms, rooms, until } from './testing/vault-rooms.ts';

const MINUTE_MS = 60_000;
const config: SecretRequest = { namespace: '', method: 'GET', path: 'kv/data/app' };

function borrow({ sessions }: Rooms, identity: VaultIdentity): Promise<BorrowedToken> {
  return sessions.borrow(identity, NEVER, async (token) => token);
}

const textOf = ({ login }: BorrowedToken): string => login.token.open();

describe('a borrowed token', () => {
  it('is that of the reads, asked once for those who borrow together', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);
    await place.sessions.read(identity, config, NEVER);
    place.clock.advanceBy(MINUTE_MS);

    const tokens = await Promise.all([borrow(place, identity), borrow(place, identity)]);

    assert.deepEqual(tokens.map(textOf), ['t1', 't1']);
    assert.deepEqual(vault.log.slice(2), ['POST auth/token/renew-self t1']);
  });

  it('is a new one where Vault says that the old one is dead', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);
    await place.sessions.read(identity, config, NEVER);
    place.clock.advanceBy(MINUTE_MS);
    vault.dead.add('t1');

    assert.equal(textOf(await borrow(place, identity)), 't2');
  });

  it('is a new one where Vault no longer lengthens the life of the old one', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);
    await place.sessions.read(identity, config, NEVER);
    place.clock.advanceBy(MINUTE_MS);
    vault.renewal = { lease_duration: 600 };

    assert.equal(textOf(await borrow(place, identity)), 't2');
    await until(() => vault.dead.has('t1'));
  });

  it('is neither revoked when its identity is forgotten nor at the end', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);
    await borrow(place, identity);

    place.sessions.forget(() => true);
    await borrow(place, identity);
    await place.sessions.close();

    assert.deepEqual([...vault.dead], []);
  });

  it('is left to whoever had it once it is handed back, where nobody reads', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);
    const { login } = await borrow(place, identity);

    assert.equal(place.sessions.handBack(identity.key, login.accessor), false);

    assert.equal(textOf(await borrow(place, identity)), 't2', 'nobody hangs more on it');
    assert.deepEqual([...vault.dead], []);
  });

  it('is kept for reads once it is handed back, and then given back like any other', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);
    const { login } = await borrow(place, identity);
    await place.sessions.read(identity, config, NEVER);

    assert.equal(place.sessions.handBack(identity.key, login.accessor), true);

    await place.sessions.close();
    assert.deepEqual([...vault.dead], ['t1']);
  });

  it('stays while somebody is about to hang a lease on it', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);

    await place.sessions.borrow(identity, NEVER, async ({ login }) => {
      assert.equal(place.sessions.handBack(identity.key, login.accessor), true);
    });

    await place.sessions.close();
    assert.deepEqual([...vault.dead], []);
  });

  it('that is not the one about to be used goes back, whoever borrows meanwhile', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);

    await place.sessions.borrow(identity, NEVER, async () => {
      assert.equal(place.sessions.handBack(identity.key, 'of an older token'), false);
    });
  });

  it('that is denied something makes room for a new login, once in five minutes', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);
    const { login } = await borrow(place, identity);

    place.sessions.refused(identity.key, login.accessor);
    const second = await borrow(place, identity);
    place.sessions.refused(identity.key, second.login.accessor);

    assert.deepEqual([textOf(second), textOf(await borrow(place, identity))], ['t2', 't2']);
    assert.deepEqual([...vault.dead], [], 'leases hang on the first');
  });

  it('survives a read that made a lease unawares: the lease goes alone', async () => {
    await using vault = await tokenVault();
    const place = rooms();
    const identity = identityAt(vault.endpoint);
    await borrow(place, identity);
    vault.answer = () => secretOf({}, { lease_id: 'database/creds/app/1' });
    await place.sessions.read(identity, config, NEVER);

    place.sessions.undo(identity, '', 'database/creds/app/1');

    await until(() => vault.log.includes('PUT sys/leases/revoke t1'));
    assert.equal(textOf(await borrow(place, identity)), 't1');
  });
});

describe('a token that an earlier process lent', () => {
  const lent = (place: Rooms, identity: VaultIdentity): Promise<BorrowedToken> =>
    borrow(place, identity);

  it('serves reads without a login, however old its record is', async () => {
    await using vault = await tokenVault();
    const before = rooms();
    const identity = identityAt(vault.endpoint);
    const token = await lent(before, identity);
    const place = rooms();
    place.clock.advanceBy(100 * MINUTE_MS);

    place.sessions.adopt(identity.key, token);
    await place.sessions.read(identity, config, NEVER);

    assert.deepEqual(vault.log.slice(1), ['POST auth/token/renew-self t1', 'GET kv/data/app t1']);
    await place.sessions.close();
    assert.deepEqual([...vault.dead], []);
  });

  it('serves an identity, too, whose login failed before it was found', async () => {
    await using vault = await tokenVault();
    const identity = identityAt(vault.endpoint);
    const token = await lent(rooms(), identity);
    const place = rooms();
    const { mount } = identity;
    const broken = { ...identity, login: { ...identity.login, method: 'unheard-of' } } as never;
    await assert.rejects(
      place.sessions.read({ ...(broken as VaultIdentity), mount }, config, NEVER),
    );

    place.sessions.adopt(identity.key, token);
    await place.sessions.read(identity, config, NEVER);

    assert.equal(vault.log.at(-1), 'GET kv/data/app t1');
  });

  it('makes room for a login when it is dead', async () => {
    await using vault = await tokenVault();
    const before = rooms();
    const identity = identityAt(vault.endpoint);
    const token = await lent(before, identity);
    vault.dead.add('t1');
    const place = rooms();

    place.sessions.adopt(identity.key, token);
    await place.sessions.read(identity, config, NEVER);

    assert.equal(vault.log.at(-1), 'GET kv/data/app t2');
  });
});
