import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Condition } from '../../api/conditions.ts';
import type { Fault, FaultKind } from '../../runtime/fault.ts';
import { mergeConditions } from './conditions.ts';
import { summariseSync } from './status.ts';
import { type EventText, transitionEvent } from './transition.ts';

function fault(kind: FaultKind, reason = 'InvalidSpec'): Fault {
  return { kind, reason, message: 'spec.path is wrong' };
}

function conditions(
  found: Fault | undefined,
  generation = 1,
  usable = false,
): readonly Condition[] {
  const facts = { usable: usable || !found, synced: !found, fault: found };
  return mergeConditions([], summariseSync(facts).verdicts, {
    now: '2024-01-01T00:00:00Z',
    generation,
  });
}

const GOOD = conditions(undefined);
const FAULT = fault('refused');
const TOLD: EventText = { type: 'Warning', reason: 'InvalidSpec', message: 'spec.path is wrong' };

describe('transitionEvent', () => {
  const rows: readonly [string, EventText | undefined, EventText | undefined][] = [
    [
      'a first failure is told',
      transitionEvent({ before: GOOD, after: conditions(FAULT), fault: FAULT, failures: 1 }),
      TOLD,
    ],
    [
      'a failure of a new object is told',
      transitionEvent({ before: [], after: conditions(FAULT), fault: FAULT, failures: 1 }),
      TOLD,
    ],
    [
      'the same failure again is not, however often',
      transitionEvent({
        before: conditions(FAULT),
        after: conditions(FAULT),
        fault: FAULT,
        failures: 9,
      }),
      undefined,
    ],
    [
      'nor after a restart of the operator',
      transitionEvent({
        before: conditions(FAULT),
        after: conditions(FAULT),
        fault: FAULT,
        failures: 1,
      }),
      undefined,
    ],
    [
      'the same failure of an edited object is told',
      transitionEvent({
        before: conditions(FAULT),
        after: conditions(FAULT, 2),
        fault: FAULT,
        failures: 1,
      }),
      TOLD,
    ],
    [
      'another failure is told',
      transitionEvent({
        before: conditions(fault('refused', 'InvalidReference')),
        after: conditions(FAULT),
        fault: FAULT,
        failures: 2,
      }),
      TOLD,
    ],
    [
      'a reason that only begins alike is another one',
      transitionEvent({
        before: conditions(fault('refused', 'InvalidSpecX')),
        after: conditions(FAULT),
        fault: FAULT,
        failures: 2,
      }),
      TOLD,
    ],
    [
      'waiting is no warning',
      transitionEvent({
        before: GOOD,
        after: conditions(fault('waiting')),
        fault: fault('waiting'),
        failures: 1,
      }),
      { ...TOLD, type: 'Normal' },
    ],
    [
      'a passing failure is not told at once',
      transitionEvent({
        before: GOOD,
        after: conditions(fault('transient')),
        fault: fault('transient'),
        failures: 1,
      }),
      undefined,
    ],
    [
      'but when it lasts',
      transitionEvent({
        before: conditions(fault('transient')),
        after: conditions(fault('transient')),
        fault: fault('transient'),
        failures: 3,
      }),
      TOLD,
    ],
    [
      'and then no more',
      transitionEvent({
        before: conditions(fault('transient')),
        after: conditions(fault('transient')),
        fault: fault('transient'),
        failures: 4,
      }),
      undefined,
    ],
    [
      'a recovery is told',
      transitionEvent({ before: conditions(FAULT), after: GOOD, failures: 0 }),
      { type: 'Normal', reason: 'Ready', message: 'the object does what it promises again' },
    ],
    [
      'a recovery that nobody missed is not',
      transitionEvent({
        before: conditions(fault('transient'), 1, true),
        after: GOOD,
        failures: 0,
      }),
      undefined,
    ],
    [
      'a first success is not',
      transitionEvent({ before: [], after: GOOD, failures: 0 }),
      undefined,
    ],
    [
      'nor is more of the same',
      transitionEvent({ before: GOOD, after: GOOD, failures: 0 }),
      undefined,
    ],
  ];
  for (const [name, got, want] of rows) it(name, () => assert.deepEqual(got, want));
});
