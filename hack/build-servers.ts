/**
 * `node hack/build-servers.ts`: finds or builds the servers of the real stack and ends, so that the first start of a
 * stack does not have to. May run beside other work: a stack that starts meanwhile waits for it.
 */
import { findOrBuild } from './real/binaries.ts';
import { Guard } from './real/guard.ts';
import { sayOnStderr } from './real/progress.ts';

const guard = new Guard();
try {
  await findOrBuild(guard, sayOnStderr);
} finally {
  await guard.end();
}
