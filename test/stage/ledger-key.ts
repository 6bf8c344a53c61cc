/** The Transit key for lease records, and the VaultAuth in the operator's namespace that names it. */
import { randomBytes } from 'node:crypto';
import type { Stage } from './stage.ts';
import { object } from './tenant.ts';

export const ENCRYPTED = '--client-cache-persistence-model=direct-encrypted';
export const PLAIN = '--client-cache-persistence-model=direct-unencrypted';

const LABELS = { cacheStorageEncryption: 'true' };

export class LedgerKey {
  readonly #play: Stage;
  readonly #id: string;
  /** Of the VaultAuth. */
  readonly name = 'ledger';

  private constructor(play: Stage, id: string) {
    this.#play = play;
    this.#id = id;
  }

  static async create(play: Stage): Promise<LedgerKey> {
    const key = new LedgerKey(play, `ledger-${randomBytes(4).toString('hex')}`);
    await key.#vaultSide();
    await key.#kubernetesSide();
    await key.label();
    return key;
  }

  /** Makes another key, of this type, and lets the VaultAuth name it. */
  async replaceBy(type: string): Promise<void> {
    const keyName = `${this.#id}-${type}`;
    await this.#play.vault.call('POST', `transit/keys/${keyName}`, { type });
    await this.label(LABELS, this.name, keyName);
  }

  /** Applies the VaultAuth; without labels it names no key. */
  async label(
    labels: Record<string, string> = LABELS,
    name = this.name,
    keyName = this.#id,
  ): Promise<void> {
    const auth = object(
      'secrets.hashicorp.com/v1beta1',
      'VaultAuth',
      this.#play.operatorNamespace,
      name,
    );
    await this.#play.kube.apply({
      ...auth,
      metadata: { ...auth.metadata, labels },
      spec: {
        vaultConnectionRef: 'ledger',
        method: 'kubernetes',
        mount: 'kubernetes',
        kubernetes: { role: this.#id, serviceAccount: 'ledger' },
        storageEncryption: { mount: 'transit', keyName },
      },
    });
  }

  remove(name = this.name): Promise<void> {
    return this.#play.kube.remove('vaultauths', this.#play.operatorNamespace, name);
  }

  /** What the role may do from now on. */
  async allow(...verbs: readonly ('encrypt' | 'decrypt')[]): Promise<void> {
    const paths = verbs.map(
      (verb) => `path "transit/${verb}/${this.#id}*" { capabilities = ["update"] }`,
    );
    const policy = paths.join('\n') || 'path "none" { capabilities = ["read"] }';
    await this.#play.vault.call('POST', `sys/policies/acl/${this.#id}`, { policy });
  }

  async #vaultSide(): Promise<void> {
    const { vault, operatorNamespace } = this.#play;
    await vault.call('POST', `transit/keys/${this.#id}`, {});
    await this.allow('encrypt', 'decrypt');
    await vault.call('POST', `auth/kubernetes/role/${this.#id}`, {
      bound_service_account_names: 'ledger',
      bound_service_account_namespaces: operatorNamespace,
      token_policies: this.#id,
      token_ttl: 3600,
    });
  }

  async #kubernetesSide(): Promise<void> {
    const { kube, operatorNamespace, vault, vaultCa } = this.#play;
    await kube.apply(object('v1', 'ServiceAccount', operatorNamespace, 'ledger'));
    await kube.apply({
      ...object('v1', 'Secret', operatorNamespace, 'vault-ca'),
      stringData: { 'ca.crt': vaultCa },
    });
    await kube.apply({
      ...object('secrets.hashicorp.com/v1beta1', 'VaultConnection', operatorNamespace, 'ledger'),
      spec: { address: vault.url, caCertSecretRef: 'vault-ca' },
    });
  }
}
