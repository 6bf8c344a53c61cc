import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { conditionOf, textsOf } from '../stage/kube-admin.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

describe('a static secret', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(closeStage);

  it('is synced, follows a new version, and restarts its workload once', async () => {
    const home = await tenant(play);
    await play.vault.writeKv2('kv', `${home.prefix}/config`, { user: 'ada', limit: 10 });
    await home.deployment('web');

    await home.staticSecret('config', {
      rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }],
    });

    const secret = () => play.kube.get('secrets', home.namespace, 'config');
    await play.until(
      'the Secret holds the data',
      async () => textsOf(await secret())['user'] === 'ada',
    );
    assert.equal(textsOf(await secret())['limit'], '10');
    const object = () => play.kube.get('vaultstaticsecrets', home.namespace, 'config');
    await play.until(
      'the object is ready',
      async () => conditionOf(await object(), 'Ready')?.status === 'True',
    );

    await play.vault.writeKv2('kv', `${home.prefix}/config`, { user: 'bob', limit: 10 });

    await play.until('the Secret follows', async () => textsOf(await secret())['user'] === 'bob');
    const annotations = async (): Promise<object> =>
      (await play.kube.get('deployments', home.namespace, 'web'))?.['spec'].template.metadata
        .annotations ?? {};
    await play.until(
      'the Deployment was restarted',
      async () => Object.keys(await annotations()).length === 1,
    );
  });
});
