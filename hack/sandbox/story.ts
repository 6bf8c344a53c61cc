/**
 * A story is a list of steps: something is done, and then something must be seen before a deadline. Promises that a
 * step which does not happen ends the story with what was seen last. Knows nothing of what the story is about.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Step {
  /** What happens, as a sentence. */
  readonly title: string;
  readonly act?: () => Promise<unknown>;
  /** What was seen, as a sentence; undefined while it is not there. */
  readonly seen: () => Promise<string | undefined>;
  readonly withinMs?: number;
}

export interface Narrator {
  readonly begin: (title: string) => void;
  readonly done: (seen: string, seconds: number) => void;
}

const POLL_MS = 100;
const WITHIN_MS = 30_000;

/** Throws an error that names the step which did not happen. */
export async function tell(steps: readonly Step[], narrator: Narrator): Promise<void> {
  for (const step of steps) {
    narrator.begin(step.title);
    const startedAt = performance.now();
    await step.act?.();
    const seen = await untilSeen(step, startedAt);
    narrator.done(seen, (performance.now() - startedAt) / 1000);
  }
}

async function untilSeen(step: Step, startedAt: number): Promise<string> {
  const { withinMs = WITHIN_MS } = step;
  do {
    const seen = await step.seen();
    if (seen !== undefined) return seen;
    await sleep(POLL_MS);
  } while (performance.now() - startedAt < withinMs);
  throw new Error(`did not happen within ${withinMs / 1000} s: ${step.title}`);
}
