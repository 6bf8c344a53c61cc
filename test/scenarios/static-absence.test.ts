/** What is no data in Vault never empties a Secret: it keeps its last data, and a condition says why. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

interface Loss {
  readonly title: string;
  readonly reason: string;
  /** A part of what the message advises. */
  readonly remedy: string;
  /** `path` is that of the secret, without mount. */
  readonly lose: (play: Stage, path: string) => Promise<unknown>;
  /** Brings data back, perhaps the same. */
  readonly mend: (play: Stage, path: string) => Promise<unknown>;
}

const rewrite = (play: Stage, path: string) => play.vault.writeKv2('kv', path, { user: 'bob' });

const LOSSES: readonly Loss[] = [
  {
    title: 'a deleted version that is undeleted',
    reason: 'SourceDeleted',
    remedy: 'undelete it',
    lose: (play, path) => play.vault.call('DELETE', `kv/data/${path}`),
    mend: (play, path) => play.vault.call('POST', `kv/undelete/${path}`, { versions: [1] }),
  },
  {
    title: 'a deleted version that gets a successor',
    reason: 'SourceDeleted',
    remedy: 'write a new one',
    lose: (play, path) => play.vault.call('DELETE', `kv/data/${path}`),
    mend: rewrite,
  },
  {
    title: 'a destroyed version',
    reason: 'SourceDestroyed',
    remedy: 'write a new one',
    lose: (play, path) => play.vault.call('POST', `kv/destroy/${path}`, { versions: [1] }),
    mend: rewrite,
  },
  {
    title: 'a version without keys',
    reason: 'SourceEmpty',
    remedy: 'write data to it',
    lose: (play, path) => play.vault.writeKv2('kv', path, {}),
    mend: rewrite,
  },
  {
    title: 'a path at which there is nothing any more',
    reason: 'SourceMissing',
    remedy: 'write the secret',
    lose: (play, path) => play.vault.call('DELETE', `kv/metadata/${path}`),
    mend: rewrite,
  },
];

describe('a static secret keeps its last data over', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(closeStage);

  async function home(): Promise<[Tenant, Sights]> {
    const tenancy = await tenant(play);
    return [tenancy, new Sights(play, tenancy)];
  }

  for (const { title, reason, remedy, lose, mend } of LOSSES) {
    it(`${title}, and recovers by itself`, async () => {
      const [{ prefix, staticSecret, deployment }, sights] = await home();
      const path = `${prefix}/app`;
      await deployment('web');
      await play.vault.writeKv2('kv', path, { user: 'ada' });
      await staticSecret('app', {
        refreshAfter: '1s',
        rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }],
      });
      await sights.synced('app');
      const version = await sights.version('secrets', 'app');

      await lose(play, path);
      await sights.until('vaultstaticsecrets', 'app', 'Ready', `False ${reason}`);
      const message = await sights.message('vaultstaticsecrets', 'app');
      assert.ok(message.includes(path) && message.toLowerCase().includes(remedy), message);
      assert.equal(
        await sights.says('vaultstaticsecrets', 'app', 'SecretSynced'),
        `False ${reason}`,
      );
      await play.pass(1_500);
      assert.equal(await sights.version('secrets', 'app'), version);
      assert.deepEqual(await sights.stamps('web'), {});
      const told = (await sights.events('app')).filter((event) => event.reason === reason);
      assert.deepEqual(
        told.map(({ type, count }) => [type, count]),
        [['Normal', 1]],
      );

      await mend(play, path);
      await sights.synced('app');
      const { data } = await play.vault.call('GET', `kv/data/${path}`);
      assert.equal((await sights.texts('app'))['user'], data.data.user);
    });
  }

  it('a pinned version that is destroyed while others live', async () => {
    const [{ prefix, staticSecret }, sights] = await home();
    for (const user of ['ada', 'bob']) await play.vault.writeKv2('kv', `${prefix}/app`, { user });
    await staticSecret('app', { version: 1, refreshAfter: '1s' });
    await sights.synced('app');

    await play.vault.call('POST', `kv/destroy/${prefix}/app`, { versions: [1] });
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False SourceDestroyed');
    assert.equal((await sights.texts('app'))['user'], 'ada');

    await staticSecret('app', { version: 2, refreshAfter: '1s' });
    await sights.synced('app');
    assert.equal((await sights.texts('app'))['user'], 'bob');
  });

  it('nothing at all: a path that is written later is synced then', async () => {
    const [{ prefix, staticSecret }, sights] = await home();

    await staticSecret('app', { refreshAfter: '1s' });
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False SourceMissing');
    assert.equal(await sights.says('vaultstaticsecrets', 'app', 'Stalled'), 'False SourceMissing');
    assert.equal(await sights.secret('app'), undefined);

    await rewrite(play, `${prefix}/app`);
    await sights.synced('app');
  });
});
