/** What can be seen of the samples, at the API server, at Vault and in the database. Shows names and times, no values. */
import { conditionOf, type KubeObject, textsOf } from '../../test/stage/kube-admin.ts';
import { NAMESPACE } from './preparation.ts';
import type { Site } from './site.ts';

/** The database credential as it is now. */
export interface Credential {
  /** Name of the database user; "" while there is no Secret. */
  readonly user: string;
  readonly leaseId: string;
  /** Of the Secret. */
  readonly resourceVersion: string;
}

export class Demo {
  readonly #site: Site;
  /** Of the VaultDynamicSecret. */
  #uid = '';

  constructor(site: Site) {
    this.#site = site;
  }

  async connectionReady(): Promise<boolean> {
    const connection = await this.#site.kube.get('vaultconnections', NAMESPACE, 'vault');
    return conditionOf(connection, 'Ready')?.status === 'True';
  }

  /** For a story that waits: what the object itself says. */
  async complaint(
    resource: 'vaultstaticsecrets' | 'vaultdynamicsecrets' | 'vaultpkisecrets',
  ): Promise<string> {
    const [object] = await this.#site.kube.list(resource, NAMESPACE);
    const ready = conditionOf(object, 'Ready');
    return ready ? `Ready is ${ready.status}: ${ready.message}` : 'it has no condition yet';
  }

  async config(): Promise<Record<string, string>> {
    return textsOf(await this.#secret('app-config'));
  }

  async credential(): Promise<Credential> {
    const secret = await this.#secret('app-db');
    const object = await this.#site.kube.get('vaultdynamicsecrets', NAMESPACE, 'app-db');
    return {
      user: textsOf(secret)['username'] ?? '',
      leaseId: object?.['status']?.secretLease?.id ?? '',
      resourceVersion: secret?.metadata.resourceVersion ?? '',
    };
  }

  /** How often the pod template was changed since the Deployment was created. */
  async restarts(): Promise<number> {
    return ((await this.#deployment())?.metadata.generation ?? 1) - 1;
  }

  /** The key of the pod-template annotation that restarts the Deployment for this object; undefined while unset. */
  async stampOf(object: string): Promise<string | undefined> {
    const annotations = (await this.#deployment())?.['spec'].template.metadata.annotations ?? {};
    return Object.keys(annotations).find((key) => key.endsWith(`.${object}`));
  }

  leases(): Promise<readonly string[]> {
    return this.#site.vault.leases('database/creds/demo');
  }

  /** Undefined before the first renewal. */
  async lastRenewal(leaseId: string): Promise<string | undefined> {
    const body = { lease_id: leaseId };
    const { data } = await this.#site.vault.call('POST', 'sys/leases/lookup', body);
    return data.last_renewal ?? undefined;
  }

  /** Names of the credential's ledger records, also after its object is gone. */
  async records(): Promise<readonly string[]> {
    const { kube, operatorNamespace } = this.#site;
    const object = await kube.get('vaultdynamicsecrets', NAMESPACE, 'app-db');
    this.#uid = object?.metadata.uid ?? this.#uid;
    const selector = `vault-lease-operator/owner-uid=${this.#uid}`;
    const records = await kube.list('secrets', operatorNamespace, selector);
    return records.map(({ metadata }) => metadata.name);
  }

  async hasSecret(name: string): Promise<boolean> {
    return (await this.#secret(name)) !== undefined;
  }

  #secret(name: string): Promise<KubeObject | undefined> {
    return this.#site.kube.get('secrets', NAMESPACE, name);
  }

  #deployment(): Promise<KubeObject | undefined> {
    return this.#site.kube.get('deployments', NAMESPACE, 'web');
  }
}
