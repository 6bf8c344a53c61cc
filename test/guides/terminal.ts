/** A person at a terminal, who administers these servers and has kubectl, vault and psql. Works in the repository. */
import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { RealStack } from '../../hack/real/stack.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export class Terminal {
  readonly #env: Readonly<Record<string, string>>;

  constructor(stack: RealStack) {
    this.#env = environment(stack);
  }

  /** Rejects with all that was said when it does not end well. */
  async type(script: string): Promise<void> {
    const shell = spawn('bash', ['-c', script], {
      cwd: ROOT,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [shell.stdout, shell.stderr])
      stream.on('data', (chunk) => {
        said += String(chunk);
      });
    const code = await new Promise<number | null>((resolve) => shell.once('close', resolve));
    if (code !== 0) throw new Error(`ended with ${code}:\n${said}`);
  }
}

function environment({ folder, kubectl, vaultProgram, apiServer, vault, postgres }: RealStack) {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  symlinkSync(kubectl, join(programs, 'kubectl'));
  symlinkSync(vaultProgram, join(programs, 'vault'));
  const { PATH = '', HOME = folder } = process.env;
  return {
    PATH: [programs, dirname(process.execPath), PATH].join(delimiter),
    HOME,
    KUBECONFIG: apiServer.adminKubeconfigPath,
    VAULT_ADDR: vault.url,
    VAULT_CACERT: vault.caPath,
    VAULT_TOKEN: vault.rootToken,
    DATABASE_URL: postgres.connectionString,
  };
}
