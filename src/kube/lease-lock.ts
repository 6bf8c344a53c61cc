/** The lock of leader election as a coordination.k8s.io Lease. Writes carry the resourceVersion that was seen. */
import type { LockRecord, LockWish } from '../runtime/leader.ts';
import { isObjectMissing } from './faults.ts';
import { epochMsOf, microTime } from './instants.ts';
import { LEASES } from './routes.ts';
import type { Transport } from './transport.ts';
import { isRecord, wireObject } from './wire.ts';

/** VSO's name: while one of the two operators holds it, the other waits. */
export const LEASE_NAME = 'b0d477c0.hashicorp.com';
/** A lock that cannot be read in seconds is no lock. */
const DEADLINE_MS = 5_000;

export class LeaseLock {
  readonly #transport: Transport;
  readonly #namespace: string;

  constructor(transport: Transport, namespace: string) {
    this.#transport = transport;
    this.#namespace = namespace;
  }

  async read(signal: AbortSignal): Promise<LockRecord | undefined> {
    try {
      return await this.#call('get', undefined, signal);
    } catch (thrown) {
      if (isObjectMissing(thrown, LEASE_NAME)) return undefined;
      throw thrown;
    }
  }

  create(wish: LockWish, signal: AbortSignal): Promise<LockRecord> {
    return this.#call('create', leaseOf(wish), signal);
  }

  replace(over: LockRecord, wish: LockWish, signal: AbortSignal): Promise<LockRecord> {
    return this.#call('update', leaseOf(wish, over.version), signal);
  }

  async #call(
    verb: 'get' | 'create' | 'update',
    body: unknown,
    signal: AbortSignal,
  ): Promise<LockRecord> {
    const call = { verb, route: LEASES, namespace: this.#namespace, body };
    const named = verb === 'create' ? call : { ...call, name: LEASE_NAME };
    const { json } = await this.#transport.raw(named, signal, {
      deadlineMs: DEADLINE_MS,
      lane: 'own',
    });
    return recordOf(json);
  }
}

function leaseOf(wish: LockWish, resourceVersion?: string): unknown {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: LEASE_NAME, ...(resourceVersion !== undefined && { resourceVersion }) },
    spec: {
      holderIdentity: wish.holder,
      leaseDurationSeconds: Math.ceil(wish.durationMs / 1000),
      acquireTime: microTime(wish.acquiredAt),
      renewTime: microTime(wish.renewedAt),
      leaseTransitions: wish.transitions,
    },
  };
}

function recordOf(json: unknown): LockRecord {
  const { metadata, spec } = wireObject(json);
  const { holderIdentity, leaseDurationSeconds, leaseTransitions, acquireTime } = fieldsOf(spec);
  return {
    holder: typeof holderIdentity === 'string' ? holderIdentity : '',
    version: metadata.resourceVersion,
    durationMs: Number(leaseDurationSeconds ?? 0) * 1000,
    transitions: Number(leaseTransitions ?? 0),
    acquiredAt: typeof acquireTime === 'string' ? epochMsOf(acquireTime) : 0,
  };
}

interface LeaseFields {
  readonly holderIdentity?: unknown;
  readonly leaseDurationSeconds?: unknown;
  readonly leaseTransitions?: unknown;
  readonly acquireTime?: unknown;
}

function fieldsOf(spec: unknown): LeaseFields {
  return isRecord(spec) ? spec : {};
}
