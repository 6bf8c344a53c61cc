/**
 * The operator at rest: it asks for nothing that changes something, and has the answers to what it asked. Told by its
 * calls, not by what it says of itself: events follow the status that says "ready", and belong to the same act.
 */
import { type Clock, SystemClock, sleep } from '../../src/runtime/clock.ts';
import type { Sequence } from './sequence.ts';

/** Nothing changes any more for as long. */
const QUIET_MS = 300;
const POLL_MS = 20;

/** False when it goes on writing for `withinMs`. */
export async function comesToRest(
  sequence: Sequence,
  withinMs: number,
  clock: Clock = new SystemClock(),
): Promise<boolean> {
  const from = clock.now();
  const isAtRest = (): boolean => {
    const { quietSince } = sequence;
    return quietSince !== undefined && clock.now() >= Math.max(from, quietSince) + QUIET_MS;
  };
  while (!isAtRest()) {
    if (clock.now() > from + withinMs) return false;
    await sleep(clock, POLL_MS);
  }
  return true;
}
