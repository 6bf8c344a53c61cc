/** What objects with a credential have in common, as a scenario looks at them: Secret, conditions, records, workload. */
import { conditionOf, type KubeObject, type Resource } from './kube-admin.ts';
import type { Stage } from './stage.ts';
import type { Tenant } from './tenant.ts';

export const OVERLAP_MS = 3_000;
/** Short graces, so that a credential is given back while a scenario watches. */
export const FLAGS = ['--lease-overlap=3s', '--lease-owner-grace=3s'];
/** The workload that `applied` names as restart target. */
export const WORKLOAD = 'web';

export class Credential {
  readonly #play: Stage;
  readonly #resource: Resource;
  readonly home: Tenant;
  readonly name: string;

  constructor(play: Stage, home: Tenant, of: { resource: Resource; name: string }) {
    this.#play = play;
    this.#resource = of.resource;
    this.home = home;
    this.name = of.name;
  }

  object(): Promise<KubeObject | undefined> {
    return this.#play.kube.get(this.#resource, this.home.namespace, this.name);
  }

  secret(name = this.name): Promise<KubeObject | undefined> {
    return this.#play.kube.get('secrets', this.home.namespace, name);
  }

  async condition(type: string) {
    return conditionOf(await this.object(), type);
  }

  /** How often the workload was rolled out by somebody: its generation starts at 1. */
  async restarts(): Promise<number> {
    const workload = await this.#play.kube.get('deployments', this.home.namespace, WORKLOAD);
    return Number(workload?.metadata.generation) - 1;
  }

  async restarted(times: number): Promise<void> {
    await this.#play.until(
      `the Deployment was restarted ${times} times`,
      async () => (await this.restarts()) === times,
    );
  }

  /** States of its ledger records. */
  async records(): Promise<readonly string[]> {
    const secrets = await this.ledger();
    return secrets.map(({ metadata }) => metadata.labels?.['vault-lease-operator/state'] ?? '');
  }

  /** Its ledger records, by the uid that it has now. */
  async ledger(): Promise<readonly KubeObject[]> {
    const uid = (await this.object())?.metadata.uid;
    const selector = `vault-lease-operator/owner-uid=${uid}`;
    return this.#play.kube.list('secrets', this.#play.operatorNamespace, selector);
  }

  /** Messages of its events with this reason. */
  async events(reason: string): Promise<readonly string[]> {
    const events = await this.#play.kube.list('events', this.home.namespace);
    const ours = events.filter((event) => event['reason'] === reason);
    return ours
      .filter((event) => event['involvedObject'].name === this.name)
      .map(({ message }) => String(message));
  }

  remove(): Promise<void> {
    return this.#play.kube.remove(this.#resource, this.home.namespace, this.name);
  }
}
