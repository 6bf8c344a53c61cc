import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Annotated,
  handledRequests,
  isAsking,
  openRequests,
  ROTATE_ANNOTATION,
  SYNC_ANNOTATION,
} from './requests.ts';

function asked(sync: string | undefined, rotate?: string, status?: object): Annotated {
  const annotations = {
    ...(sync !== undefined && { [SYNC_ANNOTATION]: sync }),
    ...(rotate !== undefined && { [ROTATE_ANNOTATION]: rotate }),
  };
  return { metadata: { annotations }, status };
}

const HANDLED = { handledSyncRequest: 'a', handledRotateRequest: 'b' };

describe('openRequests', () => {
  const rows: readonly [string, Annotated, object][] = [
    ['nothing is asked without annotations', { metadata: {} }, {}],
    ['a first value asks', asked('a'), { sync: 'a' }],
    ['an empty value asks nothing', asked('', ''), {}],
    ['what the status knows is done', asked('a', 'b', HANDLED), {}],
    ['another value asks again', asked('c', 'b', HANDLED), { sync: 'c' }],
    ['looks and rotations are told apart', asked('b', 'a', HANDLED), { sync: 'b', rotate: 'a' }],
  ];
  for (const [sentence, object, expected] of rows)
    it(sentence, () => {
      const open = Object.entries(openRequests(object)).filter(([, value]) => value !== undefined);
      assert.deepEqual(Object.fromEntries(open), expected);
    });

  it('remembers a long value by its digest, so that a status stays small', () => {
    const [one, other] = ['x', 'y'].map((end) => openRequests(asked('a'.repeat(9_000) + end)).sync);
    assert.equal(one?.length, 64);
    assert.notEqual(one, other);
  });
});

describe('handledRequests', () => {
  it('are the fields of the status that end what is open', () => {
    const object = asked('c', 'd', HANDLED);
    const fields = handledRequests(object);
    assert.deepEqual(fields, { handledSyncRequest: 'c', handledRotateRequest: 'd' });
    assert.deepEqual(handledRequests({ ...object, status: fields }), {});
  });
});

describe('isAsking', () => {
  const rows: readonly [string, Annotated, Annotated, boolean][] = [
    ['a new value', asked('a', 'b', HANDLED), asked('c', 'b', HANDLED), true],
    ['a value that was there already', asked('c', 'b', HANDLED), asked('c', 'b', HANDLED), false],
    ['a value that is taken away', asked('a', 'b', HANDLED), asked(undefined, 'b', HANDLED), false],
    [
      'an old value that comes back',
      asked(undefined, 'b', HANDLED),
      asked('a', 'b', HANDLED),
      false,
    ],
    ['a rotation', asked('a', 'b', HANDLED), asked('a', 'c', HANDLED), true],
  ];
  for (const [sentence, before, after, expected] of rows)
    it(sentence, () => assert.equal(isAsking(before, after), expected));
});
