/** Removes a folder also while a dying process still writes into it. */
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const ATTEMPTS = 50;
const PAUSE_MS = 100;

/** Resolves when it is gone, or was not there. */
export async function removeFolder(path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rm(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await pause(PAUSE_MS);
    }
  }
}
