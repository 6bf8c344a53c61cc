import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeTokens } from './tokens.ts';

const AT = 1_000_000;
const HOUR_MS = 3_600_000;
const living = (...seconds: readonly number[]) =>
  seconds.map((each, index) => ({ accessor: `a${index}`, expiresAt: AT + each * 1000 }));
const judged = (seconds: readonly number[], isLoginUnshortened: boolean) => {
  const crash = { at: AT, isLoginUnshortened, roleTtlMs: HOUR_MS };
  const { faults, fullLength } = judgeTokens(living(...seconds), crash);
  return [faults, fullLength.length];
};
const lives = (seconds: number) => `a login token lives ${seconds} s after the crash`;

describe('after a crash', () => {
  it('tokens may live for two minutes', () => assert.deepEqual(judged([120, 5], false), [[], 0]));

  it('a longer one is a fault', () =>
    assert.deepEqual(judged([120, 3600], false), [[lives(3600)], 0]));

  it('one may live as its role says where the login came and could not be shortened', () =>
    assert.deepEqual(judged([3600], true), [[], 1]));

  it('and not longer than that', () => assert.deepEqual(judged([3700], true), [[lives(3700)], 1]));

  it('and not two of them', () => assert.deepEqual(judged([3600, 3500], true), [[lives(3500)], 1]));
});
