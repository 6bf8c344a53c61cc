/**
 * Files of the operator's own pod that objects name: a CA, a secret id. Promises a bounded read of a regular file, and
 * that no link leads to what is the operator's own.
 */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isOperatorsOwn } from './plan/pod-paths.ts';
import type { Files } from './reconcile/ports.ts';

const MOST_BYTES = 1024 * 1024;
/** A named pipe would otherwise hold a thread until somebody writes. */
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

export const podFiles: Files = {
  read: async (path) => {
    try {
      return await textOf(path);
    } catch {
      return undefined;
    }
  },
};

/** What calls itself empty may go on for ever, so the read is bounded and not the size. */
async function textOf(path: string): Promise<string | undefined> {
  if (isOperatorsOwn(await realpath(path))) return undefined;
  await using file = await open(path, READ);
  if (!(await file.stat()).isFile()) return undefined;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES + 1), 0, MOST_BYTES + 1, 0);
  return bytesRead > MOST_BYTES ? undefined : buffer.toString('utf8', 0, bytesRead);
}
