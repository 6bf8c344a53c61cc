/** A Namespace's own fields: its phase, its name as a label, its finalizer. */
import type { Rules } from './kinds.ts';
import type { Draft, Thing } from './objects.ts';

export const NAMESPACE_RULES: Rules = { prepare };

function prepare(draft: Draft, previous: Thing | undefined): Draft {
  const name = draft.metadata.name ?? '';
  const labels = { ...draft.metadata.labels, 'kubernetes.io/metadata.name': name };
  const metadata = { ...draft.metadata, labels };
  const status = previous?.status ?? { phase: 'Active' };
  return { ...draft, metadata, spec: { finalizers: ['kubernetes'] }, status };
}
