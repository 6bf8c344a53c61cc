/** Somebody who runs the commands: a process with a kubeconfig of its own, and the rights that a scenario gives. */
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILED } from './compiled.ts';
import type { Stage } from './stage.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export const EVERYTHING: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Person {
  run(...words: readonly string[]): Promise<Ran>;
}

/** With these rights in every namespace. The name is a service account's in the namespace. */
export async function person(
  play: Stage,
  namespace: string,
  name: string,
  rules: readonly Rule[],
): Promise<Person> {
  const { kube, operatorNamespace } = play;
  const role = `${namespace}-${name}`;
  const rbac = 'rbac.authorization.k8s.io';
  await kube.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } });
  await kube.apply({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: role },
    rules,
  });
  await kube.apply({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: role },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  });
  const file = join(mkdtempSync(join(tmpdir(), 'vlo-person-')), 'kubeconfig');
  writeFileSync(file, await play.kubeconfigOf(namespace, name), { mode: 0o600 });
  const env = { KUBECONFIG: file, OPERATOR_NAMESPACE: operatorNamespace, ...COMPILED };
  return { run: (...words) => run([MAIN, ...words], env) };
}

/** Never rejects: an exit code is an answer. */
function run(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
