/** Kustomizations as kubectl builds them, and as the API server takes them. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../../hack/real/run.ts';
import type { RealStack } from '../../hack/real/stack.ts';
import type { KubeObject } from '../stage/kube-admin.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

export class Kustomize {
  readonly #stack: RealStack;

  constructor(stack: RealStack) {
    this.#stack = stack;
  }

  /** Of a folder of the repository. */
  async build(folder: string): Promise<KubeObject[]> {
    const text = await this.#kubectl('kustomize', folder);
    return parseAllDocuments(text).map((document) => document.toJS());
  }

  /** Unknown and doubled fields are errors, as is everything that the API server refuses. */
  async apply(folder: string): Promise<void> {
    await this.#kubectl(
      ...['apply', '--server-side', '--force-conflicts', '--validate=strict', '-k', folder],
    );
  }

  /** A kustomization of one's own, as in `with`: applied, and what was. */
  applied(text: string): Promise<KubeObject[]> {
    return this.with(text, async (folder) => {
      await this.apply(folder);
      return this.build(folder);
    });
  }

  async remove(folder: string): Promise<void> {
    await this.#kubectl('delete', '--wait=false', '-k', folder);
  }

  async get(resource: string, namespace: string): Promise<KubeObject[]> {
    const text = await this.#kubectl('get', resource, '-n', namespace, '-o', 'json');
    return JSON.parse(text).items;
  }

  /** A kustomization of one's own that exists while `use` does; `{config}` in it is the way to the repository's. */
  async with<T>(text: string, use: (folder: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), 'vlo-kustomize-'));
    const config = relative(realpathSync(folder), join(ROOT, 'config'));
    try {
      writeFileSync(join(folder, 'kustomization.yaml'), text.replaceAll('{config}', config));
      return await use(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  #kubectl(...args: string[]): Promise<string> {
    const kubeconfig = `--kubeconfig=${this.#stack.apiServer.adminKubeconfigPath}`;
    return run({ command: this.#stack.kubectl, args: [kubeconfig, ...args], cwd: ROOT });
  }
}
