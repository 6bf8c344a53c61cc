/** Vault, the API server and time, in memory: what the real code works on while a trace of the model is replayed. */
import type { StoredRecord } from '../../../src/ledger/ports.ts';
import type { StoredToken } from '../../../src/ledger/record.ts';
import { LEASE_ANNOTATION } from '../../../src/plan/credential/lease-mark.ts';
import { type MacKey, secretMac } from '../../../src/plan/secret/mac.ts';
import type { SecretBody, SecretData, SecretDigest } from '../../../src/plan/secret/secret.ts';
import type { StoredObject } from '../../../src/reconcile/ports.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { type Sealed, seal } from '../../../src/runtime/sealed.ts';

export const NAMESPACE = 'apps';
export const KEY: MacKey = seal(new TextEncoder().encode('0123456789abcdef'));

export interface LiveToken {
  endsAt: number;
  lease: boolean;
}

export interface LiveSecret {
  readonly digest: SecretDigest;
  readonly data: Sealed<SecretData>;
}

export class World {
  nowMs = 1_800_000_000_000;
  #version = 0;
  logins = 0;
  readonly tokens = new Map<number, LiveToken>();
  readonly records = new Map<string, StoredRecord>();
  readonly secrets = new Map<string, LiveSecret>();
  readonly objects = new Map<string, StoredObject>();
  /** Annotations of the pod template, by workload. */
  readonly workloads = new Map<string, Record<string, string>>();
  /** Which login a revision came from. */
  readonly numbers = new Map<string, number>();

  readonly clock: Clock = {
    now: () => this.nowMs,
    at: () => ({ [Symbol.dispose]: () => undefined }),
  };

  version(): string {
    this.#version += 1;
    return String(this.#version);
  }

  letPass(ms: number): void {
    this.nowMs += ms;
    for (const [number, { endsAt }] of this.tokens)
      if (this.nowMs >= endsAt) this.tokens.delete(number);
  }

  makeObject(id: number, uid: number, digest = 0): void {
    const name = nameOf(id);
    this.objects.set(name, {
      apiVersion: 'secrets.hashicorp.com/v1beta1',
      kind: 'VaultDynamicSecret',
      metadata: {
        name,
        namespace: NAMESPACE,
        uid: `u${uid}`,
        generation: 1 + digest,
        resourceVersion: this.version(),
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      spec: {
        vaultAuthRef: 'app',
        mount: 'database',
        path: `creds/role-${digest}`,
        renewalPercent: 67,
        destination: { name, create: true, overwrite: false },
        rolloutRestartTargets: [{ kind: 'Deployment', name }],
      },
    });
  }

  editObject(id: number, digest: number): void {
    const object = this.objects.get(nameOf(id));
    if (!object) return;
    const { metadata, spec } = object;
    const edited = { ...Object(spec), path: `creds/role-${digest}` };
    const changed = {
      ...metadata,
      generation: metadata.generation + 1,
      resourceVersion: this.version(),
    };
    this.objects.set(nameOf(id), { ...object, metadata: changed, spec: edited });
  }

  putSecret({ data, ...frame }: SecretBody, uid: string): SecretDigest {
    const digest: SecretDigest = {
      ...frame,
      uid,
      resourceVersion: this.version(),
      mac: secretMac(KEY, data.open()),
      immutable: false,
    };
    this.secrets.set(frame.name, { digest, data });
    return digest;
  }

  /** As a person with kubectl would. */
  editSecret(name: string): void {
    const secret = this.secrets.get(name);
    if (!secret) return;
    const { digest, data } = secret;
    const edited = data.map((values) => ({ ...values, password: btoa('edited') }));
    this.putSecret({ ...digest, data: edited }, digest.uid);
  }

  collect(name: string): void {
    const uids = [...this.objects.values()].map(({ metadata }) => metadata.uid);
    const owners = this.secrets.get(name)?.digest.ownerReferences ?? [];
    if (!owners.some(({ uid }) => uids.includes(uid))) this.secrets.delete(name);
  }

  numberOf(revision: string | undefined): number {
    return (revision === undefined ? undefined : this.numbers.get(revision)) ?? -1;
  }

  /** A token is the number of its lease. */
  leaseOf(token: StoredToken): number {
    return token.form === 'plain' ? Number(token.token.open()) : -1;
  }

  /** As the model tells it. */
  secretFacts(name: string) {
    const secret = this.secrets.get(name);
    if (!secret) return null;
    const { annotations, ownerReferences } = secret.digest;
    const { username = '', password = '' } = secret.data.open();
    const mark: { revision: string } = JSON.parse(annotations[LEASE_ANNOTATION] ?? '{}');
    const data = Number(atob(username).replace('user-', ''));
    return {
      uid: Number(ownerReferences[0]?.uid.slice(1)),
      data,
      mark: this.numberOf(mark.revision),
      edited: atob(password) !== `password-${data}`,
    };
  }
}

export function nameOf(id: number): string {
  return `db${id}`;
}
