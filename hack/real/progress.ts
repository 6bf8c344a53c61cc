/**
 * Says what takes long, on standard error, so that nobody waits in front of a silent terminal.
 * On a terminal one line is rewritten every second; elsewhere (logs, CI) a line appears now and again.
 */

const TERMINAL_INTERVAL_MS = 1_000;
const LOG_INTERVAL_MS = 15_000;

/** Prints one line. */
export type Say = (line: string) => void;

export const sayOnStderr: Say = (line) => {
  process.stderr.write(`real stack: ${line}\n`);
};

/** Runs `work` and says its start, its elapsed time while it lasts, and its end. Errors pass through. */
export async function longStep<T>(label: string, say: Say, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - startedAt) / 1000)} s`;
  say(`${label} ...`);
  const tick = rewritesLine(say)
    ? setInterval(() => process.stderr.write(`\r${label}: ${seconds()} `), TERMINAL_INTERVAL_MS)
    : setInterval(() => say(`${label}: still at it after ${seconds()}`), LOG_INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(tick);
    if (rewritesLine(say)) process.stderr.write('\r');
    say(`${label}: ${seconds()}`);
  }
}

function rewritesLine(say: Say): boolean {
  return say === sayOnStderr && process.stderr.isTTY;
}
