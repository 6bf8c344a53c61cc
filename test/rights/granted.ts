/** What manifests grant a service account, atom by atom. Wildcards and impersonation are not known here: they are refused. */
import type { KubeObject } from '../stage/kube-admin.ts';
import type { Atom, Place } from './atom.ts';

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export function grantedBy(manifests: readonly KubeObject[], account: Account): Atom[] {
  const bindings = manifests.filter(({ kind }) => kind.endsWith('RoleBinding'));
  return bindings
    .filter((binding) => bindsTo(binding, account))
    .flatMap((binding) => {
      const place = placeOf(binding, account);
      return rulesOf(manifests, binding).flatMap((rule) => atomsOf(rule, place));
    });
}

function bindsTo(binding: KubeObject, { namespace, name }: Account): boolean {
  const subjects: readonly { kind: string; namespace?: string; name: string }[] =
    binding['subjects'] ?? [];
  return subjects.some(
    (subject) =>
      subject.kind === 'ServiceAccount' && subject.name === name && subject.namespace === namespace,
  );
}

function placeOf({ kind, metadata }: KubeObject, account: Account): Place {
  if (kind === 'ClusterRoleBinding') return 'everywhere';
  return metadata.namespace === account.namespace ? 'own namespace' : 'another namespace';
}

function rulesOf(manifests: readonly KubeObject[], { roleRef, metadata }: KubeObject): Rule[] {
  const role = manifests.find(
    (each) =>
      each.kind === roleRef.kind &&
      each.metadata.name === roleRef.name &&
      (each.kind === 'ClusterRole' || each.metadata.namespace === metadata.namespace),
  );
  if (!role) throw new Error(`${metadata.name} binds ${roleRef.kind} ${roleRef.name}: not there`);
  return role['rules'];
}

function atomsOf(rule: Rule, place: Place): Atom[] {
  const { apiGroups = [], resources = [], verbs, resourceNames = [''] } = rule;
  if ([...apiGroups, ...resources, ...verbs].includes('*'))
    throw new Error('a rule with a wildcard cannot be compared with what was used');
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        resourceNames.map((name) => ({ group, resource, verb, place, name })),
      ),
    ),
  );
}
