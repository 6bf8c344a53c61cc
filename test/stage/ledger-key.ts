/**
 * The Transit key for lease records as production has it: Vault prepared as the guide says, and the objects of the
 * component encrypted-records in the operator's namespace.
 */
import type { KubeObject } from './kube-admin.ts';
import { encryptedRecords } from './rights.ts';
import type { Stage } from './stage.ts';
import { object } from './tenant.ts';

export const ENCRYPTED = '--client-cache-persistence-model=direct-encrypted';
export const PLAIN = '--client-cache-persistence-model=direct-unencrypted';

/** Of the key, its policy and its role. */
const NAME = 'lease-records';
const LABELS = { cacheStorageEncryption: 'true' };

export class LedgerKey {
  readonly #play: Stage;
  readonly #auth: KubeObject;

  private constructor(play: Stage, auth: KubeObject) {
    this.#play = play;
    this.#auth = auth;
  }

  static async create(play: Stage): Promise<LedgerKey> {
    const auth = await appliedObjects(play);
    const key = new LedgerKey(play, auth);
    await key.#vaultSide();
    return key;
  }

  /** Makes another key, of this type, and lets the VaultAuth name it. */
  async replaceBy(type: string): Promise<void> {
    const keyName = `${NAME}-${type}`;
    await this.#play.vault.call('POST', `transit/keys/${keyName}`, { type });
    await this.name(keyName);
  }

  /** Lets the VaultAuth name this key. */
  name(keyName: string): Promise<void> {
    return this.label(LABELS, NAME, keyName);
  }

  /** Applies the VaultAuth; without labels it names no key. */
  async label(labels: Record<string, string> = LABELS, name = NAME, keyName = NAME): Promise<void> {
    const { metadata, spec } = this.#auth;
    const storageEncryption = { ...spec.storageEncryption, keyName };
    await this.#play.kube.apply({
      ...this.#auth,
      metadata: { ...metadata, name, labels },
      spec: { ...spec, storageEncryption },
    });
  }

  remove(name: string): Promise<void> {
    return this.#play.kube.remove('vaultauths', this.#play.operatorNamespace, name);
  }

  /** What the role may do from now on. */
  async allow(...verbs: readonly ('encrypt' | 'decrypt')[]): Promise<void> {
    const paths = verbs.map(
      (verb) => `path "transit/${verb}/${NAME}*" { capabilities = ["update"] }`,
    );
    const policy = paths.join('\n') || 'path "none" { capabilities = ["read"] }';
    await this.#play.vault.call('POST', `sys/policies/acl/${NAME}`, { policy });
  }

  async #vaultSide(): Promise<void> {
    const { vault, operatorNamespace } = this.#play;
    await vault.call('POST', `transit/keys/${NAME}`, {});
    await this.allow('encrypt', 'decrypt');
    await vault.call('POST', `auth/kubernetes/role/${NAME}`, {
      bound_service_account_names: NAME,
      bound_service_account_namespaces: operatorNamespace,
      audience: 'vault',
      token_policies: NAME,
      token_ttl: 3600,
    });
  }
}

/** With the stage's Vault as address. Answers the VaultAuth. */
async function appliedObjects({
  kube,
  operatorNamespace,
  vault,
  vaultCa,
}: Stage): Promise<KubeObject> {
  await kube.apply({
    ...object('v1', 'Secret', operatorNamespace, 'vault-ca'),
    stringData: { 'ca.crt': vaultCa },
  });
  const objects = encryptedRecords(operatorNamespace);
  for (const each of objects) {
    const isConnection = each.kind === 'VaultConnection';
    const spec = { address: vault.url, caCertSecretRef: 'vault-ca' };
    await kube.apply(isConnection ? { ...each, spec } : each);
  }
  const auth = objects.find(({ kind }) => kind === 'VaultAuth');
  if (!auth) throw new Error('the component brings no VaultAuth');
  return auth;
}
