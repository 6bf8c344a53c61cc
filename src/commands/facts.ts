/** Gathers what an explanation is made from. Looks at everything that it may see, and goes on where it may not. */
import { isKindName } from '../api/kinds.ts';
import { OWNER_LABEL, STATE_LABEL } from '../ledger/record-secret.ts';
import type {
  ExplainFacts,
  RecordSight,
  SecretSight,
  Sight,
} from '../plan/explain/explain-facts.ts';
import { pausedBy } from '../plan/pause.ts';
import type { Target } from '../plan/rollout.ts';
import { ownershipOf } from '../plan/secret/ownership.ts';
import type { ResolveDeps } from '../reconcile/access/identity.ts';
import { targetsOf } from '../reconcile/destination/targets.ts';
import { checked, ownerOf } from '../reconcile/load.ts';
import type { StoredObject } from '../reconcile/ports.ts';
import { type Fault, FaultError } from '../runtime/fault.ts';
import { askVault } from './ask-vault.ts';
import { type Login, loginOf } from './login.ts';
import type { CommandPorts, View } from './ports.ts';
import { sightOf } from './sight.ts';

export interface GatherOptions {
  readonly settings: ResolveDeps['settings'];
  readonly askVault: boolean;
  /** In place of the address of the VaultConnection. */
  readonly vaultAddress: string | undefined;
}

export async function gatherFacts(
  ports: CommandPorts,
  stored: StoredObject,
  options: GatherOptions,
): Promise<ExplainFacts> {
  const { view } = ports;
  const { namespace, uid } = stored.metadata;
  const { operatorNamespace } = options.settings;
  const { login, invalid } = await loginIn(view, stored, options.settings);
  const [paused, vaultSays, secret, records, targets, leader, events] = await Promise.all([
    pauseIn(view, stored),
    wordOf(ports, login, options),
    secretIn(view, stored),
    recordsIn(view, stored, operatorNamespace),
    targetsIn(view, stored),
    sightOf(() => view.leader(operatorNamespace)),
    sightOf(() => view.events(namespace, uid)),
  ]);
  return {
    now: ports.now(),
    object: stored,
    pausedBy: paused,
    invalid,
    ...login,
    vaultSays,
    secret,
    records,
    targets,
    leader,
    events,
  };
}

const NO_LOGIN: Login = { identity: undefined, request: undefined, references: [] };

async function loginIn(
  view: View,
  stored: StoredObject,
  settings: ResolveDeps['settings'],
): Promise<{ readonly login: Login; readonly invalid: Fault | undefined }> {
  try {
    if (isKindName(stored.kind)) checked(stored.kind, stored);
    return { login: await loginOf(view, settings, stored), invalid: undefined };
  } catch (thrown) {
    if (!(thrown instanceof FaultError)) throw thrown;
    return { login: NO_LOGIN, invalid: thrown.fault };
  }
}

async function wordOf(ports: CommandPorts, login: Login, options: GatherOptions) {
  const { identity, request } = login;
  if (!options.askVault || !request || !identity || !('endpoint' in identity)) return undefined;
  return askVault(ports, identity, request, options.vaultAddress);
}

async function pauseIn(view: View, { metadata }: StoredObject) {
  const namespace = await sightOf(() => view.namespace(metadata.namespace));
  const theirs = namespace.kind === 'found' ? namespace.value.annotations : undefined;
  return pausedBy(metadata.annotations, theirs);
}

/** What a specification says, although it may be refused. */
interface Written {
  readonly destination?: { readonly name?: unknown };
  readonly rolloutRestartTargets?: readonly Omit<Target, 'namespace'>[];
}

function writtenIn({ spec }: StoredObject): Written {
  return Object(spec);
}

async function secretIn(view: View, stored: StoredObject): Promise<SecretSight | undefined> {
  const name = writtenIn(stored).destination?.name;
  if (typeof name !== 'string' || name === '') return undefined;
  const { namespace } = stored.metadata;
  const sight = await sightOf(() => view.secret(namespace, name));
  if (sight.kind !== 'found') return { name, sight };
  const { labels = {}, ownerReferences = [] } = sight.value;
  const ownership = ownershipOf({ labels, ownerReferences }, ownerOf(stored));
  return { name, sight: { kind: 'found', value: { ownership } } };
}

const ON_RECORD: ReadonlySet<string> = new Set(['VaultDynamicSecret', 'VaultPKISecret']);

async function recordsIn(
  view: View,
  { kind, metadata }: StoredObject,
  operatorNamespace: string,
): Promise<Sight<readonly RecordSight[]> | undefined> {
  if (!ON_RECORD.has(kind)) return undefined;
  return sightOf(async () => {
    const secrets = await view.secrets(operatorNamespace, `${OWNER_LABEL}=${metadata.uid}`);
    return secrets.map(({ name, labels, creationTimestamp }) => ({
      revision: name.replace(/^vault-lease-/, ''),
      state: labels?.[STATE_LABEL] ?? 'unknown',
      createdAt: creationTimestamp,
    }));
  });
}

async function targetsIn(view: View, stored: StoredObject) {
  const { rolloutRestartTargets } = writtenIn(stored);
  if (!Array.isArray(rolloutRestartTargets)) return [];
  const targets = targetsOf({ metadata: stored.metadata, spec: { rolloutRestartTargets } });
  return Promise.all(
    targets.map(async (target) => ({ target, sight: await sightOf(() => view.workload(target)) })),
  );
}
