/** What every server of one stack is given: a folder for its files, one for its log, and the guard. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Guard } from './guard.ts';

export interface Site {
  /** Gone when the stack is. */
  readonly folder: string;
  readonly logs: string;
  readonly guard: Guard;
}

/** A server's own folder, readable by this user only. */
export function folderFor(site: Site, name: string): string {
  const folder = join(site.folder, name);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

export function logFor(site: Site, name: string): string {
  return join(site.logs, `${name}.log`);
}
