import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  hasRolledOut,
  isRolling,
  planRestart,
  restartAnnotation,
  stepOf,
  type Target,
  type Workload,
} from './rollout.ts';

const SOURCE = { kind: 'VaultDynamicSecret', name: 'db' };
const KEY = 'restart.vault-lease-operator/vds.db';
const RESTART = { source: SOURCE, revision: 'r2', wroteAt: 100_000 };
const TARGET: Target = { kind: 'Deployment', namespace: 'apps', name: 'web' };
const OLD: Workload = {
  createdAt: 0,
  rollsByItself: true,
  podAnnotations: { [KEY]: 'r1' },
  rolledOut: true,
  paused: false,
  progressing: undefined,
  counts: '1 2 3',
};

describe('a workload is rolling', () => {
  const SLOW = { ...OLD, rolledOut: false };
  const STEP = { counts: '1 2 3', at: 0 };
  const rows: readonly [string, boolean, Workload, number][] = [
    ['while it takes steps', true, SLOW, 599_999],
    ['not when it has taken none for long', false, SLOW, 600_000],
    ['as long as its controller says so', true, { ...SLOW, progressing: true }, 600_000],
    ['not when it missed its deadline', false, { ...SLOW, progressing: false }, 0],
    ['not while it is paused', false, { ...SLOW, paused: true }, 0],
    ['not when its pods wait to be deleted', false, { ...SLOW, rollsByItself: false }, 0],
    ['not when it is done', false, { ...OLD, progressing: true }, 0],
  ];
  for (const [name, want, workload, now] of rows)
    it(name, () => assert.equal(isRolling(workload, STEP, now), want));

  it('takes a step when the counts of its pods change, and by the first look', () => {
    assert.equal(stepOf(SLOW, STEP, 7), STEP);
    const step = { counts: '1 2 3', at: 7 };
    assert.deepEqual(stepOf(SLOW, { counts: '1 1 3', at: 0 }, 7), step);
    assert.deepEqual(stepOf(SLOW, undefined, 7), step);
  });
});

describe('restartAnnotation', () => {
  const rows: readonly [string, string, string, string][] = [
    ['a static secret', 'VaultStaticSecret', 'app', 'restart.vault-lease-operator/vss.app'],
    ['a dynamic secret', 'VaultDynamicSecret', 'db', KEY],
    ['a certificate', 'VaultPKISecret', 'tls', 'restart.vault-lease-operator/vps.tls'],
    ['another kind', 'Other', 'x', 'restart.vault-lease-operator/other.x'],
    [
      'the longest name that fits',
      'VaultStaticSecret',
      'n'.repeat(59),
      `restart.vault-lease-operator/vss.${'n'.repeat(59)}`,
    ],
  ];
  for (const [name, kind, source, want] of rows)
    it(name, () => assert.equal(restartAnnotation({ kind, name: source }), want));

  const letter = fc.constantFrom('a', 'b', '0', '9', '-', '.');
  const name = fc
    .string({ unit: letter, minLength: 1, maxLength: 253 })
    .map((text) => `a${text.slice(2)}z`);

  it('is a legal annotation key, whatever the name', () => {
    fc.assert(
      fc.property(name, (source) => {
        const [prefix, key = ''] = restartAnnotation({ ...SOURCE, name: source }).split('/');
        assert.equal(prefix, 'restart.vault-lease-operator');
        assert.match(key, /^(?=.{1,63}$)[a-z0-9]([-._a-z0-9]*[a-z0-9])?$/);
      }),
    );
  });

  it('tells long names apart that begin alike', () => {
    const keys = ['x', 'y'].map((end) =>
      restartAnnotation({ ...SOURCE, name: 'n'.repeat(200) + end }),
    );
    assert.notEqual(keys[0], keys[1]);
  });
});

describe('planRestart', () => {
  const rows: readonly [string, Workload | undefined, 'stamp' | 'missing' | undefined][] = [
    ['a workload with another revision is stamped', OLD, 'stamp'],
    ['a workload without annotation is stamped', { ...OLD, podAnnotations: {} }, 'stamp'],
    [
      'a workload with this revision is left alone',
      { ...OLD, podAnnotations: { [KEY]: 'r2' } },
      undefined,
    ],
    ['a workload that is not there is missing', undefined, 'missing'],
    [
      'a workload created after the write has started with it',
      { ...OLD, createdAt: 105_000 },
      undefined,
    ],
    [
      'one that only seems younger by the clocks is stamped',
      { ...OLD, createdAt: 104_000 },
      'stamp',
    ],
  ];
  for (const [name, workload, want] of rows)
    it(name, () => {
      const plan = planRestart(RESTART, [{ target: TARGET, workload }]);
      const none = { stamp: [], missing: [] };
      assert.deepEqual(plan, want ? { ...none, [want]: [TARGET] } : none);
    });
});

describe('hasRolledOut', () => {
  const done = { ...OLD, podAnnotations: { [KEY]: 'r2' } };
  const rows: readonly [string, Workload, boolean][] = [
    ['with this revision in all pods', done, true],
    ['not with another revision', OLD, false],
    ['not while the rollout goes on', { ...done, rolledOut: false }, false],
    ['not where pods wait to be deleted by hand', { ...done, rollsByItself: false }, false],
  ];
  for (const [name, workload, want] of rows)
    it(name, () => assert.equal(hasRolledOut(workload, SOURCE, 'r2'), want));
});
