/**
 * The main job as a story: config/samples applied, a static secret followed, a database credential and a certificate
 * issued, kept through a crash, renewed, rotated, and given back.
 */
import { CertificateSteps } from './certificate.ts';
import { type Credential, Demo } from './demo.ts';
import { applySamples, NAMESPACE, prepareVault, writeGreeting } from './preparation.ts';
import type { Site } from './site.ts';
import { staticRole } from './static-role.ts';
import type { Sighting, Step } from './story.ts';

/** Seconds: short, so that a lease is renewed and comes to its maximum, and a certificate is replaced, while one watches. */
const LEASES = { ttl: 15, max: 32, certificate: 28 };
/**
 * Grace and overlap as short as the leases. One replica: it need not wait until the lead of a killed one ends,
 * which is longer than a lease lasts here.
 */
export const FLAGS = ['--leader-elect=false', '--lease-overlap=3s', '--lease-owner-grace=3s'];

export function mainJob(site: Site): readonly Step[] {
  const story = new MainJob(site);
  const certificate = new CertificateSteps(site);
  return [
    story.vaultPrepared(),
    story.samplesApplied(),
    story.staticSecretSynced(),
    story.credentialIssued(),
    certificate.issued(),
    story.operatorKilled(),
    story.leaseRenewed(),
    story.staticSecretFollows(),
    certificate.replaced(),
    story.credentialRotated(),
    story.oldCredentialGivenBack(),
    ...staticRole(site),
    story.credentialDeleted(),
  ];
}

/** Remembers what an earlier step saw and a later one compares with. */
class MainJob {
  readonly #site: Site;
  readonly #demo: Demo;
  #first: Credential = { user: '', leaseId: '', resourceVersion: '' };

  constructor(site: Site) {
    this.#site = site;
    this.#demo = new Demo(site);
  }

  vaultPrepared(): Step {
    const { ttl, max, certificate } = LEASES;
    return {
      title: 'Vault gets a policy, a login role, a value in kv, a database role and a PKI role',
      act: () => prepareVault(this.#site.vault, LEASES),
      look: async () => ({
        done: `role "demo" may read kv/demo/* and database/creds/demo and issue certificates; leases of ${ttl} s, at most ${max} s; certificates of ${certificate} s`,
      }),
    };
  }

  samplesApplied(): Step {
    return {
      title: `config/samples is applied to the namespace ${NAMESPACE}`,
      act: () => applySamples(this.#site),
      look: async () =>
        (await this.#demo.connectionReady())
          ? { done: 'the VaultConnection is ready: Vault answered' }
          : { yet: 'the VaultConnection is not ready' },
    };
  }

  staticSecretSynced(): Step {
    return {
      title: 'the static secret is synced',
      look: async () => {
        const keys = Object.keys(await this.#demo.config());
        if (keys.length === 0) return { yet: await this.#demo.complaint('vaultstaticsecrets') };
        return { done: `Secret app-config holds ${keys.join(', ')} (values are not shown)` };
      },
    };
  }

  credentialIssued(): Step {
    return {
      title: 'a database credential is issued',
      look: async () => {
        this.#first = await this.#demo.credential();
        const { user, leaseId } = this.#first;
        if (!user || !leaseId) return { yet: await this.#demo.complaint('vaultdynamicsecrets') };
        const records = await this.#demo.records();
        return this.#unlessRestarted(0, {
          done: `Secret app-db holds user ${user} under lease ${short(leaseId)}; ${records.length} record in the ledger; nothing was restarted`,
        });
      },
    };
  }

  operatorKilled(): Step {
    return {
      title: 'the operator is killed (SIGKILL) and started again',
      act: async () => {
        await this.#site.operator.kill();
        await this.#site.operator.start({ args: FLAGS });
      },
      look: async () => ({ done: 'it is ready again' }),
    };
  }

  /** By the process that did not issue it, so this is also the proof that a restart changes nothing. */
  leaseRenewed(): Step {
    return {
      title: 'the lease is renewed before it ends',
      look: async () => {
        const { leaseId } = this.#first;
        const [renewal, now] = [
          await this.#demo.lastRenewal(leaseId),
          await this.#demo.credential(),
        ];
        if (!renewal) return { yet: `Vault has not renewed ${short(leaseId)}` };
        const isSame = JSON.stringify(now) === JSON.stringify(this.#first);
        if (!isSame) return { yet: `the credential changed: user ${now.user}` };
        return this.#unlessRestarted(0, {
          done: `lease ${short(leaseId)} renewed at ${renewal.slice(11, 19)} UTC; the restart of the operator issued, wrote and restarted nothing`,
        });
      },
    };
  }

  staticSecretFollows(): Step {
    return {
      title: 'the value changes in Vault',
      act: () => writeGreeting(this.#site.vault, 'goodbye'),
      look: async () => {
        if ((await this.#demo.config())['greeting'] !== 'goodbye')
          return { yet: 'Secret app-config holds the old value' };
        const stamp = await this.#demo.stampOf('app-config');
        if (!stamp) return { yet: 'Secret app-config holds the new value; no restart yet' };
        return this.#unlessRestarted(1, {
          done: `Secret app-config holds the new value; Deployment web restarted once, annotation ${stamp}`,
        });
      },
    };
  }

  credentialRotated(): Step {
    return {
      title: `the lease comes to its maximum of ${LEASES.max} s: a new credential, while the old one still works`,
      look: async () => {
        const [{ user }, stamp] = [
          await this.#demo.credential(),
          await this.#demo.stampOf('app-db'),
        ];
        if (!user || user === this.#first.user) return { yet: `Secret app-db holds user ${user}` };
        if (!stamp) return { yet: `Secret app-db holds user ${user}; no restart yet` };
        const users = await this.#site.databaseUsers();
        if (!users.includes(this.#first.user)) return { yet: 'the old database user is gone' };
        return this.#unlessRestarted(2, {
          done: `Secret app-db holds user ${user}, both users can log in; Deployment web restarted once, annotation ${stamp}`,
        });
      },
    };
  }

  oldCredentialGivenBack(): Step {
    return {
      title: 'the old credential is given back to Vault',
      look: async () => {
        const { user, leaseId } = this.#first;
        const [leases, users] = [await this.#demo.leases(), await this.#site.databaseUsers()];
        if (leases.includes(leaseId)) return { yet: `lease ${short(leaseId)} lives` };
        if (users.includes(user)) return { yet: `user ${user} exists` };
        return { done: `lease ${short(leaseId)} is revoked, user ${user} is dropped` };
      },
    };
  }

  credentialDeleted(): Step {
    return {
      title: 'the VaultDynamicSecret is deleted',
      act: () => this.#site.kube.remove('vaultdynamicsecrets', NAMESPACE, 'app-db'),
      look: async () => {
        const [leases, users] = [await this.#demo.leases(), await this.#site.databaseUsers()];
        const [records, hasSecret] = [
          await this.#demo.records(),
          await this.#demo.hasSecret('app-db'),
        ];
        const left = leases.length + users.length + records.length;
        if (left > 0 || hasSecret)
          return {
            yet: `${leases.length} leases, ${users.length} users, ${records.length} records${hasSecret ? ', the Secret' : ''}`,
          };
        return {
          done: 'its Secret went at once and its credential after a grace: no lease, no database user, no ledger record is left',
        };
      },
    };
  }

  /** Restarts are counted over the whole story; one too many stays one too many, so the step will not happen. */
  async #unlessRestarted(expected: number, sighting: Sighting): Promise<Sighting> {
    const restarts = await this.#demo.restarts();
    if (restarts === expected) return sighting;
    return { yet: `Deployment web was restarted ${restarts} times, not ${expected}` };
  }
}

/** The end of the random part is enough to tell it from others. */
function short(leaseId: string): string {
  return leaseId.replace(/[^/]+(?=.{6}$)/u, '…');
}
