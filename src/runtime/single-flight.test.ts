import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { SingleFlight } from './single-flight.ts';

/** Work that ends when the test says so, and obeys its signal. */
class Work {
  readonly runs: {
    resolve: (value: string) => void;
    reject: (error: Error) => void;
    signal: AbortSignal;
  }[] = [];

  readonly do = (signal: AbortSignal): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    signal.addEventListener('abort', () => reject(signal.reason));
    this.runs.push({ resolve, reject, signal });
    return promise;
  };
}

describe('a single flight', () => {
  it('is shared by all who ask for the same key meanwhile', async () => {
    const flights = new SingleFlight<string>();
    const work = new Work();
    const asked = [flights.do('a', work.do), flights.do('a', work.do), flights.do('b', work.do)];
    work.runs[0]?.resolve('one');
    work.runs[1]?.resolve('two');
    assert.deepEqual(await Promise.all(asked), ['one', 'one', 'two']);
    assert.equal(work.runs.length, 2);
  });

  it('shares an error and keeps none', async () => {
    const flights = new SingleFlight<string>();
    const work = new Work();
    const asked = [flights.do('a', work.do), flights.do('a', work.do)];
    work.runs[0]?.reject(new Error('down'));
    const results = await Promise.allSettled(asked);
    assert.deepEqual(
      results.map((result) => result.status),
      ['rejected', 'rejected'],
    );
    const again = flights.do('a', work.do);
    work.runs[1]?.resolve('up');
    assert.equal(await again, 'up');
  });

  it('is not joined once it has landed, and its work is not aborted afterwards', async () => {
    const flights = new SingleFlight<string>();
    const work = new Work();
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = flights.do('a', async (signal) => {
      signal.addEventListener('abort', () => assert.fail('aborted'));
      return promise;
    });
    // The first moment after the landing, before the passenger of the first flight is off.
    queueMicrotask(() => resolve('old'));
    for (let i = 0; i < 4; i += 1) await Promise.resolve();
    const second = flights.do('a', work.do);
    work.runs[0]?.resolve('new');
    assert.deepEqual(await Promise.all([first, second]), ['old', 'new']);
  });

  it('leaves no listener on the signal of a passenger', async () => {
    const { signal } = new AbortController();
    await new SingleFlight<string>().do('a', async () => 'landed', signal);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('turns what the work throws at once into an error like any other', async () => {
    const flights = new SingleFlight<string>();
    const asked = flights.do('a', () => {
      throw new Error('at once');
    });
    await assert.rejects(asked, { message: 'at once' });
  });

  it('goes on for the others when one leaves', async () => {
    const flights = new SingleFlight<string>();
    const work = new Work();
    const leaver = new AbortController();
    const left = flights.do('a', work.do, leaver.signal);
    const stays = flights.do('a', work.do, new AbortController().signal);
    leaver.abort(new Error('left'));
    await assert.rejects(left, { message: 'left' });
    assert.equal(work.runs[0]?.signal.aborted, false);
    work.runs[0]?.resolve('landed');
    assert.equal(await stays, 'landed');
  });

  it('is aborted when all have left, and the next one starts anew', async () => {
    const flights = new SingleFlight<string>();
    const work = new Work();
    const leaver = new AbortController();
    const left = [flights.do('a', work.do, leaver.signal), flights.do('a', work.do, leaver.signal)];
    leaver.abort(new Error('left'));
    const results = await Promise.allSettled(left);
    assert.deepEqual(
      results.map((result) => result.status),
      ['rejected', 'rejected'],
    );
    assert.equal(work.runs[0]?.signal.aborted, true);
    const next = flights.do('a', work.do);
    work.runs[1]?.resolve('anew');
    assert.equal(await next, 'anew');
  });

  it('is not boarded under an aborted signal', async () => {
    const flights = new SingleFlight<string>();
    const work = new Work();
    await assert.rejects(flights.do('a', work.do, AbortSignal.abort()), { name: 'AbortError' });
    assert.equal(work.runs.length, 0);
  });

  it('is flown once at a time per key, in whatever order things happen', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), keys, async (scheduler, wanted) => {
        const flights = new SingleFlight<string>();
        const flying = new Set<string>();
        const turn = async (): Promise<void> => scheduler.schedule(Promise.resolve());
        const fly = async (key: string): Promise<string> => {
          assert.ok(!flying.has(key), `${key} flies twice`);
          flying.add(key);
          await turn();
          flying.delete(key);
          return key;
        };
        const ask = async (key: string): Promise<string> => {
          await turn();
          return flights.do(key, () => fly(key));
        };
        const answers = Promise.all(wanted.map(ask));
        await scheduler.waitFor(answers);
        assert.deepEqual(await answers, wanted);
      }),
    );
  });
});
