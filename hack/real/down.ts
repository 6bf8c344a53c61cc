/**
 * Ends the stack that `up` started, also when its supervisor died. Signals only processes whose
 * start time is the recorded one, removes only folders that a stack makes.
 */
import { basename } from 'node:path';

import { endAll, isGoneWithin } from './processes.ts';
import { removeFolder } from './removal.ts';
import { STACK_FOLDER_PREFIX } from './stack.ts';
import { readState, removeState, type State } from './state.ts';

const SUPERVISOR_GRACE_MS = 30_000;
const WATCHDOG_GRACE_MS = 15_000;
const SERVER_GRACE_MS = 5_000;

/** What was done, for people. Resolves when nothing of the recorded stack is left. */
export async function down(state = readState()): Promise<string> {
  if (!state) return 'nothing to end: no stack is recorded';
  await endAll([{ process: state.supervisor, signal: 'SIGTERM' }], SUPERVISOR_GRACE_MS);
  if (state.stack) await endRest(state.stack);
  removeState(state);
  return 'the stack is down';
}

/** The watchdog does this as soon as the supervisor is gone; what follows is for when it was killed too. */
async function endRest({ processes, folder }: NonNullable<State['stack']>): Promise<void> {
  const { watchdog, ...servers } = processes;
  if (watchdog) await isGoneWithin(watchdog, WATCHDOG_GRACE_MS);
  const endings = Object.entries(servers).map(([name, process]) => {
    return { process, signal: name === 'postgres' ? 'SIGQUIT' : 'SIGKILL' } as const;
  });
  await endAll(endings, SERVER_GRACE_MS);
  if (basename(folder).startsWith(STACK_FOLDER_PREFIX)) await removeFolder(folder);
}
