import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GROUP, VERSION } from '../api/group.ts';
import type { Ref } from '../runtime/ref.ts';
import type { Route } from './api-call.ts';
import { type CustomObject, CustomObjects } from './objects.ts';
import type { Change } from './store.ts';
import { failed } from './testing/rig.ts';
import { never, type Site, site, until } from './testing/site.ts';
import type { Transport } from './transport.ts';

const KIND = 'VaultConnection';
const route: Route = { group: GROUP, version: VERSION, plural: 'vaultconnections' };
const OURS = 'vaultconnection.secrets.hashicorp.com/finalizer';
const THEIRS = 'example.com/theirs';
const NOBODY = 'b5c1f9a0-0000-4000-8000-000000000000';

describe('our custom resources', () => {
  let at: Site;
  let objects: CustomObjects;
  const changes: Change<CustomObject>[] = [];
  const stop = new AbortController();
  let running: Promise<unknown>;

  const watching = (transport: Transport, namespaces: string[] = []): CustomObjects =>
    new CustomObjects({
      transport,
      clock: at.clock,
      namespaces,
      kinds: { [KIND]: route.plural, NotServed: 'notserveds' },
      seed: 'test',
      assertLeading: () => undefined,
      onChange: (change) => changes.push(change),
      onNote: () => undefined,
    });
  const make = async (name: string, finalizers: string[] = []): Promise<CustomObject> => {
    const body = {
      apiVersion: `${GROUP}/${VERSION}`,
      kind: KIND,
      metadata: { name, finalizers },
      spec: { address: 'https://vault.example' },
    };
    await at.call({ verb: 'create', route, namespace: at.namespace, body });
    await until(`${name} is seen`, () => objects.get(refOf(name)) !== undefined);
    return objects.get(refOf(name))!;
  };
  const refOf = (name: string): Ref => ({ kind: KIND, namespace: at.namespace, name });

  before(async () => {
    at = await site('objects');
    objects = watching(at.transport);
    const [reflector] = objects.reflectors;
    running = reflector!.run(stop.signal);
    await reflector!.synced;
  });
  after(async () => {
    stop.abort();
    await running;
    await at[Symbol.asyncDispose]();
  });

  it('are seen as they are, without managedFields', async () => {
    const object = await make('seen');
    assert.equal(object.kind, KIND);
    assert.equal(object.apiVersion, `${GROUP}/${VERSION}`);
    assert.equal(object.metadata.generation, 1);
    assert.deepEqual(object.spec, { address: 'https://vault.example', skipTLSVerify: false });
    assert.ok(!('managedFields' in object.metadata));
    assert.ok(objects.list(KIND).some(({ metadata }) => metadata.name === 'seen'));
    assert.deepEqual(objects.list('Unheard'), []);
  });

  it('show a status that we wrote at once, and the watch tells it to nobody again', async () => {
    const { metadata } = await make('status');
    await objects.patchStatus(refOf('status'), metadata.uid, { valid: true }, never);
    const written = objects.get(refOf('status'))!;
    assert.deepEqual(written.status, { valid: true });
    assert.equal(written.metadata.generation, 1);
    const seen = changes.length;
    await make('after-status');
    const told = changes.slice(seen).map((change) => 'now' in change && change.now.metadata.name);
    assert.deepEqual(told, ['after-status']);
  });

  it('take a status only for the uid that it was meant for', async () => {
    await make('other-uid');
    const patch = objects.patchStatus(refOf('other-uid'), NOBODY, { valid: true }, never);
    const message = 'VaultConnection other-uid was deleted and made anew meanwhile';
    await assert.rejects(patch, {
      fault: { kind: 'transient', reason: 'KubernetesConflict', message },
    });
    assert.equal(objects.get(refOf('other-uid'))?.status, undefined);
  });

  it('take a status although someone edited them in the same moment', async () => {
    const { metadata } = await make('edited');
    const { namespace } = at;
    const body = { metadata: { labels: { 'example.com/l': '1' } } };
    await at.call({ verb: 'patch', route, namespace, name: 'edited', body });
    await objects.patchStatus(refOf('edited'), metadata.uid, { valid: true }, never);
    assert.deepEqual(objects.get(refOf('edited'))?.status, { valid: true });
    assert.deepEqual(objects.get(refOf('edited'))?.metadata.labels, { 'example.com/l': '1' });
  });

  it('need no status when they are gone', async () => {
    await objects.patchStatus(refOf('never-was'), NOBODY, { valid: true }, never);
  });

  it('are there, or gone, or gone and made anew', async () => {
    const { metadata } = await make('exists');
    const { namespace } = at;
    const ref = refOf('exists');
    assert.equal(await objects.exists(ref, metadata.uid, never), 'there');
    await at.call({ verb: 'delete', route, namespace, name: 'exists' }).catch(() => undefined);
    assert.equal(await objects.exists(ref, metadata.uid, never), 'gone');
    await until('it is seen gone', () => objects.get(refOf('exists')) === undefined);
    const again = await make('exists');
    assert.notEqual(again.metadata.uid, metadata.uid);
    assert.equal(await objects.exists(ref, metadata.uid, never), 'gone');
  });

  it('are not gone because their kind is not served, or because we may not look', async () => {
    const unserved = await failed(
      objects.exists({ ...refOf('x'), kind: 'NotServed' }, 'uid', never),
    );
    assert.equal(unserved.fault.reason, 'KubernetesNotFound');
    const strange = watching(await at.stranger());
    const forbidden = await failed(strange.exists(refOf('seen'), 'uid', never));
    assert.equal(forbidden.fault.reason, 'KubernetesForbidden');
    assert.match(
      forbidden.message,
      /may not get vaultconnections\.secrets\.hashicorp\.com in namespace "objects-/,
    );
  });

  it('of chosen namespaces: those of another are neither seen nor ever said to be gone', async () => {
    const { metadata } = await make('away');
    const narrow = watching(at.transport, ['default', 'kube-public']);
    const [first, second] = narrow.reflectors;
    const ended = new AbortController();
    const runs = [first!.run(ended.signal), second!.run(ended.signal)];
    await Promise.all([first!.synced, second!.synced]).finally(() => ended.abort());
    await Promise.all(runs);

    assert.equal(narrow.get(refOf('away')), undefined);
    assert.deepEqual(narrow.list(KIND), []);
    assert.deepEqual(
      [at.namespace, 'default'].map((each) => narrow.watches(each)),
      [false, true],
    );
    for (const uid of [metadata.uid, NOBODY])
      await assert.rejects(narrow.exists(refOf('away'), uid, never), /NamespaceNotWatched/);
  });

  it("lose VSO's finalizers and keep those of others", async () => {
    const object = await make('finalizers', [OURS, THEIRS]);
    await objects.stripFinalizers(object, never);
    const { metadata } = await at.call({
      verb: 'get',
      route,
      namespace: at.namespace,
      name: 'finalizers',
    });
    assert.deepEqual(metadata.finalizers, [THEIRS]);
    assert.deepEqual(objects.get(refOf('finalizers'))?.metadata.finalizers, [THEIRS]);
    const calls = at.reports.length;
    await objects.stripFinalizers(objects.get(refOf('finalizers'))!, never);
    assert.equal(at.reports.length, calls);
    await at.call({
      verb: 'patch',
      route,
      namespace: at.namespace,
      name: 'finalizers',
      body: { metadata: { finalizers: null } },
    });
  });

  it('whose finalizers someone else changed meanwhile are a conflict', async () => {
    const object = await make('raced', [OURS]);
    const { namespace } = at;
    const body = { metadata: { finalizers: [OURS, THEIRS] } };
    await at.call({ verb: 'patch', route, namespace, name: 'raced', body });
    const error = await failed(objects.stripFinalizers(object, never));
    assert.equal(error.fault.reason, 'KubernetesConflict');
    await at.call({
      verb: 'patch',
      route,
      namespace,
      name: 'raced',
      body: { metadata: { finalizers: null } },
    });
  });

  it('that wait only for our finalizer go when it goes', async () => {
    await make('waiting', [OURS]);
    const { namespace } = at;
    await at.call({ verb: 'delete', route, namespace, name: 'waiting' });
    await until('it is seen going', () => {
      return objects.get(refOf('waiting'))?.metadata.deletionTimestamp !== undefined;
    });
    await objects.stripFinalizers(objects.get(refOf('waiting'))!, never);
    await until('it is seen gone', () => objects.get(refOf('waiting')) === undefined);
  });
});
