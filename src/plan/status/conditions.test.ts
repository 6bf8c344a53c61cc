import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Condition, ConditionType, Verdict } from '../../api/conditions.ts';
import { changedStatus, mergeConditions } from './conditions.ts';

const THEN = '2024-01-01T00:00:00Z';
const NOW = '2024-01-02T00:00:00Z';
const MOMENT = { now: NOW, generation: 2 };

function verdict(type: ConditionType, status: Verdict['status'], message = 'm'): Verdict {
  return { type, status, reason: 'Healthy', message };
}

function condition(
  type: string,
  status: Condition['status'],
  over: Partial<Condition> = {},
): Condition {
  return {
    type,
    status,
    reason: 'Healthy',
    message: 'm',
    lastTransitionTime: THEN,
    observedGeneration: 2,
    ...over,
  };
}

describe('mergeConditions', () => {
  const rows: readonly [string, readonly Condition[], readonly Verdict[], readonly Condition[]][] =
    [
      [
        'a new type has the time of now',
        [],
        [verdict('Ready', 'True')],
        [condition('Ready', 'True', { lastTransitionTime: NOW })],
      ],
      [
        'another status moves the time',
        [condition('Ready', 'False')],
        [verdict('Ready', 'True')],
        [condition('Ready', 'True', { lastTransitionTime: NOW })],
      ],
      [
        'another message does not',
        [condition('Ready', 'True', { message: 'old' })],
        [verdict('Ready', 'True')],
        [condition('Ready', 'True')],
      ],
      [
        'another reason does not',
        [condition('Ready', 'True', { reason: 'Ready' })],
        [verdict('Ready', 'True')],
        [condition('Ready', 'True')],
      ],
      [
        'another generation does not',
        [condition('Ready', 'True', { observedGeneration: 1 })],
        [verdict('Ready', 'True')],
        [condition('Ready', 'True')],
      ],
      [
        'types of others stay, behind ours',
        [condition('Other', 'True'), condition('Ready', 'True')],
        [verdict('Ready', 'True')],
        [condition('Ready', 'True'), condition('Other', 'True')],
      ],
      [
        'of several conditions of one type, as VSO wrote them, the one with our status counts',
        [
          condition('Healthy', 'False'),
          condition('Healthy', 'True', { lastTransitionTime: '2023-01-01T00:00:00Z' }),
        ],
        [verdict('Healthy', 'True')],
        [condition('Healthy', 'True', { lastTransitionTime: '2023-01-01T00:00:00Z' })],
      ],
      [
        'of several conditions of a type of others the latest stays',
        [
          condition('A', 'True'),
          condition('A', 'False', { lastTransitionTime: NOW }),
          condition('B', 'False', { lastTransitionTime: NOW }),
          condition('B', 'True'),
        ],
        [],
        [
          condition('A', 'False', { lastTransitionTime: NOW }),
          condition('B', 'False', { lastTransitionTime: NOW }),
        ],
      ],
      [
        'a message that no status holds is cut',
        [],
        [verdict('Ready', 'True', 'x'.repeat(50_000))],
        [condition('Ready', 'True', { lastTransitionTime: NOW, message: 'x'.repeat(4096) })],
      ],
    ];
  for (const [name, old, verdicts, want] of rows)
    it(name, () => assert.deepEqual(mergeConditions(old, verdicts, MOMENT), want));

  it('takes away what no longer applies', () => {
    const old = [condition('LeaseRenewal', 'False'), condition('Ready', 'True')];
    const moment = { ...MOMENT, retracted: ['LeaseRenewal'] as const };
    assert.deepEqual(mergeConditions(old, [verdict('Ready', 'True')], moment), [old[1]]);
  });

  const one = fc.record({
    type: fc.constantFrom('Ready', 'Healthy', 'Stalled'),
    status: fc.constantFrom('True', 'False', 'Unknown'),
    reason: fc.constantFrom('Ready', 'Healthy'),
    message: fc.constantFrom('a', 'b'),
  } as const);
  it('gives back the very array when it is told the same again, later', () => {
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: ({ type }) => type }), (verdicts) => {
        const first = mergeConditions([condition('Other', 'True')], verdicts, MOMENT);
        const later = { ...MOMENT, now: '2025-01-01T00:00:00Z' };
        assert.equal(mergeConditions(first, verdicts, later), first);
      }),
    );
  });
});

describe('changedStatus', () => {
  const rows: readonly [
    string,
    Record<string, unknown> | undefined,
    Record<string, unknown>,
    unknown,
  ][] = [
    ['nothing to write', { a: 1, b: { c: [1] } }, { a: 1, b: { c: [1] } }, undefined],
    ['no status yet', undefined, { a: 1 }, { a: 1 }],
    ['only what changed', { a: 1, b: 2 }, { a: 1, b: 3 }, { b: 3 }],
    ['a field that is not spoken of stays', { theirs: 1 }, { a: 1 }, { a: 1 }],
    ['undefined removes', { a: 1 }, { a: undefined }, { a: null }],
    ['undefined and absent are equal', {}, { a: undefined }, undefined],
    [
      'a nested object becomes exactly what is wanted',
      { a: { b: 1, c: 2 } },
      { a: { b: 3 } },
      { a: { b: 3, c: null } },
    ],
    ['an object takes the place of a value', { a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['a value takes the place of an object', { a: { b: 1 } }, { a: 1 }, { a: 1 }],
    ['a list is replaced as a whole', { a: [1, 2] }, { a: [1] }, { a: [1] }],
    ['a list takes the place of an object', { a: { 0: 1 } }, { a: [1] }, { a: [1] }],
    ['null is a value', { a: null }, { a: 0 }, { a: 0 }],
  ];
  for (const [name, old, wanted, want] of rows)
    it(name, () => assert.deepEqual(changedStatus(old, wanted), want));

  it('the order of keys and prototypes mean nothing', () => {
    const stored = Object.assign(Object.create(null), { a: { c: 2, b: 1 } });
    assert.equal(changedStatus(stored, { a: { b: 1, c: 2 } }), undefined);
  });
});
