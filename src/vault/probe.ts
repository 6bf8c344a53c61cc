/** What sys/health says, without a token: whether somebody is there, is Vault, and can serve. */
import type { VaultEndpoint, VaultHealth } from '../api/vault-exchange.ts';
import type { VaultCall } from './call.ts';
import { invalidAnswer, statusFault } from './faults.ts';
import type { VaultHttp } from './http.ts';

/** Here 429 means standby, not patience. 472 is a secondary for disaster recovery, 473 a standby that serves reads. */
const HEALTH: Readonly<Record<number, VaultHealth>> = {
  200: 'active',
  429: 'standby',
  472: 'standby',
  473: 'standby',
  501: 'uninitialized',
  503: 'sealed',
};

export class Probes {
  readonly #http: VaultHttp;

  constructor(http: VaultHttp) {
    this.#http = http;
  }

  /** Throws a fault that tells TLS, DNS, refusal and timeout apart, and one when no Vault answers. */
  async health(endpoint: VaultEndpoint, signal: AbortSignal): Promise<VaultHealth> {
    const call: VaultCall = {
      operation: 'health',
      route: 'sys/health',
      endpoint,
      namespace: '',
      method: 'GET',
      path: 'sys/health',
      urgent: true,
    };
    const reply = await this.#http.call(call, signal);
    const health = HEALTH[reply.status];
    if (health === undefined) throw statusFault(call, reply);
    // A load balancer without a backend says 503 too, in its own words.
    if (typeof reply.json?.open()['sealed'] !== 'boolean')
      throw invalidAnswer(call, 'is not that of a Vault');
    return health;
  }
}
