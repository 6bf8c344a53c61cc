import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOverdue, Journal } from './journal.ts';

const ONE = { kind: 'Thing', namespace: 'a', name: 'one' };
const START = 1_000_000;

function late(journal: Journal, now: number): boolean {
  const course = journal.of(ONE);
  return course !== undefined && isOverdue(course, now);
}

describe('the journal', () => {
  it('knows when a key last went well, and how often it is looked at', () => {
    const journal = new Journal();
    journal.settled(ONE, START, START + 60_000);
    journal.failed(ONE, START + 60_000, START + 65_000);
    assert.deepEqual(journal.of(ONE), {
      succeededAt: START,
      since: START,
      periodMs: 60_000,
    });
  });

  it('calls a key overdue after twice its period without success, and no more once it went well', () => {
    const journal = new Journal();
    journal.settled(ONE, START, START + 60_000);
    assert.equal(late(journal, START + 120_000), false);
    assert.equal(late(journal, START + 120_001), true);
    journal.settled(ONE, START + 130_000, START + 190_000);
    assert.equal(late(journal, START + 130_001), false);
  });

  it('counts from the first failure when nothing went well in this process', () => {
    const journal = new Journal();
    journal.failed(ONE, START, START + 60_000);
    journal.failed(ONE, START + 5_000, START + 65_000);
    assert.deepEqual(journal.of(ONE), {
      succeededAt: undefined,
      since: START,
      periodMs: 60_000,
    });
    assert.equal(late(journal, START + 120_001), true);
  });

  it('calls nothing overdue whose period nobody knows', () => {
    const journal = new Journal();
    journal.failed(ONE, START, undefined);
    assert.equal(late(journal, START + 1e9), false);
  });

  it('forgets a key of which nothing more is expected, so that deleted objects leave nothing behind', () => {
    const journal = new Journal();
    journal.settled(ONE, START, START + 60_000);
    journal.settled(ONE, START + 60_000, undefined);
    assert.equal(journal.of(ONE), undefined);
  });
});
