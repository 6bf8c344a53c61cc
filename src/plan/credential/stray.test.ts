import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf } from '../testing.ts';
import { strayOf, strayReplacementAt } from './stray.ts';

const STATUS = {
  lastGeneration: 3,
  lastRenewalTime: 1000,
  secretLease: { id: 'db/creds/app/1', duration: 600, renewable: true, requestID: 'r' },
};
const OBJECT = { metadata: { generation: 3 }, status: STATUS };
const MARK = { revision: 'r1', leaseId: 'db/creds/app/1', issuedAt: 0, ttlMs: 1, renewable: true };
const RETIRING = { state: 'retiring', lease: { id: 'db/creds/app/0' } } as const;
const SECRET = digestOf();

describe('a lease that no record tells of', () => {
  const stray = {
    leaseId: 'db/creds/app/1',
    span: { askedAt: 1_000_000, ttlMs: 600_000 },
    renewable: true,
  };

  it('is the one in the status, when nothing says otherwise', () => {
    assert.deepEqual(strayOf(OBJECT, SECRET, undefined, []), stray);
  });

  it('may be marked in the Secret', () => {
    assert.deepEqual(strayOf(OBJECT, SECRET, MARK, []), stray);
  });

  it('may have a predecessor on record that retires', () => {
    assert.deepEqual(strayOf(OBJECT, SECRET, undefined, [RETIRING]), stray);
  });

  for (const [sentence, found] of [
    ['there is no Secret', strayOf(OBJECT, undefined, undefined, [])],
    [
      'the object has changed since',
      strayOf({ ...OBJECT, metadata: { generation: 4 } }, SECRET, undefined, []),
    ],
    [
      'the object was never synced',
      strayOf({ metadata: { generation: 3 } }, SECRET, undefined, []),
    ],
    [
      'what was synced had no lease',
      strayOf(
        { ...OBJECT, status: { ...STATUS, secretLease: { ...STATUS.secretLease, id: '' } } },
        SECRET,
        undefined,
        [],
      ),
    ],
    ['the Secret is marked with another', strayOf(OBJECT, SECRET, { ...MARK, leaseId: 'x' }, [])],
    [
      'a record decides what the Secret shall hold',
      strayOf(OBJECT, SECRET, MARK, [{ state: 'pending' }]),
    ],
    [
      'it is on record and retires',
      strayOf(OBJECT, SECRET, MARK, [{ state: 'retiring', lease: { id: MARK.leaseId } }]),
    ],
  ] as const) {
    it(`is not there when ${sentence}`, () => {
      assert.equal(found, undefined);
    });
  }
});

describe('its replacement', () => {
  const now = 1_000_000;
  const lease = { askedAt: now - 300_000, ttlMs: 600_000 };
  const at = (over: Partial<{ tokenTtlMs: number; spread: number }>) =>
    strayReplacementAt(lease, { now, tokenTtlMs: Number.POSITIVE_INFINITY, spread: 1, ...over });

  it('comes within two thirds of what is left of the lease', () => {
    assert.equal(at({}), now + 200_000);
    assert.equal(at({ spread: 0.5 }), now + 100_000);
  });

  it('comes before its unknown token can end', () => {
    assert.equal(at({ tokenTtlMs: 400_000 }), now + 100_000);
  });

  it('is due at once when the lease has ended', () => {
    const ended = { askedAt: 0, ttlMs: 1 };
    const known = { now, tokenTtlMs: Number.POSITIVE_INFINITY, spread: 0.5 };
    assert.equal(strayReplacementAt(ended, known), now);
  });
});
