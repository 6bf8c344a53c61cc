import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock.ts';
import { Caller } from './caller.ts';
import { at, type Fields } from './objects.ts';
import { selfSigned } from './self-signed.ts';
import { type FakeApiServer, startApiServer } from './server.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';
const ACCOUNT = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'app', namespace: 'default' },
};
const CRDS = new URL('../../../config/crd/bases/', import.meta.url);

function gadgets(properties: Fields): Fields {
  const schema = { type: 'object', properties: { spec: { type: 'object', properties } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'gadgets', kind: 'Gadget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
}

describe('the hands of the harness', () => {
  let clock: VirtualClock;
  let server: FakeApiServer;
  let caller: Caller;
  beforeEach(async () => {
    clock = new VirtualClock();
    server = await startApiServer({ clock });
    caller = new Caller(server);
  });
  afterEach(async () => {
    await caller.close();
    await server.stop();
  });

  it('serve every definition of the operator', async () => {
    for (const file of readdirSync(CRDS)) {
      await server.apply(readFileSync(new URL(file, CRDS), 'utf8'));
      const [group = '', plural = ''] = file.replace('.yaml', '').split('_');
      const { code } = await caller.ask('GET', `/apis/${group}/v1beta1/${plural}`);
      assert.equal(code, 200, file);
    }
  });

  it('record who did what, and how it was answered', async () => {
    await server.apply(ACCOUNT);
    const token = server.tokenFor('default', 'app');
    await caller.ask('GET', `${SECRETS}/a`, { token });
    await caller.ask('GET', SECRETS);
    assert.partialDeepStrictEqual(server.record.all(), [
      {
        at: clock.now(),
        user: 'system:serviceaccount:default:app',
        verb: 'get',
        resource: 'secrets',
        namespace: 'default',
        name: 'a',
        userAgent: 'caller',
        code: 403,
      },
      { user: 'admin', verb: 'list', code: 200 },
    ]);
    server.record.clear();
    assert.deepEqual(server.record.all(), []);
  });

  it('say who bears a token, for its audience and until it expires', async () => {
    await server.apply(ACCOUNT);
    const token = server.tokenFor('default', 'app', {
      audiences: ['vault'],
      expirationSeconds: 600,
    });
    assert.equal(server.authenticate(token), undefined);
    assert.equal(server.authenticate(`${token}x`, ['vault']), undefined);
    assert.partialDeepStrictEqual(server.authenticate(token, ['vault']), {
      username: 'system:serviceaccount:default:app',
      audiences: ['vault'],
    });
    clock.advanceBy(600_000);
    assert.equal(server.authenticate(token, ['vault']), undefined);
  });

  it('refuse a token whose account was deleted and made again', async () => {
    await server.apply(ACCOUNT);
    const token = server.tokenFor('default', 'app');
    assert.ok(server.authenticate(token));
    await caller.ask('DELETE', '/api/v1/namespaces/default/serviceaccounts/app');
    await server.apply(ACCOUNT);
    assert.equal(server.authenticate(token), undefined);
  });

  it('refuse writes as a webhook or a quota would', async () => {
    server.admit(({ verb, resource, object }) => {
      if (resource !== 'secrets' || verb !== 'create') return undefined;
      if (object.metadata.name === 'a') return { message: 'no a' };
      return { by: 'quota', message: 'exceeded quota: q' };
    });
    const first = await caller.ask('POST', SECRETS, { send: { metadata: { name: 'a' } } });
    const second = await caller.ask('POST', SECRETS, { send: { metadata: { name: 'b' } } });
    assert.deepEqual([first.code, second.code], [403, 403]);
    assert.match(String(first.body['message']), /admission webhook .* denied the request: no a/);
    assert.equal(second.body['message'], 'secrets "b" is forbidden: exceeded quota: q');
  });

  it('read older objects by a newer schema', async () => {
    const gadget = {
      apiVersion: 'example.com/v1',
      kind: 'Gadget',
      metadata: { name: 'g' },
      spec: { a: 'x' },
    };
    await server.apply(gadgets({ a: { type: 'string' } }), gadget);
    const before = server.get('gadgets.example.com', 'default', 'g');
    await server.apply(gadgets({ b: { type: 'string', default: 'new' } }));
    const after = server.get('gadgets.example.com', 'default', 'g');
    assert.deepEqual([before?.spec, after?.spec], [{ a: 'x' }, { b: 'new' }]);
    assert.equal(after?.metadata.resourceVersion, before?.metadata.resourceVersion);
  });

  it('refuse bodies beyond the limit', async () => {
    const data = { k: 'x'.repeat(4 * 1024 * 1024) };
    const { code } = await caller.ask('POST', SECRETS, { send: { metadata: { name: 'a' }, data } });
    assert.equal(code, 413);
  });

  it('give a kubeconfig that trusts the certificate', async () => {
    const tls = selfSigned();
    const secure = await startApiServer({ clock, tls });
    const config: Fields = JSON.parse(secure.kubeconfig());
    const cluster = at(config, 'clusters');
    assert.match(secure.url, /^https:/);
    const ca = Buffer.from(tls.cert).toString('base64');
    assert.partialDeepStrictEqual(cluster, [{ cluster: { 'certificate-authority-data': ca } }]);
    await secure.stop();
  });
});
