/** One VaultDynamicSecret as a scenario looks at it: what is in its Secret, in Vault, in the ledger, and at its workload. */
import { Credential, WORKLOAD } from './credential.ts';
import { conditionOf, textsOf } from './kube-admin.ts';
import type { Stage } from './stage.ts';
import type { Tenant } from './tenant.ts';

export { FLAGS, OVERLAP_MS, WORKLOAD } from './credential.ts';

export class Leased extends Credential {
  readonly #play: Stage;

  constructor(play: Stage, home: Tenant, name = 'db') {
    super(play, home, { resource: 'vaultdynamicsecrets', name });
    this.#play = play;
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
}
