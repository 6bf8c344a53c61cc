/** What happens to the operator while the lines of the picture come to be: chapters, each with how long it lasts. */
import { type Certified, certified, MAY_REVOKE } from '../../test/stage/certified.ts';
import { textsOf } from '../../test/stage/kube-admin.ts';
import { Leased } from '../../test/stage/leased.ts';
import { Sights } from '../../test/stage/sights.ts';
import type { Stage } from '../../test/stage/stage.ts';
import type { Tenant } from '../../test/stage/tenant.ts';
import type { Step } from '../sandbox/story.ts';

/** Short, so that a credential is replaced and given back while the picture is made. */
export const FLAGS = ['--lease-overlap=10s', '--lease-owner-grace=5s'];
/**
 * Seconds. A lease is due for renewal while Vault is away, outlives that, and comes to its maximum at the end. Tokens
 * and certificates are short, too, so that lines of leases can be seen beside theirs.
 */
const LEASES = { leaseTtl: 100, leaseMaxTtl: 200, tokenTtl: 300 };
const CERTIFICATE = { ttl: '160s', revoke: true };
const STATIC = ['config', 'flags', 'mail'];
const LEASED = ['db', 'reports'];
const PAUSED = 'vault-lease-operator/paused';
const PATIENCE_MS = 60_000;

interface Chapter {
  readonly title: string;
  readonly act: () => Promise<unknown>;
  /** What has to be seen before it ends. */
  readonly holds: () => Promise<boolean>;
  readonly seconds: number;
}

export class Life {
  readonly #play: Stage;
  readonly #web: Certified;
  readonly #home: Tenant;
  readonly #sights: Sights;

  private constructor(play: Stage, web: Certified) {
    this.#play = play;
    this.#web = web;
    this.#home = web.home;
    this.#sights = new Sights(play, web.home);
  }

  /** In a namespace with a name that people can read. */
  static async prepared(play: Stage): Promise<Life> {
    return new Life(play, await certified(play, { name: 'shop', policy: MAY_REVOKE, ...LEASES }));
  }

  chapters(): readonly Step[] {
    const chapters = [
      this.#firstStatic(),
      this.#firstLeased(),
      this.#changed(),
      this.#missing(),
      this.#vaultAway(),
      this.#vaultBack(),
      this.#paused(),
      this.#deleted(),
    ];
    return chapters.map((chapter) => this.#step(chapter));
  }

  /** Values that the Secrets hold now. */
  async secrets(): Promise<readonly string[]> {
    const all = await this.#play.kube.list('secrets', this.#home.namespace);
    return all.flatMap((secret) => Object.values(textsOf(secret)));
  }

  #firstStatic(): Chapter {
    return {
      title: 'three static secrets are synced',
      act: async () => {
        for (const name of STATIC) {
          await this.#write(name, 'first');
          await this.#static(name);
        }
      },
      holds: () => this.#all('vaultstaticsecrets', STATIC, 'Ready'),
      seconds: 15,
    };
  }

  #firstLeased(): Chapter {
    return {
      title: 'two credentials and a certificate are issued',
      act: async () => {
        await this.#web.applied(CERTIFICATE);
        for (const name of LEASED) await this.#leased(name).applied();
      },
      holds: () => this.#all('vaultdynamicsecrets', LEASED, 'Ready'),
      seconds: 25,
    };
  }

  #changed(): Chapter {
    return {
      title: 'two values change: workloads are restarted',
      act: async () => {
        for (const name of ['config', 'flags']) await this.#write(name, 'second');
      },
      holds: async () => {
        const stamps = await Promise.all(
          ['config', 'flags'].map((name) => this.#sights.stamps(name)),
        );
        return stamps.every((each) => Object.keys(each).length > 0);
      },
      seconds: 20,
    };
  }

  #missing(): Chapter {
    return {
      title: 'an object names a secret that is not in Vault',
      act: () => this.#static('missing'),
      holds: async () =>
        (await this.#sights.says('vaultstaticsecrets', 'missing', 'Ready')) ===
        'False SourceMissing',
      seconds: 15,
    };
  }

  #vaultAway(): Chapter {
    return {
      title: 'Vault is terminated',
      act: () => this.#play.stopVault(),
      holds: async () => !(await this.#all('vaultstaticsecrets', ['config'], 'Healthy')),
      seconds: 20,
    };
  }

  #vaultBack(): Chapter {
    return {
      title: 'Vault is back',
      act: () => this.#play.startVault(),
      holds: async () =>
        (await this.#all('vaultstaticsecrets', STATIC, 'Healthy')) &&
        (await this.#all('vaultdynamicsecrets', LEASED, 'Healthy')),
      seconds: 35,
    };
  }

  #paused(): Chapter {
    const { namespace } = this.#home;
    const annotations = { [PAUSED]: 'true' };
    return {
      title: 'an object is paused',
      act: () =>
        this.#play.kube.patch('vaultstaticsecrets', namespace, 'mail', {
          metadata: { annotations },
        }),
      holds: async () => true,
      seconds: 15,
    };
  }

  #deleted(): Chapter {
    const reports = this.#leased('reports');
    return {
      title: 'an object is deleted, its credential given back',
      act: () => reports.remove(),
      holds: async () => (await reports.leases()).length === LEASED.length - 1,
      seconds: 40,
    };
  }

  #step({ title, act, holds, seconds }: Chapter): Step {
    let end = 0;
    return {
      title,
      act: async () => {
        end = this.#play.now() + seconds * 1_000;
        await act();
      },
      look: async () => {
        if (!(await holds())) return { yet: 'it does not hold yet' };
        return this.#play.now() < end ? { yet: 'it holds' } : { done: 'it holds' };
      },
      withinMs: seconds * 1_000 + PATIENCE_MS,
    };
  }

  #write(name: string, words: string): Promise<void> {
    const path = `${this.#home.prefix}/${name}`;
    return this.#play.vault.writeKv2('kv', path, { password: `the ${words} value of ${name}` });
  }

  /** With a workload of its own. */
  async #static(name: string): Promise<void> {
    await this.#home.deployment(name);
    await this.#home.staticSecret(name, { rolloutRestartTargets: [{ kind: 'Deployment', name }] });
  }

  #leased(name: string): Leased {
    return new Leased(this.#play, this.#home, name);
  }

  async #all(
    resource: 'vaultstaticsecrets' | 'vaultdynamicsecrets',
    names: readonly string[],
    type: string,
  ): Promise<boolean> {
    const said = await Promise.all(names.map((name) => this.#sights.says(resource, name, type)));
    return said.every((each) => each === 'True');
  }
}
