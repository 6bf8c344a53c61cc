/**
 * Promises that what was put in its charge is gone when this process is: child processes and
 * folders. Its `end` does so in order; death of this process in any way does the same.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { type Ending, endAll, identify, type ProcessId, signalGroup } from './processes.ts';
import { removeFolder } from './removal.ts';
import type { Charge } from './watchdog.ts';

const WATCHDOG = fileURLToPath(new URL('./watchdog.ts', import.meta.url));

export class Guard {
  readonly #watchdog: ChildProcess;
  readonly #id: ProcessId;
  readonly #endings: Ending[] = [];
  readonly #folders: string[] = [];
  #ended: Promise<void> | undefined;

  constructor() {
    this.#watchdog = spawn(process.execPath, [WATCHDOG], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    });
    // An owner without other work may exit; the watchdog then does its part.
    this.#watchdog.unref();
    this.#watchdog.stdin?.on('error', () => {});
    this.#id = idOf(this.#watchdog);
  }

  get process(): ProcessId {
    return this.#id;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** The child must lead a process group (`detached`) and have been spawned in this very turn. Kills it and throws after `end`. */
  watch(child: ChildProcess, signal: NodeJS.Signals): ProcessId {
    const id = idOf(child);
    if (this.hasEnded) {
      signalGroup(id, 'SIGKILL');
      throw new Error(`${child.spawnfile} is not started: the stack is being stopped`);
    }
    const ending = { process: id, signal };
    this.#endings.push(ending);
    this.#tell({ ending });
    return id;
  }

  removeAtEnd(folder: string): void {
    this.#folders.push(folder);
    this.#tell({ folder });
  }

  /** Resolves when all is gone. May be called again, to remove what was written meanwhile. */
  async end(): Promise<void> {
    this.#ended ??= this.#end();
    await this.#ended;
    await endAll(this.#endings, 0); // none is left, unless the watchdog itself was killed
    await Promise.all(this.#folders.map(removeFolder));
  }

  async #end(): Promise<void> {
    const { exitCode, signalCode } = this.#watchdog;
    if (exitCode !== null || signalCode !== null) return;
    const gone = once(this.#watchdog, 'exit');
    this.#watchdog.ref();
    this.#watchdog.stdin?.end();
    await gone;
  }

  #tell(charge: Charge): void {
    this.#watchdog.stdin?.write(`${JSON.stringify(charge)}\n`);
  }
}

/** Read before the event loop turns: until then the number cannot belong to another process. */
function idOf(child: ChildProcess): ProcessId {
  child.once('error', () => {});
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (id === undefined) throw new Error(`could not start ${child.spawnfile}`);
  return id;
}
