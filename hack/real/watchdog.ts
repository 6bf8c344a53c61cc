/**
 * The process that outlives its owner by a second. It reads the names of processes and folders from
 * standard input; when that ends, for whatever reason the owner is gone (also SIGKILL), it ends
 * those processes and removes those folders. This is also how an orderly stop is done, so that the
 * way out after a crash is the one that is walked every day.
 */
import { createInterface } from 'node:readline';

import { type Ending, endAll } from './processes.ts';
import { removeFolder } from './removal.ts';

/** One line of standard input, as JSON. */
export type Charge = { readonly ending: Ending } | { readonly folder: string };

const GRACE_MS = 5_000;

if (import.meta.main) {
  // A terminal's Ctrl-C and a closing session are the owner's to act on; our sign is the closed pipe.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  await standBy();
}

async function standBy(): Promise<void> {
  const endings: Ending[] = [];
  const folders: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const charge: Charge = JSON.parse(line);
    if ('ending' in charge) endings.push(charge.ending);
    else folders.push(charge.folder);
  }
  await endAll(endings, GRACE_MS);
  await Promise.all(folders.map(removeFolder));
}
