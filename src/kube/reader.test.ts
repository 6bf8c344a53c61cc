import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { FaultError } from '../runtime/fault.ts';
import { Reader } from './reader.ts';
import { SECRETS } from './routes.ts';
import { never, type Site, site } from './testing/site.ts';

const CANARY = Buffer.from('canary-value').toString('base64');
const LABEL = 'example.com/of';

describe('reading for a person', () => {
  let at: Site;
  let reader: Reader;

  before(async () => {
    at = await site('reader');
    reader = new Reader(at.transport, { VaultAuth: 'vaultauths' }, never);
    const metadata = { name: 's', labels: { [LABEL]: 'a' } };
    const body = { metadata, data: { password: CANARY, 'ca.crt': CANARY } };
    await at.call({ verb: 'create', route: SECRETS, namespace: at.namespace, body });
  });
  after(() => at[Symbol.asyncDispose]());

  it('brings of Secrets the metadata and no value', async () => {
    const [one, [listed, ...others]] = [
      await reader.secret(at.namespace, 's'),
      await reader.secrets(at.namespace, `${LABEL}=a`),
    ];
    assert.equal(one?.name, 's');
    assert.deepEqual(listed, one);
    assert.deepEqual(others, []);
    assert.ok(!inspect([one, listed], { depth: 9 }).includes(CANARY));
  });

  it('brings of a CA the certificates alone', async () => {
    assert.equal(await reader.ca(at.namespace, 's'), 'canary-value');
    assert.equal(await reader.ca(at.namespace, 'none'), undefined);
  });

  it('tells what is not there from what may not be seen', async () => {
    const { namespace } = at;
    assert.equal(await reader.secret(namespace, 'none'), undefined);
    assert.equal(await reader.object({ kind: 'VaultAuth', namespace, name: 'none' }), undefined);
    assert.equal(await reader.leader(namespace), undefined);
    assert.equal((await reader.namespace(namespace))?.name, namespace);
    const stranger = new Reader(await at.stranger(), { VaultAuth: 'vaultauths' }, never);
    await assert.rejects(
      stranger.secret(namespace, 's'),
      (thrown) => thrown instanceof FaultError && thrown.fault.reason === 'KubernetesForbidden',
    );
  });

  it('sets annotations and takes them away', async () => {
    const ref = { kind: 'Namespace', namespace: at.namespace, name: at.namespace };
    const seen = async () => (await reader.namespace(at.namespace))?.annotations?.['a/b'];
    await reader.annotate(ref, { 'a/b': 'c' });
    assert.equal(await seen(), 'c');
    await reader.annotate(ref, { 'a/b': null });
    assert.equal(await seen(), undefined);
  });
});
