/**
 * The cipher of the ledger: the Transit key that the VaultAuth with the label cacheStorageEncryption=true names, in the
 * operator's namespace and under an identity of its own. Looked up at each use, so that an edit counts at once.
 */
import type { VaultAuth } from '../../api/vault-auth.ts';
import type { TransitKey, VaultIdentity } from '../../api/vault-exchange.ts';
import type { TokenCipher } from '../../ledger/ports.ts';
import { FaultError, faultOf, waiting } from '../../runtime/fault.ts';
import { checked } from '../load.ts';
import type { ObjectStore, StoredObject, Transit } from '../ports.ts';
import { STARTING } from './connections.ts';
import { identityOf, type ResolveDeps } from './identity.ts';

/** VSO's. */
const LABEL = 'cacheStorageEncryption';

/** What finding the VaultAuth needs. */
interface Surroundings extends ResolveDeps {
  readonly store: ObjectStore;
}

/** Every fault says that it is about the encryption of lease records, and names the VaultAuth. */
export function storageCipher(around: Surroundings, transit: Transit): TokenCipher {
  return {
    encrypt: (token, signal) =>
      told('encrypted', async () => {
        const { identity, key } = keyOf(around);
        return transit.encrypt(identity, key, token, signal);
      }),
    decrypt: (tokens, signal) =>
      told('decrypted', async () => {
        const { identity, key } = keyOf(around);
        return transit.decrypt(identity, key, tokens, signal);
      }),
  };
}

async function told<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    const fault = faultOf(thrown);
    if (fault.kind === 'bug' || fault.reason === STARTING) throw thrown;
    const message = `tokens of lease records cannot be ${what}: ${fault.message}`;
    throw new FaultError({ ...fault, message }, { cause: thrown });
  }
}

function keyOf(around: Surroundings): { identity: VaultIdentity; key: TransitKey } {
  const { metadata, spec } = encryptionAuth(around);
  if (!spec.storageEncryption) throw notOne(around, `${metadata.name} names no key`);
  const { mount, keyName } = spec.storageEncryption;
  const home = {
    metadata: { namespace: metadata.namespace },
    spec: { vaultAuthRef: metadata.name },
  };
  return { identity: identityOf(around, home), key: { mount, name: keyName } };
}

function encryptionAuth(around: Surroundings): VaultAuth {
  const { store, settings } = around;
  const labelled = store
    .list('VaultAuth')
    .filter(
      ({ metadata }) => metadata.namespace === settings.operatorNamespace && isLabelled(metadata),
    );
  const [auth] = labelled;
  if (auth && labelled.length === 1) return checked('VaultAuth', auth);
  const names = labelled.map(({ metadata }) => metadata.name).toSorted();
  const found = names.length === 0 ? 'none has the label' : `${names.join(' and ')} have the label`;
  throw notOne(around, found);
}

function isLabelled({ labels }: StoredObject['metadata']): boolean {
  return labels?.[LABEL] === 'true';
}

/** Waiting: it ends when somebody creates or labels it. */
function notOne({ settings }: Surroundings, found: string): FaultError {
  return waiting(
    'StorageEncryptionInvalid',
    `exactly one VaultAuth in namespace ${settings.operatorNamespace} must have the label ${LABEL}=true and spec.storageEncryption with mount and keyName; ${found}`,
  );
}
