/** What a kubelet would make of a Deployment: whose account its pods have, their arguments and their environment. */
import type { KubeObject } from '../stage/kube-admin.ts';

export interface Pod {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly replicas: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

/** Of the container `manager` of the one Deployment among these. */
export function podOf(manifests: readonly KubeObject[], name: string): Pod {
  const [deployment, ...others] = manifests.filter(({ kind }) => kind === 'Deployment');
  if (!deployment || others.length > 0) throw new Error('one Deployment is expected');
  const { replicas, template } = deployment['spec'];
  const manager = template.spec.containers.find(
    (each: { name: string }) => each.name === 'manager',
  );
  if (manager.command) throw new Error('the image has an entry point: no command is expected');
  const namespace = deployment.metadata.namespace ?? '';
  const fields = { 'metadata.name': name, 'metadata.namespace': namespace };
  const variables: readonly Variable[] = manager.env;
  return {
    namespace,
    serviceAccount: template.spec.serviceAccountName,
    replicas,
    args: manager.args,
    env: Object.fromEntries(variables.map((each) => [each.name, valueOf(each, fields)])),
  };
}

function valueOf(
  { name, value, valueFrom }: Variable,
  fields: Readonly<Record<string, string>>,
): string {
  const found = value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''];
  if (found === undefined) throw new Error(`${name} has a value that is not known here`);
  return found;
}
