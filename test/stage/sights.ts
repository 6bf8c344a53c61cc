/** What a scenario looks at in the namespace of a tenant, and the calls that the operator made meanwhile. */
import { conditionOf, type KubeObject, type Resource, textsOf } from './kube-admin.ts';
import type { Stage } from './stage.ts';
import type { Tenant } from './tenant.ts';

export interface Told {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** How often it came. */
  readonly count: number;
}

export class Sights {
  readonly #stage: Stage;
  readonly #namespace: string;

  constructor(stage: Stage, { namespace }: Pick<Tenant, 'namespace'>) {
    this.#stage = stage;
    this.#namespace = namespace;
  }

  get(resource: Resource, name: string): Promise<KubeObject | undefined> {
    return this.#stage.kube.get(resource, this.#namespace, name);
  }

  secret(name: string): Promise<KubeObject | undefined> {
    return this.get('secrets', name);
  }

  async texts(name: string): Promise<Record<string, string>> {
    return textsOf(await this.secret(name));
  }

  async version(resource: Resource, name: string): Promise<string | undefined> {
    return (await this.get(resource, name))?.metadata.resourceVersion;
  }

  /** "True", or "False SourceDeleted"; undefined before the operator has looked at what the object says now. */
  async says(resource: Resource, name: string, type: string): Promise<string | undefined> {
    const object = await this.get(resource, name);
    const seen = conditionOf(object, 'Ready')?.observedGeneration;
    const condition = conditionOf(object, type);
    if (!condition || seen !== object?.metadata.generation) return undefined;
    return condition.status === 'True' ? 'True' : `${condition.status} ${condition.reason}`;
  }

  async message(resource: Resource, name: string, type = 'Ready'): Promise<string> {
    return conditionOf(await this.get(resource, name), type)?.message ?? '';
  }

  /** Waits until the condition says so. */
  async until(
    resource: Resource,
    name: string,
    type: string,
    wanted: string,
    withinMs?: number,
  ): Promise<void> {
    const isSo = async (): Promise<boolean> => (await this.says(resource, name, type)) === wanted;
    const sentence = `${resource} ${name} says ${type} ${wanted}`;
    await this.#stage.until(sentence, isSo, withinMs).catch(async (error: Error) => {
      const status = JSON.stringify((await this.get(resource, name))?.['status']);
      throw new Error(`${error.message}; its status is ${status}`, { cause: error });
    });
  }

  /** Waits until a static secret is as it shall be. */
  synced(name: string, withinMs?: number): Promise<void> {
    return this.until('vaultstaticsecrets', name, 'Ready', 'True', withinMs);
  }

  /** The annotations that restarted a workload's pods, by their key. */
  async stamps(name: string, resource: Resource = 'deployments'): Promise<Record<string, string>> {
    const workload = await this.get(resource, name);
    return workload?.['spec'].template.metadata.annotations ?? {};
  }

  /** Events about an object of that name, in no order. */
  async events(name: string): Promise<readonly Told[]> {
    const events = await this.#stage.kube.list('events', this.#namespace);
    return events
      .filter(({ involvedObject }) => involvedObject.name === name)
      .map(({ type, reason, message, count }) => ({ type, reason, message, count }));
  }

  async reasons(name: string): Promise<readonly string[]> {
    return (await this.events(name)).map(({ reason }) => reason).sort();
  }

  /** How often paths of Vault that begin so were read. */
  async asked(prefix: string): Promise<number> {
    const notes = await this.#stage.vaultNotes();
    return notes.filter(({ path, operation }) => operation === 'read' && path.startsWith(prefix))
      .length;
  }
}

const CALLS =
  /^vault_lease_operator_kubernetes_requests_total\{verb="(\w+)",resource="(\w+)",[^}]*\} (\d+)$/gmu;

/** The operator's calls to the API server by verb and resource, lists and watches apart, by its own count. */
export async function kubernetesCalls({ operator }: Stage): Promise<ReadonlyMap<string, number>> {
  const calls = new Map<string, number>();
  for (const [, verb = '', resource = '', count] of (await operator.metrics()).matchAll(CALLS)) {
    if (verb === 'list' || verb === 'watch' || resource === 'leases') continue;
    const key = `${verb} ${resource}`;
    calls.set(key, (calls.get(key) ?? 0) + Number(count));
  }
  return calls;
}

/** What came since, such as { 'create secrets': 1 }. */
export async function callsSince(
  stage: Stage,
  before: ReadonlyMap<string, number>,
): Promise<Readonly<Record<string, number>>> {
  const entries = [...(await kubernetesCalls(stage))]
    .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
