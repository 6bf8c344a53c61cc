import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Namespaces } from './namespaces.ts';
import { NAMESPACES } from './routes.ts';
import { type Site, site, until } from './testing/site.ts';

const PREFIX = 'ours/';

describe('the annotations of namespaces', () => {
  let at: Site;
  let namespaces: Namespaces;
  const heard: string[] = [];
  const stop = new AbortController();
  let running: Promise<void>;

  const annotate = (annotations: object) =>
    at.call({
      verb: 'patch',
      route: NAMESPACES,
      name: at.namespace,
      body: { metadata: { annotations } },
    });
  const seen = () => namespaces.annotations(at.namespace);

  before(async () => {
    at = await site('namespaces');
    namespaces = new Namespaces({
      transport: at.transport,
      clock: at.clock,
      prefix: PREFIX,
      seed: 'test',
      onChange: (namespace) => void heard.push(namespace),
      onNote: () => undefined,
      onDenied: () => assert.fail('namespaces may be watched'),
    });
    running = namespaces.reflector.run(stop.signal);
    await namespaces.reflector.settled;
  });
  after(async () => {
    stop.abort(new Error('the test is over'));
    await running;
    await at[Symbol.asyncDispose]();
  });

  it('are known from the first list on, and nothing of namespaces that are not there', () => {
    assert.deepEqual(seen(), {});
    assert.equal(namespaces.annotations('nowhere'), undefined);
  });

  it('are not known where they may not be watched, which is told once', async () => {
    let denied = 0;
    const stopped = new AbortController();
    const unknown = new Namespaces({
      transport: await at.stranger(),
      clock: at.clock,
      prefix: PREFIX,
      seed: 'test',
      onChange: () => assert.fail('nothing is heard'),
      onNote: () => assert.fail('nothing else is told'),
      onDenied: () => {
        denied += 1;
      },
    });
    const trying = unknown.reflector.run(stopped.signal);
    await unknown.reflector.settled;
    stopped.abort(new Error('the test is over'));
    await trying;
    assert.equal(denied, 1);
    assert.equal(unknown.annotations(at.namespace), undefined);
  });

  it('are ours alone, and only their changes are told', async () => {
    heard.length = 0;
    await annotate({ 'other/a': 'b' });
    await annotate({ 'ours/a': 'b' });
    await until('it is seen', () => seen()?.['ours/a'] === 'b');
    await annotate({ 'ours/a': null });
    await until('it is gone', () => seen()?.['ours/a'] === undefined);
    assert.deepEqual(heard, [at.namespace, at.namespace]);
    assert.deepEqual(seen(), {});
  });
});
