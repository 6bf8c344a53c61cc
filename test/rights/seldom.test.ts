/**
 * Calls that only somebody else's hand or a long time brings about, on the fakes, which can be made to do it when it
 * is wanted. They need rights that no scenario on real servers would show to be needed.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildFakeStage, type FakeStage } from '../stage/fake-stage.ts';
import type { Resource } from '../stage/kube-admin.ts';
import { Sights } from '../stage/sights.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const GROUP = 'secrets.hashicorp.com';

describe('the operator', () => {
  let play: FakeStage;

  before(async () => {
    play = await buildFakeStage();
    await play.operator.start();
  });
  after(() => play.close());

  const cases: readonly [Resource, (home: Tenant) => Promise<unknown>][] = [
    ['vaultconnections', ({ apply }) => apply('VaultConnection', 'x', { address: play.vault.url })],
    ['vaultauths', ({ apply }) => apply('VaultAuth', 'x', { method: 'kubernetes', mount: 'm' })],
    ['vaultstaticsecrets', ({ staticSecret }) => staticSecret('x')],
    ['vaultdynamicsecrets', ({ dynamicSecret }) => dynamicSecret('x')],
    [
      'vaultpkisecrets',
      ({ apply }) => {
        const spec = { mount: 'pki', role: 'web', vaultAuthRef: 'app', destination: { name: 'x' } };
        return apply('VaultPKISecret', 'x', spec);
      },
    ],
    ['secrettransformations', ({ apply }) => apply('SecretTransformation', 'x', {})],
  ];
  for (const [resource, make] of cases)
    it(`looks at one of ${resource} when its status was written meanwhile, and writes again`, async () => {
      const home = await tenant(play);
      const match = { verb: 'patch', resource: `${resource}.${GROUP}`, subresource: 'status' };
      using _conflict = play.api.faults.plant({ ...match, name: 'x' }, { status: 409 }, 1);

      await make(home);
      const sights = new Sights(play, home);
      await play.until('its status is there', async () => {
        return (await sights.get(resource, 'x'))?.['status'] !== undefined;
      });

      const seen = play.api.record.all().filter((each) => each.namespace === home.namespace);
      const codes = seen
        .filter((each) => each.resource === resource && each.name === 'x')
        .filter((each) => each.user.startsWith('system:serviceaccount:'))
        .map(({ verb, code }) => `${verb} ${code}`);
      assert.deepEqual(codes.slice(0, 3), ['patch 409', 'get 200', 'patch 200']);
    });

  it('counts an event up that is told again after six minutes', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    const path = `${home.prefix}/app`;
    await play.vault.writeKv2('kv', path, { user: 'ada' });
    await home.staticSecret('app', { destination: { name: 'app', create: true, labels: {} } });
    await sights.synced('app');

    const edited = async (user: string): Promise<void> => {
      await play.vault.writeKv2('kv', path, { user });
      const isThere = async () => (await sights.texts('app'))['user'] === user;
      await play.until(`the Secret holds ${user}`, isThere);
    };
    await edited('bob');
    await play.pass(6 * 60_000);
    await edited('eve');

    const counts = (await sights.events('app')).map(({ count }) => count);
    assert.ok(Math.max(...counts) > 1, `the events have the counts ${counts.join(', ')}`);
  });
});
