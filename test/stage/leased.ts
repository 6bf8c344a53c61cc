/** One VaultDynamicSecret as a scenario looks at it: what is in its Secret, in Vault, in the ledger, and at its workload. */
import { conditionOf, type KubeObject, textsOf } from './kube-admin.ts';
import type { Stage } from './stage.ts';
import type { Tenant } from './tenant.ts';

export const OVERLAP_MS = 3_000;
/** Short graces, so that a credential is given back while a scenario watches. */
export const FLAGS = ['--lease-overlap=3s', '--lease-owner-grace=3s'];
/** The workload that `applied` names as restart target. */
export const WORKLOAD = 'web';

export class Leased {
  readonly #play: Stage;
  readonly home: Tenant;
  readonly name: string;

  constructor(play: Stage, home: Tenant, name = 'db') {
    this.#play = play;
    this.home = home;
    this.name = name;
  }

  /** With a Deployment as restart target, and waits until it is ready. The database user in the Secret. */
  async applied(spec: object = {}): Promise<string> {
    await this.home.deployment(WORKLOAD);
    await this.edited(spec);
    await this.ready();
    return this.userNow();
  }

  /** As `applied`, without waiting. */
  async edited(spec: object = {}): Promise<void> {
    const rolloutRestartTargets = [{ kind: 'Deployment', name: WORKLOAD }];
    await this.home.dynamicSecret(this.name, { rolloutRestartTargets, ...spec });
  }

  async ready(): Promise<void> {
    await this.#play.until(`${this.name} is ready`, async () => {
      const object = await this.object();
      const isSeen = object?.['status']?.lastGeneration === object?.metadata.generation;
      return isSeen && conditionOf(object, 'Ready')?.status === 'True';
    });
  }

  object(): Promise<KubeObject | undefined> {
    return this.#play.kube.get('vaultdynamicsecrets', this.home.namespace, this.name);
  }

  secret(name = this.name): Promise<KubeObject | undefined> {
    return this.#play.kube.get('secrets', this.home.namespace, name);
  }

  async condition(type: string) {
    return conditionOf(await this.object(), type);
  }

  /** In the Secret. */
  async user(name = this.name): Promise<string | undefined> {
    return textsOf(await this.secret(name))['username'];
  }

  async userNow(): Promise<string> {
    const user = await this.user();
    if (user === undefined) throw new Error('there is no user in the Secret');
    return user;
  }

  /** Waits until the Secret holds another user than this one. */
  async replaced(user: string, withinMs = 30_000): Promise<string> {
    await this.#play.until(
      'another user is in the Secret',
      async () => ![undefined, user].includes(await this.user()),
      withinMs,
    );
    return this.userNow();
  }

  /** Waits until Vault holds so many leases of the tenant. */
  async holds(leases: number, withinMs = 30_000): Promise<void> {
    await this.#play.until(
      `Vault holds ${leases} leases`,
      async () => (await this.leases()).length === leases,
      withinMs,
    );
  }

  async exists(user: string): Promise<boolean> {
    return (await this.#play.databaseUsers()).includes(user);
  }

  leases(): Promise<readonly string[]> {
    return this.#play.vault.leases(this.home.leasePrefix);
  }

  /** Epoch seconds. */
  async renewedAt(): Promise<number> {
    return Number((await this.object())?.['status']?.lastRenewalTime);
  }

  /** Requests for a credential that reached Vault. */
  async issues(path = this.home.leasePrefix): Promise<number> {
    return (await this.#play.vaultNotes()).filter((note) => note.path === path).length;
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
    return this.#play.kube.remove('vaultdynamicsecrets', this.home.namespace, this.name);
  }
}
