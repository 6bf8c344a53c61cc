import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf, OWNER } from '../testing.ts';
import {
  type Destination,
  type DestinationPlan,
  type DestinationWorld,
  planDestination,
} from './destination.ts';
import { ownerLabels, ownerReference } from './ownership.ts';
import type { SecretDigest } from './secret.ts';
import { APPLIED_ANNOTATION } from './secret-frame.ts';

const OWNED: Destination = { name: 'db', create: true, overwrite: false };
const LENT: Destination = { name: 'db', create: false, overwrite: false };
const LABELS = ownerLabels(OWNER.uid);
const REFERENCES = [ownerReference(OWNER)];
const OURS = digestOf({ labels: LABELS, ownerReferences: REFERENCES });
const FRAME = {
  namespace: 'apps',
  name: 'db',
  type: 'Opaque',
  labels: LABELS,
  annotations: {},
  ownerReferences: REFERENCES,
};
const MARKS = { 'vault-lease-operator/lease': '{}' };

function plan(
  destination: Destination,
  existing: SecretDigest | undefined,
  over: Partial<DestinationWorld> = {},
): DestinationPlan {
  return planDestination({ owner: OWNER, destination, existing, mac: 'mac-1', marks: {}, ...over });
}

function applied(labels: readonly string[], annotations: readonly string[]) {
  return { [APPLIED_ANNOTATION]: JSON.stringify({ labels, annotations }) };
}

describe('planDestination of a Secret that we create', () => {
  const foreignLabel = { ...LABELS, team: 'a' };
  const rows: readonly [string, DestinationPlan, DestinationPlan][] = [
    ['is not there: create', plan(OWNED, undefined), { kind: 'create', frame: FRAME }],
    [
      'is not there and has a type, labels, annotations and marks of its own: create with all of them',
      plan(
        {
          ...OWNED,
          type: 'kubernetes.io/tls',
          labels: { b: '1', a: '2' },
          annotations: { c: '3' },
        },
        undefined,
        { marks: MARKS },
      ),
      {
        kind: 'create',
        frame: {
          ...FRAME,
          type: 'kubernetes.io/tls',
          labels: { b: '1', a: '2', ...LABELS },
          annotations: { c: '3', ...MARKS, ...applied(['a', 'b'], ['c']) },
        },
      },
    ],
    [
      'is given a label of the owner by the specification: the owner wins, and it is not listed',
      plan({ ...OWNED, labels: { 'app.kubernetes.io/name': 'web' } }, undefined),
      { kind: 'create', frame: FRAME },
    ],
    ['is as it shall be: keep', plan(OWNED, OURS), { kind: 'keep', existing: OURS }],
    [
      'is as it shall be, with a type that is empty by an older writer: keep',
      plan({ ...OWNED, type: '' }, OURS),
      { kind: 'keep', existing: OURS },
    ],
    [
      'is immutable and as it shall be: keep',
      plan(OWNED, { ...OURS, immutable: true }),
      { kind: 'keep', existing: { ...OURS, immutable: true } },
    ],
    [
      'has other data: replace',
      plan(OWNED, OURS, { mac: 'mac-2' }),
      { kind: 'replace', frame: FRAME, over: OURS, why: 'data' },
    ],
    [
      'has lost its labels: replace for the metadata alone',
      plan(OWNED, { ...OURS, labels: {} }),
      { kind: 'replace', frame: FRAME, over: { ...OURS, labels: {} }, why: 'metadata' },
    ],
    [
      'has lost its owner: replace for the metadata alone',
      plan(OWNED, { ...OURS, ownerReferences: [] }),
      { kind: 'replace', frame: FRAME, over: { ...OURS, ownerReferences: [] }, why: 'metadata' },
    ],
    [
      'gets another mark: replace for the metadata alone',
      plan(
        OWNED,
        { ...OURS, annotations: { 'vault-lease-operator/lease': 'old' } },
        { marks: MARKS },
      ),
      {
        kind: 'replace',
        frame: { ...FRAME, annotations: MARKS },
        over: { ...OURS, annotations: { 'vault-lease-operator/lease': 'old' } },
        why: 'metadata',
      },
    ],
    [
      "has other people's labels and annotations: keep",
      plan(OWNED, { ...OURS, labels: foreignLabel, annotations: { note: 'x' } }),
      { kind: 'keep', existing: { ...OURS, labels: foreignLabel, annotations: { note: 'x' } } },
    ],
    [
      "has other data and other people's labels and annotations: they stay",
      plan(OWNED, { ...OURS, labels: foreignLabel, annotations: { note: 'x' } }, { mac: 'mac-2' }),
      {
        kind: 'replace',
        frame: { ...FRAME, labels: foreignLabel, annotations: { note: 'x' } },
        over: { ...OURS, labels: foreignLabel, annotations: { note: 'x' } },
        why: 'data',
      },
    ],
    [
      'has what the specification once set and does not want any more: it goes, the rest stays',
      plan(OWNED, {
        ...OURS,
        labels: { ...LABELS, gone: '1', team: 'a' },
        annotations: { old: '1', note: 'x', ...applied(['gone'], ['old']) },
      }),
      {
        kind: 'replace',
        frame: { ...FRAME, labels: foreignLabel, annotations: { note: 'x' } },
        over: {
          ...OURS,
          labels: { ...LABELS, gone: '1', team: 'a' },
          annotations: { old: '1', note: 'x', ...applied(['gone'], ['old']) },
        },
        why: 'metadata',
      },
    ],
    [
      'has another type: recreate',
      plan(OWNED, { ...OURS, type: 'kubernetes.io/tls' }),
      { kind: 'recreate', frame: FRAME, over: { ...OURS, type: 'kubernetes.io/tls' } },
    ],
    [
      'was made for an earlier object of the same name: adopt it before it is collected',
      plan(OWNED, {
        ...OURS,
        labels: ownerLabels('uid-old'),
        ownerReferences: REFERENCES.map((reference) => ({ ...reference, uid: 'uid-old' })),
      }),
      {
        kind: 'replace',
        frame: FRAME,
        over: {
          ...OURS,
          labels: ownerLabels('uid-old'),
          ownerReferences: REFERENCES.map((reference) => ({ ...reference, uid: 'uid-old' })),
        },
        why: 'adopted',
      },
    ],
    [
      'is free and may be overwritten: adopt it with what others put on it',
      plan({ ...OWNED, overwrite: true }, digestOf({ labels: { team: 'a' } })),
      {
        kind: 'replace',
        frame: { ...FRAME, labels: foreignLabel },
        over: digestOf({ labels: { team: 'a' } }),
        why: 'adopted',
      },
    ],
  ];
  for (const [name, got, want] of rows) it(name, () => assert.deepEqual(got, want));
});

describe('planDestination of a Secret that is lent to us', () => {
  const existing = digestOf({
    type: 'kubernetes.io/basic-auth',
    labels: { team: 'a' },
    annotations: { note: 'x' },
    ownerReferences: [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: 'u', controller: true },
    ],
  });
  const { namespace, name, type, labels, annotations, ownerReferences } = existing;
  const frame = { namespace, name, type, labels, annotations, ownerReferences };
  const rows: readonly [string, DestinationPlan, DestinationPlan][] = [
    ['holds the data: keep, whoever controls it', plan(LENT, existing), { kind: 'keep', existing }],
    [
      'holds other data: replace the data, keep metadata and type',
      plan({ ...LENT, labels: { no: '1' }, type: 'Opaque' }, existing, { mac: 'mac-2' }),
      { kind: 'replace', frame, over: existing, why: 'data' },
    ],
    [
      'gets a mark: only that is added',
      plan(LENT, existing, { marks: MARKS }),
      {
        kind: 'replace',
        frame: { ...frame, annotations: { note: 'x', ...MARKS } },
        over: existing,
        why: 'metadata',
      },
    ],
    [
      'has a type in the specification that is refused, but is not ours to set: keep',
      plan({ ...LENT, type: 'bootstrap.kubernetes.io/token' }, existing),
      { kind: 'keep', existing },
    ],
    [
      'was created by this object earlier: keep',
      plan(LENT, OURS),
      { kind: 'keep', existing: OURS },
    ],
  ];
  for (const [sentence, got, want] of rows) it(sentence, () => assert.deepEqual(got, want));
});
