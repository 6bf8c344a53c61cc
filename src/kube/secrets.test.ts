import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { seal } from '../runtime/sealed.ts';
import type { Route } from './api-call.ts';
import { SECRETS } from './routes.ts';
import type { SecretBody, SecretDigest } from './secret-digest.ts';
import { DestinationSecrets } from './secrets.ts';
import type { Change } from './store.ts';
import { failed } from './testing/rig.ts';
import { never, type Site, site, until } from './testing/site.ts';

const LABELS = {
  'app.kubernetes.io/name': 'vault-secrets-operator',
  'app.kubernetes.io/managed-by': 'hashicorp-vso',
  'app.kubernetes.io/component': 'secret-sync',
};
const CONFIG_MAPS: Route = { group: '', version: 'v1', plural: 'configmaps' };
const CANARY = Buffer.from('canary-value').toString('base64');

describe('destination Secrets', () => {
  let at: Site;
  let secrets: DestinationSecrets;
  const heard: Change<SecretDigest>[] = [];
  const stop = new AbortController();
  let running: Promise<void>;

  const secret = (name: string, over: Partial<SecretBody> = {}): SecretBody => ({
    namespace: at.namespace,
    name,
    type: 'Opaque',
    labels: LABELS,
    annotations: {},
    ownerReferences: [],
    data: seal({ user: CANARY }),
    ...over,
  });
  const byHand = (name: string, patch: object) =>
    at.call({ verb: 'patch', route: SECRETS, namespace: at.namespace, name, body: patch });
  const deleteByHand = (name: string) =>
    at
      .call({ verb: 'delete', route: SECRETS, namespace: at.namespace, name })
      .catch(() => undefined);
  const heardOf = (name: string): string[] =>
    heard
      .filter((change) => (change.kind === 'removed' ? change.was : change.now).name === name)
      .map((change) => change.kind);
  /** Everything that happened until now has been heard. */
  const caughtUp = async (): Promise<void> => {
    const name = `mark-${heard.length}-${at.reports.length}`;
    await at.call({
      verb: 'create',
      route: SECRETS,
      namespace: at.namespace,
      body: { metadata: { name, labels: LABELS } },
    });
    await until('the mark is heard', () => heardOf(name).length > 0);
  };

  before(async () => {
    at = await site('secrets');
    secrets = new DestinationSecrets({
      transport: at.transport,
      clock: at.clock,
      labels: LABELS,
      namespaces: [],
      mac: (data) => createHash('sha256').update(JSON.stringify(data)).digest('hex'),
      seed: 'test',
      assertLeading: () => undefined,
      onChange: (change) => heard.push(change),
      onNote: () => undefined,
    });
    const [reflector] = secrets.reflectors;
    running = reflector!.run(stop.signal);
    await reflector!.synced;
  });
  after(async () => {
    stop.abort();
    await running;
    await at[Symbol.asyncDispose]();
  });

  it('show at once when we create them, and are news to nobody', async () => {
    const digest = await secrets.create(secret('created'), never);
    assert.deepEqual(secrets.watched(at.namespace, 'created'), digest);
    assert.equal(at.reports.filter(({ verb }) => verb === 'create').length, 1);
    await caughtUp();
    assert.deepEqual(heardOf('created'), []);
  });

  it('are a conflict when the name is taken, and stay as they were', async () => {
    await secrets.create(secret('taken'), never);
    const error = await failed(secrets.create(secret('taken', { data: seal({}) }), never));
    assert.equal(error.fault.reason, 'KubernetesConflict');
    const content = await secrets.read(at.namespace, 'taken', never);
    assert.equal(content?.data.open()['user'], CANARY);
  });

  it('hold exactly what a replace says, and that is news to nobody either', async () => {
    const first = await secrets.create(secret('replaced', { annotations: { a: '1' } }), never);
    const wish = secret('replaced', { data: seal({ other: CANARY }), annotations: { b: '2' } });
    const second = await secrets.replace(wish, first, never);
    const content = await secrets.read(at.namespace, 'replaced', never);
    assert.deepEqual({ ...content?.data.open() }, { other: CANARY });
    assert.deepEqual(content?.digest, second);
    assert.deepEqual(second.annotations, { b: '2' });
    assert.notEqual(second.mac, first.mac);
    await caughtUp();
    assert.deepEqual(heardOf('replaced'), []);
  });

  it('refuse a replace that was decided on an older state', async () => {
    const first = await secrets.create(secret('stale'), never);
    await byHand('stale', { metadata: { annotations: { by: 'hand' } } });
    const error = await failed(secrets.replace(secret('stale'), first, never));
    assert.equal(error.fault.reason, 'KubernetesConflict');
  });

  it('never come back by a replace when they were deleted, nor under another uid', async () => {
    const first = await secrets.create(secret('deleted'), never);
    await deleteByHand('deleted');
    const gone = secrets.replace(secret('deleted'), first, never);
    await assert.rejects(gone, {
      fault: {
        reason: 'KubernetesConflict',
        kind: 'transient',
        message: 'Secret deleted was deleted meanwhile',
      },
    });
    assert.equal(await secrets.read(at.namespace, 'deleted', never), undefined);
    await secrets.create(secret('deleted'), never);
    const other = await failed(secrets.replace(secret('deleted'), first, never));
    assert.equal(other.fault.reason, 'KubernetesConflict');
  });

  it('are news when somebody edits, relabels or deletes them, once each', async () => {
    const digest = await secrets.create(secret('edited'), never);
    await byHand('edited', { data: { user: Buffer.from('x').toString('base64') } });
    await until('the edit is heard', () => heardOf('edited').length === 1);
    assert.notEqual(secrets.watched(at.namespace, 'edited')?.mac, digest.mac);
    await byHand('edited', { metadata: { labels: { 'example.com/l': '1' } } });
    await until('the label is heard', () => heardOf('edited').length === 2);
    await deleteByHand('edited');
    await until('the end is heard', () => heardOf('edited').length === 3);
    assert.deepEqual(heardOf('edited'), ['changed', 'changed', 'removed']);
    assert.equal(secrets.watched(at.namespace, 'edited'), undefined);
  });

  it('are gone from view when they lose our labels', async () => {
    await secrets.create(secret('unlabelled'), never);
    await byHand('unlabelled', { metadata: { labels: { 'app.kubernetes.io/component': null } } });
    await until('the loss is heard', () => heardOf('unlabelled').length === 1);
    assert.deepEqual(heardOf('unlabelled'), ['removed']);
    assert.ok(await secrets.read(at.namespace, 'unlabelled', never));
  });

  it('are found by the uid of their owner', async () => {
    const { namespace } = at;
    // One that exists, or the garbage collector takes the Secret.
    const body = { metadata: { name: 'owner' } };
    const { metadata } = await at.call({ verb: 'create', route: CONFIG_MAPS, namespace, body });
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid };
    const owned = await secrets.create(secret('owned', { ownerReferences: [owner] }), never);
    assert.deepEqual(secrets.ownedBy(owner.uid), [owned]);
    assert.deepEqual(owned.ownerReferences, [owner]);
    await byHand('owned', { metadata: { ownerReferences: null } });
    await until('the edit is heard', () => heardOf('owned').length >= 1);
    assert.deepEqual(secrets.ownedBy(owner.uid), []);
  });

  it('go at exactly the state that was meant', async () => {
    const first = await secrets.create(secret('removed'), never);
    await byHand('removed', { metadata: { annotations: { by: 'hand' } } });
    const error = await failed(secrets.remove(first, never));
    assert.equal(error.fault.reason, 'KubernetesConflict');
    await until('the edit is heard', () => heardOf('removed').length === 1);
    await secrets.remove(secrets.watched(at.namespace, 'removed')!, never);
    assert.equal(secrets.watched(at.namespace, 'removed'), undefined);
    await secrets.remove(first, never);
    await caughtUp();
    assert.deepEqual(heardOf('removed'), ['changed']);
  });

  it("keep someone's finalizer through a replace, and stay in view while it holds them", async () => {
    await secrets.create(secret('held'), never);
    await byHand('held', { metadata: { finalizers: ['example.com/held'] } });
    await until('the finalizer is seen', () =>
      Boolean(secrets.watched(at.namespace, 'held')?.finalizers),
    );
    const replaced = await secrets.replace(
      secret('held'),
      secrets.watched(at.namespace, 'held')!,
      never,
    );
    assert.deepEqual(replaced.finalizers, ['example.com/held']);
    await secrets.remove(replaced, never);
    assert.ok(secrets.watched(at.namespace, 'held'));
    await byHand('held', { metadata: { finalizers: null } });
    await until('the end is heard', () => heardOf('held').includes('removed'));
  });

  it('of others are read with all they carry, and kept out of the view', async () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":1}' };
    const foreign = { metadata: { name: 'foreign', annotations }, data: { user: CANARY } };
    const { namespace } = at;
    await at.call({ verb: 'create', route: SECRETS, namespace, body: foreign });
    const content = await secrets.read(namespace, 'foreign', never);
    assert.deepEqual(content?.digest.annotations, annotations);
    assert.ok(content);
    const wish = secret('foreign', { labels: {}, annotations });
    await secrets.replace(wish, content.digest, never);
    assert.equal(secrets.watched(namespace, 'foreign'), undefined);
    assert.equal(await secrets.read(namespace, 'nobody', never), undefined);
  });

  it('are never kept with a value, wherever it hides', async () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': CANARY, kept: '1' };
    await secrets.create(secret('canary', { annotations }), never);
    await byHand('canary', { metadata: { annotations: { again: '1' } } });
    await until('the edit is heard', () => heardOf('canary').length === 1);
    const kept = inspect([secrets.watched(at.namespace, 'canary'), heard], { depth: 10 });
    assert.ok(!kept.includes(CANARY));
    assert.ok(!kept.includes('canary-value'));
    assert.match(kept, /kept/);
  });

  it('are not written by a replica that does not lead', async () => {
    const reports = at.reports.length;
    const standby = new DestinationSecrets({
      transport: at.transport,
      clock: at.clock,
      labels: LABELS,
      namespaces: [],
      mac: () => '',
      seed: 'test',
      assertLeading: () => {
        throw new Error('not leading');
      },
      onChange: () => undefined,
      onNote: () => undefined,
    });
    const digest = secrets.watched(at.namespace, 'created')!;
    await assert.rejects(standby.create(secret('standby'), never), /not leading/);
    await assert.rejects(standby.replace(secret('created'), digest, never), /not leading/);
    await assert.rejects(standby.remove(digest, never), /not leading/);
    assert.equal(at.reports.length, reports);
  });
});
