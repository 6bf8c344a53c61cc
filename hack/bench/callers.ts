/** Plain HTTP to one server as one caller, over as many connections as the operator has: the least that calls cost. */
import { Agent, request } from 'undici';
import type { Ground } from './ground.ts';

const KUBERNETES_CONNECTIONS = 16;
const VAULT_CONNECTIONS = 32;

export type Send = (
  method: string,
  path: string,
  body?: unknown,
  contentType?: string,
) => Promise<unknown>;

export interface Caller extends AsyncDisposable {
  readonly send: Send;
}

/** As the administrator. */
export function kubernetesCaller({ stack }: Ground): Caller {
  const { url, caPem, adminToken } = stack.apiServer;
  const agent = new Agent({ connections: KUBERNETES_CONNECTIONS, connect: { ca: caPem } });
  return callerOf(agent, url, { authorization: `Bearer ${adminToken}` });
}

export function vaultCaller({ stack, vaultCa }: Ground, token: string): Caller {
  const agent = new Agent({ connections: VAULT_CONNECTIONS, connect: { ca: vaultCa } });
  return callerOf(agent, stack.vault.url, { 'x-vault-token': token });
}

function callerOf(agent: Agent, url: string, headers: Readonly<Record<string, string>>): Caller {
  return {
    send: async (method, path, body, contentType = 'application/json') => {
      const answer = await request(`${url}/${path}`, {
        method,
        dispatcher: agent,
        headers: { ...headers, 'content-type': contentType },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      if (answer.statusCode < 300) return text === '' ? undefined : JSON.parse(text);
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 500)}`);
    },
    [Symbol.asyncDispose]: () => agent.close(),
  };
}
