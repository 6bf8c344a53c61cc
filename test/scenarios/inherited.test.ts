/** Objects as another operator left them, and kinds that only say what they are. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Resource } from '../stage/kube-admin.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

const OTHERS = 'example.com/keep';

/** VSO's finalizer by resource: the name of the kind, which it once wrote in the plural. */
const FINALIZERS: readonly (readonly [Resource, string])[] = [
  ['vaultconnections', 'vaultconnection'],
  ['vaultauths', 'vaultauth'],
  ['vaultstaticsecrets', 'vaultstaticsecret'],
  ['vaultdynamicsecrets', 'vaultdynamicsecret'],
  ['vaultpkisecrets', 'vaultpkisecrets'],
];

describe('an object', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(closeStage);

  it("loses VSO's finalizer, whatever its kind, and keeps those of others", async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    const pki = { mount: 'pki', role: 'web', vaultAuthRef: 'app', destination: { name: 'cert' } };
    await home.staticSecret('app');
    await home.dynamicSecret('app');
    await home.apply('VaultPKISecret', 'app', pki);
    await home.apply('VaultConnection', 'app', { address: play.vault.url });

    for (const [resource, kind] of FINALIZERS) {
      const finalizers = [OTHERS, `${kind}.secrets.hashicorp.com/finalizer`];
      const metadata = { finalizers };
      await play.kube.patch(resource, home.namespace, 'app', { metadata, spec: spec(resource) });
    }
    for (const [resource] of FINALIZERS)
      await play.until(`${resource} has one finalizer`, async () => {
        const left = (await sights.get(resource, 'app'))?.metadata.finalizers;
        return JSON.stringify(left) === JSON.stringify([OTHERS]);
      });

    for (const [resource] of FINALIZERS)
      await play.kube.patch(resource, home.namespace, 'app', { metadata: { finalizers: null } });
  });

  it('of the kind SecretTransformation says whether it is valid', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await home.apply('SecretTransformation', 'app', { excludes: ['^_'] });

    await play.until('it has been looked at', async () => {
      return (await sights.says('secrettransformations', 'app', 'Ready')) !== undefined;
    });
    const object = await sights.get('secrettransformations', 'app');
    assert.equal(typeof object?.['status'].valid, 'boolean');
  });
});

/** Another generation, so that the object is looked at. */
function spec(resource: Resource): object {
  if (resource === 'vaultconnections') return { timeout: '31s' };
  if (resource === 'vaultauths') return { headers: { 'X-Looked-At': '1' } };
  return resource === 'vaultpkisecrets' ? { ttl: '1h' } : { refreshAfter: '31s' };
}
