import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf, OWNER } from '../testing.ts';
import { ownerLabels, ownerReference } from './ownership.ts';
import type { SecretFrame } from './secret.ts';
import { APPLIED_ANNOTATION, ownedFrame, sameFrame } from './secret-frame.ts';

const LABELS = ownerLabels(OWNER.uid);
const REFERENCE = ownerReference(OWNER);
const FRAME: SecretFrame = {
  namespace: 'apps',
  name: 'db',
  type: 'Opaque',
  labels: LABELS,
  annotations: {},
  ownerReferences: [REFERENCE],
};

describe('ownedFrame', () => {
  it('lists one label and one annotation', () => {
    const destination = {
      name: 'db',
      create: true,
      overwrite: false,
      labels: { a: '1' },
      annotations: { b: '2' },
    };
    const frame = ownedFrame({ owner: OWNER, destination, existing: undefined, marks: {} });
    assert.equal(frame.annotations[APPLIED_ANNOTATION], '{"labels":["a"],"annotations":["b"]}');
  });
});

describe('ownedFrame, with a list of applied keys that someone broke', () => {
  const destination = { name: 'db', create: true, overwrite: false };
  for (const text of ['x', 'null', '7', '{"labels":"gone"}', '{"labels":[7]}'])
    it(`${text} takes nothing away`, () => {
      const labels = { ...LABELS, gone: '1' };
      const existing = digestOf({ labels, annotations: { [APPLIED_ANNOTATION]: text } });
      const frame = ownedFrame({ owner: OWNER, destination, existing, marks: {} });
      assert.deepEqual(frame, { ...FRAME, labels });
    });
});

describe('sameFrame', () => {
  const other = { ...REFERENCE, uid: 'uid-x' };
  const rows: readonly [string, Partial<SecretFrame>, Partial<SecretFrame>, boolean][] = [
    ['takes equal frames for equal', {}, {}, true],
    [
      'ignores what an owner reference has besides',
      { ownerReferences: [{ ...REFERENCE, controller: false }] },
      {},
      true,
    ],
    ['notices another type', { type: 'x' }, {}, false],
    ['notices another value of a label', { labels: { a: '1' } }, { labels: { a: '2' } }, false],
    ['notices a label more', { labels: { a: '1' } }, { labels: {} }, false],
    [
      'notices a label that is only named like a property of objects',
      { labels: { valueOf: '1' } },
      { labels: { a: '1' } },
      false,
    ],
    ['notices another annotation', { annotations: { a: '1' } }, {}, false],
    [
      'notices an owner of another version',
      { ownerReferences: [{ ...REFERENCE, apiVersion: 'x/v1' }] },
      {},
      false,
    ],
    [
      'notices an owner of another kind',
      { ownerReferences: [{ ...REFERENCE, kind: 'X' }] },
      {},
      false,
    ],
    [
      'notices an owner of another name',
      { ownerReferences: [{ ...REFERENCE, name: 'x' }] },
      {},
      false,
    ],
    ['notices an owner more', { ownerReferences: [REFERENCE, other] }, {}, false],
    [
      'notices another second owner',
      { ownerReferences: [REFERENCE, other] },
      { ownerReferences: [REFERENCE, REFERENCE] },
      false,
    ],
    ['notices another owner', { ownerReferences: [other] }, {}, false],
  ];
  for (const [name, a, b, want] of rows)
    it(name, () => assert.equal(sameFrame({ ...FRAME, ...a }, { ...FRAME, ...b }), want));
});
