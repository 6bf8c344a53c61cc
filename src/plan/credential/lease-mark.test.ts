import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seal } from '../../runtime/sealed.ts';
import { KEY } from '../testing.ts';
import { LEASE_ANNOTATION, type LeaseMark, readMark, writeMark } from './lease-mark.ts';

const MARK: LeaseMark = {
  revision: 'r1',
  leaseId: 'database/creds/app/x',
  issuedAt: 1_700_000_000_000,
  ttlMs: 3_600_000,
  renewable: true,
};
const BOND = { uid: 'uid-1', mac: 'mac-1' };
const WRITTEN = writeMark(KEY, MARK, BOND);
const TEXT = WRITTEN[LEASE_ANNOTATION] ?? '';

function edited(change: object): Record<string, string> {
  return { [LEASE_ANNOTATION]: JSON.stringify({ ...JSON.parse(TEXT), ...change }) };
}

describe('a lease mark', () => {
  it('is read as it was written', () =>
    assert.deepEqual(readMark(KEY, WRITTEN, BOND), { kind: 'genuine', mark: MARK, intact: true }));

  it('is the same each time it is written, so that nothing is patched', () =>
    assert.deepEqual(writeMark(KEY, MARK, BOND), WRITTEN));

  it('is genuine but not intact beside other data', () =>
    assert.deepEqual(readMark(KEY, WRITTEN, { ...BOND, mac: 'mac-2' }), {
      kind: 'genuine',
      mark: MARK,
      intact: false,
    }));

  it('is absent where there is none', () =>
    assert.deepEqual(readMark(KEY, { other: 'x' }, BOND), { kind: 'absent' }));

  it('does not repeat the MAC that the status shows', () => assert.doesNotMatch(TEXT, /mac-1/));

  const foreign: readonly [string, Record<string, string>][] = [
    ['with another revision', edited({ revision: 'r2' })],
    ['with another lease', edited({ leaseId: 'database/creds/app/y' })],
    ['with another time', edited({ issuedAt: 1 })],
    ['with another TTL', edited({ ttlMs: 1 })],
    ['made renewable', edited({ renewable: false })],
    ['with another code for the data', edited({ data: 'x' })],
    ['with another signature', edited({ mac: 'x' })],
    ['with a field of another type', edited({ ttlMs: '3600000' })],
    ['without a field', { [LEASE_ANNOTATION]: '{"revision":"r1"}' }],
    ['that is no JSON', { [LEASE_ANNOTATION]: 'x' }],
    ['that is null', { [LEASE_ANNOTATION]: 'null' }],
  ];
  for (const [name, annotations] of foreign)
    it(`is foreign ${name}`, () =>
      assert.deepEqual(readMark(KEY, annotations, BOND), { kind: 'foreign' }));

  it('is foreign on the Secret of another object', () =>
    assert.deepEqual(readMark(KEY, WRITTEN, { ...BOND, uid: 'uid-2' }), { kind: 'foreign' }));
  it('is foreign under another key', () =>
    assert.deepEqual(readMark(seal(new Uint8Array(16)), WRITTEN, BOND), { kind: 'foreign' }));
});
