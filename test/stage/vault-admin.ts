/** The administrator's hands on Vault, as plain HTTP with the root token. */
import { type Agent, request } from 'undici';

export interface VaultAddress {
  readonly url: string;
  readonly token: string;
  readonly dispatcher: Agent;
}

// eslint-disable-next-line typescript/no-explicit-any
export type VaultBody = any;

export class VaultRefusal extends Error {
  readonly status: number;

  constructor(method: string, path: string, status: number, text: string) {
    super(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    this.status = status;
  }
}

export class VaultAdmin {
  readonly #address: VaultAddress;

  constructor(address: VaultAddress) {
    this.#address = address;
  }

  get url(): string {
    return this.#address.url;
  }

  /** Path below /v1/. Rejects with a VaultRefusal on 4xx and 5xx; undefined for 204. */
  async call(
    method: 'GET' | 'POST' | 'DELETE' | 'LIST',
    path: string,
    body?: object,
  ): Promise<VaultBody> {
    const { url, token, dispatcher } = this.#address;
    const verb = method === 'LIST' ? 'GET' : method;
    const query = method === 'LIST' ? '?list=true' : '';
    const answer = await request(`${url}/v1/${path}${query}`, {
      method: verb,
      dispatcher,
      headers: { 'x-vault-token': token, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new VaultRefusal(method, path, answer.statusCode, text);
    return text ? JSON.parse(text) : undefined;
  }

  /** Ids of the leases below a prefix such as database/creds/app. */
  async leases(prefix: string): Promise<readonly string[]> {
    try {
      const listed = await this.call('LIST', `sys/leases/lookup/${prefix}/`);
      const keys: string[] = listed.data.keys;
      return keys.map((key) => `${prefix}/${key}`);
    } catch (error) {
      if (error instanceof VaultRefusal && error.status === 404) return [];
      throw error;
    }
  }

  /** Accessors of all live tokens. */
  async accessors(): Promise<readonly string[]> {
    return (await this.call('LIST', 'auth/token/accessors')).data.keys;
  }

  /** Accessors of the live tokens that a login role gave. */
  async accessorsOf(role: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const accessor of await this.accessors()) {
      const token = await this.call('POST', 'auth/token/lookup-accessor', { accessor }).catch(
        () => undefined,
      );
      const { role: named, role_name, cert_name } = token?.data.meta ?? {};
      if ([named, role_name, cert_name].includes(role)) found.push(accessor);
    }
    return found;
  }

  async writeKv2(mount: string, path: string, data: object): Promise<void> {
    await this.call('POST', `${mount}/data/${path}`, { data });
  }
}
