/** The API server as the reconcilers and the ledger speak to it, in memory. */
import type { NewRecord, RecordStore, StoredRecord } from '../../../src/ledger/ports.ts';
import { decodeRecord } from '../../../src/ledger/record.ts';
import type { SecretBody } from '../../../src/plan/secret/secret.ts';
import type { Objects, Secrets, Workloads } from '../../../src/reconcile/ports.ts';
import { asLeader, assertLeading, moved, type Stand } from './stand.ts';

export function objectsOf(stand: Stand): Objects {
  const { world } = stand;
  return {
    exists: async ({ name }, uid) =>
      world.objects.get(name)?.metadata.uid === uid ? 'there' : 'gone',
    stripFinalizers: async () => undefined,
    patchStatus: ({ name }, uid, status, signal) =>
      asLeader(stand, signal, 'status', () => patchStatus(stand, name, uid, status)),
  };
}

export function secretsOf(stand: Stand): Secrets {
  const { world } = stand;
  const write = (body: SecretBody, uid: string) => {
    const digest = world.putSecret(body, uid);
    const written = world.secrets.get(body.name);
    if (written) stand.view?.secrets.set(body.name, written);
    return digest;
  };
  return {
    watched: (_, name) => (stand.view ?? world).secrets.get(name)?.digest,
    ownedBy: () => [],
    read: async (_, name) => world.secrets.get(name),
    create: (body, signal) =>
      asLeader(stand, signal, 'write', () => {
        if (world.secrets.has(body.name)) throw moved(body.name);
        return write(body, `secret-${world.version()}`);
      }),
    replace: (body, over, signal) =>
      asLeader(stand, signal, 'write', () => {
        const there = world.secrets.get(body.name)?.digest;
        if (there?.resourceVersion !== over.resourceVersion) throw moved(body.name);
        return write(body, over.uid);
      }),
    remove: async () => {
      throw new Error('nothing moves in the model');
    },
  };
}

export function workloadsOf(stand: Stand): Workloads {
  const { workloads } = stand.world;
  const annotationsOf = (name: string) => workloads.get(name) ?? {};
  return {
    read: async ({ name }) => ({
      createdAt: 0,
      paused: false,
      rollsByItself: true,
      podAnnotations: annotationsOf(name),
      rolledOut: true,
      progressing: undefined,
      counts: '',
    }),
    stamp: ({ name }, annotations, signal) =>
      asLeader(stand, signal, 'stamp', () => {
        workloads.set(name, { ...annotationsOf(name), ...annotations });
        return 'stamped' as const;
      }),
  };
}

export function recordsOf(stand: Stand): RecordStore {
  const { world, gate } = stand;
  const { records } = world;
  return {
    list: async () => [...records.values()],
    read: (name, signal) =>
      gate.read(
        signal,
        name,
        () => records.get(name),
        (found, call) => found !== undefined && callOf(found) === call,
      ),
    create: (record, signal) => asLeader(stand, signal, 'open', () => keep(stand, record)),
    replace: async (over, next, signal) => {
      assertLeading(stand);
      return gate.write(signal, callOf(next) ?? '', next.name, () => {
        if (records.get(over.name)?.resourceVersion !== over.resourceVersion)
          throw moved(over.name);
        return keep(stand, next);
      });
    },
    remove: (record, signal) =>
      asLeader(stand, signal, 'drop', () => void records.delete(record.name)),
  };
}

function patchStatus(stand: Stand, name: string, uid: string, status: object): void {
  const { objects } = stand.world;
  const object = objects.get(name);
  if (!object) return;
  if (object.metadata.uid !== uid) throw moved(name);
  const patched = { ...object, status: { ...Object(object.status), ...status } };
  objects.set(name, patched);
  if (stand.view?.objects.get(name)?.metadata.uid === uid) stand.view.objects.set(name, patched);
}

function keep({ world }: Stand, record: NewRecord): StoredRecord {
  const stored = { ...record, uid: record.name, resourceVersion: world.version() };
  world.records.set(record.name, stored);
  const found = decodeRecord(record.data);
  if (found) world.numbers.set(found.record.revision, world.leaseOf(found.stored));
  return stored;
}

/** The call that leaves the record as it is there. */
function callOf({ data }: Pick<NewRecord, 'data'>): string | undefined {
  const calls = { pending: undefined, current: 'promote', retiring: 'retire' } as const;
  const state = decodeRecord(data)?.record.state;
  return state && calls[state];
}
