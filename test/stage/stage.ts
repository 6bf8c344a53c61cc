/**
 * Where scenarios play: the whole operator against servers that speak real HTTP, either the fakes on virtual time or
 * the real ones. A scenario cannot tell which, except by how long it takes. STAGE=real chooses the latter.
 */
import type { KeyAndCert } from '../fakes/api-server/self-signed.ts';
import type { KubeAdmin } from './kube-admin.ts';
import type { Script, StandIn } from './stand-in.ts';
import type { VaultAdmin } from './vault-admin.ts';

export interface OperatorOptions {
  /** Flags after those that the stage needs itself. */
  readonly args?: readonly string[];
}

/** The operator as a scenario handles it: it runs under the rights of config/rbac and no others. */
export interface OperatorControl {
  start(options?: OperatorOptions): Promise<void>;
  /** As SIGTERM. */
  stop(): Promise<void>;
  /** As SIGKILL: nothing is tidied up. */
  kill(): Promise<void>;
  /** The text of /metrics. */
  metrics(): Promise<string>;
  /** Everything it logged so far. */
  logs(): string;
}

/** A request that reached Vault, from its own records. */
export interface VaultNote {
  readonly path: string;
  readonly operation: string;
  /** undefined for requests without a token. */
  readonly accessor: string | undefined;
}

export interface Stage {
  readonly kind: 'fake' | 'real';
  readonly kube: KubeAdmin;
  readonly vault: VaultAdmin;
  /** PEM of the authority behind Vault's certificate. */
  readonly vaultCa: string;
  readonly operator: OperatorControl;
  /** Namespace of the operator. */
  readonly operatorNamespace: string;
  /** The text of a kubeconfig with which somebody acts as this service account. */
  kubeconfigOf(namespace: string, serviceAccount: string): Promise<string>;
  /** Instant by the servers' clock, epoch ms. */
  now(): number;
  /** Waits on a condition, never on time alone. Fails with the sentence and what the check said last. */
  until(sentence: string, check: () => Promise<unknown>, withinMs?: number): Promise<void>;
  /** Lets time go by while the operator works. Fails as soon as `holds` fails, when one is given. */
  pass(ms: number, holds?: () => Promise<void>): Promise<void>;
  /** A backup of the cluster's store, and the way to restore it in place: versions go back too. */
  backupCluster(): Promise<() => Promise<void>>;
  /** Names of the database users that Vault made and that still exist. */
  databaseUsers(): Promise<readonly string[]>;
  /** A user for good, for a static role. */
  createDatabaseUser(name: string): Promise<void>;
  canLogIn(user: string, password: string): Promise<boolean>;
  vaultNotes(): Promise<readonly VaultNote[]>;
  /** Vault is gone, as after a crash. */
  stopVault(): Promise<void>;
  /** Vault is back and unsealed, with its data. */
  startVault(): Promise<void>;
  /** Vault runs and is sealed. */
  sealVault(): Promise<void>;
  unsealVault(): Promise<void>;
  /** A server in place of a Vault; it goes with the stage. */
  standIn(script: Script, certificate?: KeyAndCert): Promise<StandIn>;
  close(): Promise<void>;
}

let playing: Promise<Stage> | undefined;

/** The stage of this process, built at the first call. */
export function stage(): Promise<Stage> {
  playing ??= build();
  return playing;
}

export async function closeStage(): Promise<void> {
  const built = await playing?.catch(() => undefined);
  playing = undefined;
  await built?.close();
}

async function build(): Promise<Stage> {
  if (process.env['STAGE'] === 'real') {
    const { buildRealStage } = await import('./real-stage.ts');
    return buildRealStage();
  }
  const { buildFakeStage } = await import('./fake-stage.ts');
  return buildFakeStage();
}
