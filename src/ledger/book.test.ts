import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FaultError } from '../runtime/fault.ts';
import type { Book } from './book.ts';
import { MemoryRecords } from './memory-records.ts';
import type { NewRecord, StoredRecord } from './ports.ts';
import { bookOf, LEASE, recordOf } from './testing/records.ts';

const { signal } = new AbortController();
const UNUSED = { why: 'unused', at: 1, successor: '', targets: [] } as const;

/** Loses the answers of creations, or the creations themselves. */
class Lossy extends MemoryRecords {
  lose: 'nothing' | 'answers' | 'requests' = 'nothing';

  override async create(record: NewRecord): Promise<StoredRecord> {
    const stored = this.lose === 'requests' ? undefined : await super.create(record);
    if (stored && this.lose === 'nothing') return stored;
    throw new FaultError({ kind: 'transient', reason: 'KubernetesUnavailable', message: 'lost' });
  }
}

describe('the book', () => {
  it('retires a record whose creation got no answer', async () => {
    const store = new Lossy();
    const book = bookOf(store);
    store.lose = 'answers';
    await assert.rejects(book.open(recordOf('r'), signal), /KubernetesUnavailable/);

    await book.retire('r', UNUSED, signal);
    await book.drop('r', signal);

    assert.deepEqual(await store.list(), []);
  });

  it('forgets a record that never came to be', async () => {
    const store = new Lossy();
    const book = bookOf(store);
    store.lose = 'requests';
    await assert.rejects(book.open(recordOf('r'), signal), /KubernetesUnavailable/);

    await book.retire('r', UNUSED, signal);

    assert.deepEqual(book.all(), []);
    assert.deepEqual(book.ofOwner(recordOf('r').owner), []);
  });

  it('finds the last record of a former leader when it looks again', async () => {
    const store = new MemoryRecords();
    const [former, book] = [bookOf(store), bookOf(store)];
    await book.load(signal);
    await former.open(recordOf('late'), signal);

    const late = await book.catchUp(signal);

    assert.deepEqual(
      late.map(({ revision }) => revision),
      ['late'],
    );
    assert.equal(book.isNew('late'), false);
    assert.deepEqual(await book.catchUp(signal), []);
  });

  it('lets the word of the leader count over the last write of a former one', async () => {
    const store = new MemoryRecords();
    const former = bookOf(store);
    await former.open(recordOf('r'), signal);
    const book = bookOf(store);
    await book.load(signal);
    await former.retire('r', UNUSED, signal);

    await book.makeCurrent('r', LEASE, signal);

    const after = bookOf(store);
    await after.load(signal);
    assert.equal(after.get('r')?.state, 'current');
  });

  it('writes a record anew that somebody deleted', async () => {
    const store = new MemoryRecords();
    const book = bookOf(store);
    await book.open(recordOf('r'), signal);
    for (const record of await store.list()) await store.remove(record);

    await book.makeCurrent('r', LEASE, signal);

    assert.equal((await store.list()).length, 1);
    assert.equal(book.get('r')?.state, 'current');
  });
});

describe('a clock ahead of ours', () => {
  const HOUR = 3_600_000;
  const clock = { now: () => HOUR };
  const AHEAD = { ...LEASE, askedAt: HOUR + 300_000 };

  /** The record as a former process left it. */
  async function found(askedAt: number): Promise<Book> {
    const store = new MemoryRecords();
    const former = bookOf(store, { now: () => Number.POSITIVE_INFINITY });
    await former.open(recordOf('r'), signal);
    await former.makeCurrent('r', { ...LEASE, askedAt }, signal);
    const book = bookOf(store, clock);
    await book.load(signal);
    return book;
  }

  it('makes no lease last longer, and Vault is asked', async () => {
    const book = await found(AHEAD.askedAt);
    assert.equal(book.get('r')?.lease?.askedAt, HOUR);
    assert.equal(book.isDoubted('r'), true);
    book.noteLease('r', { ...LEASE, askedAt: HOUR });
    assert.equal(book.isDoubted('r'), false);
  });

  it('is not suspected where times have passed', async () => {
    const book = await found(HOUR);
    assert.equal(book.get('r')?.lease?.askedAt, HOUR);
    assert.equal(book.isDoubted('r'), false);
  });

  it('is not believed when it wrote the mark of a Secret', async () => {
    const book = bookOf(new MemoryRecords(), clock);
    await book.open(recordOf('r'), signal);
    await book.makeCurrent('r', AHEAD, signal);
    assert.equal(book.get('r')?.lease?.askedAt, HOUR);
    assert.equal(book.isDoubted('r'), true);
  });

  it('is not believed when it wrote the status', async () => {
    const book = await found(1_000);
    book.adoptTimes('r', AHEAD.askedAt, AHEAD.askedAt);
    assert.equal(book.get('r')?.lease?.askedAt, 1_000);
    book.adoptTimes('r', 2_000, 3_000);
    assert.equal(book.get('r')?.lease?.askedAt, 2_000);
    assert.equal(book.get('r')?.token.askedAt, 3_000);
  });
});
