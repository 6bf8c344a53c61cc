/** One static role of the database, a VaultDynamicSecret on it, and a Deployment to restart. */
import { conditionOf, type KubeObject, textsOf } from './kube-admin.ts';
import { Leased } from './leased.ts';
import type { Stage } from './stage.ts';
import { type Tenant, tenant } from './tenant.ts';
import { VaultRefusal } from './vault-admin.ts';

export class StaticRole extends Leased {
  readonly #play: Stage;
  readonly path: string;

  private constructor(play: Stage, home: Tenant) {
    super(play, home);
    this.#play = play;
    this.path = `static-creds/s-${home.role}`;
  }

  /** `rotation`: period or schedule, as Vault takes it. Not applied yet. */
  static async create(play: Stage, rotation: object): Promise<StaticRole> {
    const home = await tenant(play, {
      policy: 'path "database/static-creds/*" { capabilities = ["read"] }',
    });
    const name = `s-${home.role}`;
    await play.createDatabaseUser(name);
    const role = new StaticRole(play, home);
    await role.rotatedBy(rotation);
    await home.deployment('web');
    return role;
  }

  /** Changes the role in Vault. */
  async rotatedBy(rotation: object): Promise<void> {
    const name = `s-${this.home.role}`;
    await this.#play.vault.call('POST', `database/static-roles/${name}`, {
      db_name: 'postgres',
      username: name,
      ...rotation,
    });
  }

  /** A Vault that has just started may rotate, and then fail to put the role back into its queue, which is being filled. */
  async rotate(): Promise<void> {
    await this.#play.vault
      .call('POST', `database/rotate-role/s-${this.home.role}`)
      .catch((thrown: unknown) => {
        const isDone = thrown instanceof VaultRefusal && thrown.message.includes('duplicate item');
        if (!isDone) throw thrown;
      });
  }

  /** Applies the object, and waits until it is ready. */
  async synced(spec: object = {}): Promise<void> {
    await this.edited({ path: this.path, allowStaticCreds: true, ...spec });
    await this.ready();
  }

  async texts(): Promise<Record<string, string>> {
    return textsOf(await this.secret());
  }

  async password(): Promise<string> {
    return (await this.texts())['password'] ?? '';
  }

  /** What is in the Secret opens the database. */
  async logsIn(): Promise<boolean> {
    const { username = '', password = '' } = await this.texts();
    return this.#play.canLogIn(username, password);
  }

  /** Waits until another password than this one is in the Secret, and answers it. */
  async follows(password: string, withinMs = 30_000): Promise<string> {
    await this.#play.until(
      'another password is in the Secret',
      async () => ![password, ''].includes(await this.password()),
      withinMs,
    );
    return this.password();
  }

  /** Of the object; fails before there is one. */
  async status(): Promise<KubeObject['status']> {
    const object = await this.object();
    if (!object?.['status']) throw new Error('the object has no status');
    return object['status'];
  }

  reads(): Promise<number> {
    return this.issues(`database/${this.path}`);
  }

  /** Versions of Secret and object, and how often the Deployment was restarted. */
  async state(): Promise<readonly unknown[]> {
    const objects: (KubeObject | undefined)[] = [await this.secret(), await this.object()];
    return [...objects.map((each) => each?.metadata.resourceVersion), await this.restarts()];
  }

  async says(type: string): Promise<string> {
    const condition = conditionOf(await this.object(), type);
    return `${condition?.status} ${condition?.reason}`;
  }
}
