// What the sweep takes for the beginning of a story: an operator that still has something to say would lend it its calls.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { VirtualClock } from '../fakes/clock.ts';
import type { Call } from './calls.ts';
import { History } from './history.ts';
import { comesToRest } from './rest.ts';
import { Sequence } from './sequence.ts';

const EVENT: Call = {
  server: 'kubernetes',
  method: 'POST',
  path: '/api/v1/namespaces/t-0a1b2c3d/events',
};
const LOOK: Call = { server: 'vault', method: 'GET', path: '/v1/sys/health' };

describe('an operator at rest', () => {
  let clock: VirtualClock;
  let sequence: Sequence;

  beforeEach(() => {
    clock = new VirtualClock();
    sequence = new Sequence(() => clock.now());
  });

  /** How long it took to say so, as far as `withinMs` went by. */
  async function restedAfter(during: (ms: number) => void, withinMs = 5_000) {
    const from = clock.now();
    let rested: { readonly isAtRest: boolean; readonly ms: number } | undefined;
    const wait = async (): Promise<void> => {
      const isAtRest = await comesToRest(sequence, withinMs, clock);
      rested = { isAtRest, ms: clock.now() - from };
    };
    const waiting = wait();
    for (let ms = 0; !rested; ms += 10) {
      during(ms);
      clock.advanceTo(clock.now() + 10);
      await turn();
    }
    await waiting;
    return rested;
  }

  const answered = (call: Call): void => {
    const seen = sequence.arrive(call);
    sequence.mayPass(seen);
    sequence.mayDeliver(seen, 201);
  };

  it('asked for no change for a while', async () => {
    const { isAtRest, ms } = await restedAfter(() => {});
    assert.ok(isAtRest);
    assert.ok(ms >= 300 && ms < 400, `${ms} ms`);
  });

  it('is not at rest before an event that trails its status was told', async () => {
    const { ms } = await restedAfter((now) => {
      if (now === 250) answered(EVENT);
    });
    assert.ok(ms >= 550 && ms < 650, `${ms} ms`);
  });

  it('counts a change as long as it is not answered', async () => {
    const seen = sequence.arrive(EVENT);
    sequence.mayPass(seen);
    const { ms } = await restedAfter((now) => {
      if (now === 2_000) sequence.mayDeliver(seen, 201);
    });
    assert.ok(ms >= 2_000, `${ms} ms`);
  });

  it('remembers a change from before the beginning of a sequence', async () => {
    answered(EVENT);
    sequence.begin();
    assert.equal(sequence.quietSince, clock.now());
  });

  it('may look as much as it likes', async () => {
    const { isAtRest, ms } = await restedAfter(() => answered(LOOK));
    assert.ok(isAtRest);
    assert.ok(ms < 400, `${ms} ms`);
  });

  it('is said not to be when it goes on', async () => {
    const { isAtRest, ms } = await restedAfter((now) => {
      if (now % 200 === 0) answered(EVENT);
    }, 3_000);
    assert.equal(isAtRest, false);
    assert.ok(ms >= 3_000, `${ms} ms`);
  });
});

describe('a history', () => {
  const secret = (resourceVersion: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'app', resourceVersion },
  });

  it('has reached an object when its watch told that version or a later one', () => {
    const history = new History(() => {});
    assert.ok(history.hasReached(undefined));
    assert.equal(history.hasReached(secret('9')), false);
    history.changes.push({ type: 'ADDED', object: secret('9') });
    assert.ok(history.hasReached(secret('9')));
    assert.equal(history.hasReached(secret('10')), false);
    history.changes.push({ type: 'MODIFIED', object: secret('11') });
    assert.ok(history.hasReached(secret('10')));
  });

  it('has reached the end of an object when its watch told that', () => {
    const history = new History(() => {});
    history.changes.push({ type: 'ADDED', object: secret('9') });
    assert.equal(history.hasReached(undefined), false);
    history.changes.push({ type: 'DELETED', object: secret('12') });
    assert.ok(history.hasReached(undefined));
  });
});
