/** A fake Vault that is set up for the tests beside it, and plain ways to ask it. Tokens of service accounts are their claims. */
import { mountPki } from '../../../hack/real/vault-pki.ts';
import type { VirtualClock } from '../clock.ts';
import type { Target } from './conformance/conformance.ts';
import { type Fields, fieldsOf } from './json.ts';
import { type FakeVault, type FakeVaultOptions, startVault } from './vault.ts';

export interface Reply {
  readonly status: number;
  readonly body: Fields;
}

export interface Tried {
  readonly vault: FakeVault;
  readonly send: Target['send'];
  /** `METHOD path`, as the administrator unless a token is given. */
  ask(question: string, body?: unknown, token?: string): Promise<Reply>;
  /** Fit to stand in a JSON text. */
  jwt(of: { namespace: string; serviceAccount: string; audience?: string }): string;
}

/** With kv-v1, kv-v2, a database, transit, PKI and kubernetes logins mounted. */
export async function tryOut(
  clock: VirtualClock,
  options: Omit<FakeVaultOptions, 'clock' | 'authenticate'> = {},
): Promise<Tried> {
  const vault = await startVault({ ...options, clock, authenticate: async (jwt) => claimsIn(jwt) });
  const send: Target['send'] = async ({ method, path, headers, body }) => {
    const init = { method, headers, ...(body !== undefined && { body }) };
    const response = await fetch(vault.url + path, init);
    return { status: response.status, body: await response.text() };
  };
  const ask: Tried['ask'] = async (question, given, token = vault.rootToken) => {
    const [method = '', path = ''] = question.split(' ');
    const text = given === undefined ? undefined : JSON.stringify(given);
    const headers = { 'x-vault-token': token };
    const { status, body } = await send({ method, path: `/v1/${path}`, headers, body: text });
    return { status, body: fieldsOf(body === '' ? {} : JSON.parse(body)) };
  };
  for (const [question, body] of SET_UP) await ask(question, body);
  await mountPki(async (method, path, body) => (await ask(`${method} ${path}`, body)).body);
  return { vault, send, ask, jwt: jwtOf };
}

const SET_UP: readonly (readonly [question: string, body: Fields])[] = [
  ['POST sys/mounts/kv1', { type: 'kv', options: { version: '1' } }],
  ['POST sys/mounts/kv', { type: 'kv', options: { version: '2' } }],
  ['POST sys/mounts/database', { type: 'database' }],
  ['POST database/config/postgres', { allowed_roles: '*' }],
  ['POST sys/mounts/transit', { type: 'transit' }],
  ['POST sys/auth/kubernetes', { type: 'kubernetes' }],
  ['POST auth/kubernetes/config', { kubernetes_host: 'https://127.0.0.1' }],
];

function jwtOf(of: { namespace: string; serviceAccount: string; audience?: string }): string {
  const { namespace, serviceAccount, audience = 'https://kubernetes.default.svc' } = of;
  return [namespace, serviceAccount, audience].join('|');
}

function claimsIn(jwt: string) {
  const [namespace = '', serviceAccount, audience = ''] = jwt.split('|');
  if (serviceAccount === undefined) return undefined;
  return {
    namespace,
    serviceAccount,
    uid: `${namespace}-${serviceAccount}`,
    audiences: [audience],
  };
}
