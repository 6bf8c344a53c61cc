import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecordStore } from '../ledger/ports.ts';
import type { EventSink, ObjectStore, Objects, Secrets, Workloads } from '../reconcile/ports.ts';
import { Events } from './events.ts';
import { CustomObjects } from './objects.ts';
import { OperatorSecrets } from './operator-secrets.ts';
import { DestinationSecrets } from './secrets.ts';
import { WorkloadPatches } from './workloads.ts';

/** The first argument compiles only when the adapter fits the port of whoever uses it. */
function fits<Port>(adapter: { readonly prototype: Port }, ...methods: (keyof Port & string)[]) {
  for (const method of methods) assert.equal(typeof adapter.prototype[method], 'function', method);
}

describe('the adapters fit the ports', () => {
  it('of the reconcilers', () => {
    fits<ObjectStore>(CustomObjects, 'get', 'list');
    fits<Objects>(CustomObjects, 'exists', 'patchStatus', 'stripFinalizers');
    fits<Secrets>(DestinationSecrets, 'watched', 'ownedBy', 'read', 'create', 'replace', 'remove');
    fits<EventSink>(Events, 'emit');
    fits<Workloads>(WorkloadPatches, 'read', 'stamp');
  });

  it('of the ledger', () => {
    fits<RecordStore>(OperatorSecrets, 'list', 'read', 'create', 'replace', 'remove');
  });
});
