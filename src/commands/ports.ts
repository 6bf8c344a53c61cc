/** What the commands need of the world: a person's own view of the cluster, and of Vault where that is asked for. */
import type { ObjectMeta } from '../api/object.ts';
import type { SecretRequest, VaultIdentity } from '../api/vault-exchange.ts';
import type { EventSight, LeaderSight } from '../plan/explain/explain-facts.ts';
import type { StoredObject, Target, Workload } from '../reconcile/ports.ts';
import type { Ref } from '../runtime/ref.ts';

/** Undefined means that it is not there; what may not be seen, or fails, is a FaultError. */
export interface View {
  object(ref: Ref): Promise<StoredObject | undefined>;
  /** Of Secrets and namespaces the metadata, and no more. */
  secret(namespace: string, name: string): Promise<ObjectMeta | undefined>;
  secrets(namespace: string, labelSelector: string): Promise<readonly ObjectMeta[]>;
  namespace(name: string): Promise<ObjectMeta | undefined>;
  /** The latest first. */
  events(namespace: string, uid: string): Promise<readonly EventSight[]>;
  leader(namespace: string): Promise<LeaderSight | undefined>;
  workload(target: Target): Promise<Workload | undefined>;
  /** null takes an annotation away. A kind "Namespace" is one too. */
  annotate(ref: Ref, annotations: Readonly<Record<string, string | null>>): Promise<void>;
}

export interface VaultView {
  /** Logs in as the identity's service account, asks, and gives the token back. */
  capabilities(identity: VaultIdentity, request: SecretRequest): Promise<readonly string[]>;
  /** The certificate authority in a Secret's key ca.crt: a certificate is no secret. */
  ca(namespace: string, secretName: string): Promise<string | undefined>;
}

export interface CommandPorts {
  readonly view: View;
  readonly vault: VaultView;
  /** Epoch ms. */
  readonly now: () => number;
  readonly print: (text: string) => void;
}
