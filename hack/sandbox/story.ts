/**
 * A story is a list of steps: something is done, and then something must be seen before a deadline. Promises that a
 * step which does not happen ends the story, with what was seen last. Knows nothing of what the story is about.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** What a look showed, as a sentence: that it happened, or how far it is. */
export type Sighting = { readonly done: string } | { readonly yet: string };

export interface Step {
  /** What happens, as a sentence. */
  readonly title: string;
  readonly act?: () => Promise<unknown>;
  readonly look: () => Promise<Sighting>;
  /** For act and look together; 30 s unless given. */
  readonly withinMs?: number;
}

export interface Narrator {
  readonly begin: (title: string) => void;
  readonly done: (sentence: string, seconds: number) => void;
}

const POLL_MS = 100;
const WITHIN_MS = 30_000;

/** Rejects with an error that names the step which did not happen, or with the signal's reason. */
export async function tell(
  steps: readonly Step[],
  narrator: Narrator,
  signal: AbortSignal,
): Promise<void> {
  for (const step of steps) {
    signal.throwIfAborted();
    narrator.begin(step.title);
    const startedAt = performance.now();
    const sentence = await happening(step, signal);
    narrator.done(sentence, (performance.now() - startedAt) / 1_000);
  }
}

/** The deadline also ends an act or a look that hangs. */
async function happening(step: Step, stopping: AbortSignal): Promise<string> {
  const { withinMs = WITHIN_MS } = step;
  const over = AbortSignal.timeout(withinMs);
  const last = { seen: 'nothing yet' };
  try {
    return await unless([over, stopping], untilDone(step, last, over));
  } catch (error) {
    if (stopping.aborted || !over.aborted) throw error;
    const sentence = `did not happen within ${withinMs / 1_000} s: ${step.title}`;
    throw new Error(`${sentence}\n  seen last: ${last.seen}`, { cause: error });
  }
}

async function untilDone(step: Step, last: { seen: string }, over: AbortSignal): Promise<string> {
  await step.act?.();
  while (!over.aborted) {
    const sighting = await step.look();
    if ('done' in sighting) return sighting.done;
    last.seen = sighting.yet;
    await sleep(POLL_MS);
  }
  throw over.reason;
}

/** Each signal is listened to by itself: one that AbortSignal.any made can miss an abort. */
async function unless<T>(signals: readonly AbortSignal[], work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signals.find(({ aborted }) => aborted)?.reason);
  for (const signal of signals) signal.addEventListener('abort', stop, { once: true });
  if (signals.some(({ aborted }) => aborted)) stop();
  try {
    return await Promise.race([work, promise]);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', stop);
  }
}
