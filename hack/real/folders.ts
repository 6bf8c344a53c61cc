/** Where things lie: the sources of the servers, the cache of the built ones, the record of a running stack. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Holds one Go module per folder. */
export const SERVER_SOURCES = fileURLToPath(new URL('../servers', import.meta.url));

const CACHE = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'vault-lease-operator',
);

export const BUILT_SERVERS = join(CACHE, 'servers');

/** Record of the stack that `up` started. */
export const STATE_FILE = join(CACHE, 'real-stack.json');
