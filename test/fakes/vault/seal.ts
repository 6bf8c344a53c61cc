/**
 * Sealed or not, and the paths that answer either way: health, seal status, initialisation, unsealing. The fake is
 * initialised from the start, with one key. While it is sealed time goes on, but nothing is ended.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import { SECOND_MS } from './durations.ts';
import { type Answer, Refusal } from './envelope.ts';
import type { Expiry } from './expiry.ts';
import { type Fields, flagOf, textOf } from './json.ts';
import type { VaultRequest } from './request.ts';

export class Seal {
  readonly key: string;
  readonly #expiry: Expiry;
  #sealed = false;

  constructor(expiry: Expiry, key: string) {
    this.#expiry = expiry;
    this.key = key;
  }

  get sealed(): boolean {
    return this.#sealed;
  }

  seal(): void {
    this.#sealed = true;
    this.#expiry.pause();
  }

  /** What came due meanwhile ends now. */
  unseal(): void {
    this.#sealed = false;
    this.#expiry.resume();
  }

  assertOpen(): void {
    if (this.#sealed) throw new Refusal(503, ['Vault is sealed']);
  }
}

/** The answer where no token and no open seal is needed; undefined for all other paths. */
export function answerSealed(
  seal: Seal,
  clock: Clock,
  { path, operation, body, query }: VaultRequest,
): Answer | undefined {
  const reads = operation === 'read';
  if (path === 'sys/health' && reads) return health(seal, clock, query);
  if (path === 'sys/seal-status' && reads) return { bare: status(seal) };
  if (path === 'sys/init' && reads) return { bare: { initialized: true } };
  if (path === 'sys/init') throw new Refusal(400, ['Vault is already initialized']);
  if (path === 'sys/unseal' && operation === 'update') return unseal(seal, body);
  return undefined;
}

function health(seal: Seal, clock: Clock, query: URLSearchParams): Answer {
  const code = query.get(seal.sealed ? 'sealedcode' : 'activecode');
  const body = {
    initialized: true,
    sealed: seal.sealed,
    standby: seal.sealed,
    performance_standby: false,
    replication_performance_mode: seal.sealed ? 'unknown' : 'disabled',
    replication_dr_mode: seal.sealed ? 'unknown' : 'disabled',
    server_time_utc: Math.floor(clock.now() / SECOND_MS),
    version: VERSION,
    enterprise: false,
    ...(!seal.sealed && { cluster_name: CLUSTER.name, cluster_id: CLUSTER.id }),
    echo_duration_ms: 0,
    clock_skew_ms: 0,
    removed_from_cluster: false,
    replication_primary_canary_age_ms: 0,
  };
  return { status: Number(code) || (seal.sealed ? 503 : 200), bare: body };
}

const VERSION = '1.21.0';
const CLUSTER = { name: 'vault-cluster-fake', id: '00000000-0000-4000-8000-000000000000' };

function unseal(seal: Seal, body: Fields): Answer {
  const key = textOf(body['key']);
  const right = key === seal.key;
  if (seal.sealed && !right && !flagOf(body['reset']))
    throw new Refusal(400, ["'key' must be a valid hex or base64 string"]);
  if (seal.sealed && right) seal.unseal();
  return { bare: status(seal) };
}

function status(seal: Seal): Fields {
  return {
    type: 'shamir',
    initialized: true,
    sealed: seal.sealed,
    t: 1,
    n: 1,
    progress: 0,
    nonce: '',
    version: VERSION,
    build_date: '',
    migration: false,
    recovery_seal: false,
    storage_type: 'raft',
    ...(!seal.sealed && { cluster_name: CLUSTER.name, cluster_id: CLUSTER.id }),
  };
}
