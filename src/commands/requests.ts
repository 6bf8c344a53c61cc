/** sync, pause and resume: annotations that anybody may set by kubectl as well, and what to do then. */
import { PAUSED_ANNOTATION, pausedBy } from '../plan/pause.ts';
import { ROTATE_ANNOTATION, SYNC_ANNOTATION } from '../plan/requests.ts';
import { rfc3339 } from '../runtime/instant.ts';
import type { Ref } from '../runtime/ref.ts';
import { UsageError } from './invocation.ts';
import type { CommandPorts } from './ports.ts';
import { sightOf } from './sight.ts';

/** The kinds that write a Secret. */
const SYNCING: ReadonlySet<string> = new Set([
  'VaultStaticSecret',
  'VaultDynamicSecret',
  'VaultPKISecret',
]);

export async function askToSync(
  { view, print, now }: CommandPorts,
  ref: Ref,
  rotate: boolean,
): Promise<void> {
  refuseOthers(ref, 'synced');
  const value = rfc3339(now());
  const annotation = rotate ? ROTATE_ANNOTATION : SYNC_ANNOTATION;
  await view.annotate(ref, { [annotation]: value });
  const field = rotate ? 'handledRotateRequest' : 'handledSyncRequest';
  print(
    `${nameOf(ref)} was asked to ${rotate ? 'rotate' : 'sync'}; it is done when this ends:\n` +
      `  kubectl wait ${ref.kind}/${ref.name} -n ${ref.namespace} --for=jsonpath='{.status.${field}}'=${value}`,
  );
  if (await isPaused(view, ref)) print('It is paused, so nothing happens before it is resumed.');
}

export async function pause({ view, print }: CommandPorts, ref: Ref): Promise<void> {
  refuseOthers(ref, 'paused');
  await view.annotate(ref, { [PAUSED_ANNOTATION]: 'true' });
  print(`${nameOf(ref)} is paused; leases are kept alive.`);
}

export async function resume({ view, print }: CommandPorts, ref: Ref): Promise<void> {
  refuseOthers(ref, 'resumed');
  await view.annotate(ref, { [PAUSED_ANNOTATION]: null });
  print(`${nameOf(ref)} is resumed.`);
  if (ref.kind !== 'Namespace' && (await isPaused(view, ref)))
    print(`Its namespace is still paused: resume namespace/${ref.namespace}.`);
}

function refuseOthers({ kind }: Ref, what: string): void {
  const fits = SYNCING.has(kind) || (kind === 'Namespace' && what !== 'synced');
  if (!fits) throw new UsageError(`a ${kind} cannot be ${what}: it writes no Secret`);
}

async function isPaused(view: CommandPorts['view'], ref: Ref): Promise<boolean> {
  const [object, namespace] = await Promise.all([
    sightOf(() => view.object(ref)),
    sightOf(() => view.namespace(ref.namespace)),
  ]);
  const [own, theirs] = [object, namespace].map((sight) =>
    sight.kind === 'found' ? annotationsOf(sight.value) : undefined,
  );
  return pausedBy(own, theirs) !== undefined;
}

function annotationsOf(thing: object): Readonly<Record<string, string>> | undefined {
  const { metadata = thing }: { metadata?: { annotations?: Record<string, string> } } = thing;
  return metadata.annotations;
}

function nameOf(ref: Ref): string {
  const { kind, namespace, name } = ref;
  return kind === 'Namespace' ? `Namespace ${name}` : `${kind} ${namespace}/${name}`;
}
