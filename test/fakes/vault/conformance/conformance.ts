/**
 * Holds the conversations with a Vault, fake or real, and writes down its answers so that they can be compared.
 * Where the two disagree the fake is wrong.
 */

import { type Fields, fieldsOf, parseExact, textOf } from '../json.ts';
import { type Answers, comparable } from './comparable.ts';
import type { Conversations, Exchange } from './exchange.ts';
import { KEY_VALUES } from './kv.ts';
import { LEASES } from './leases.ts';
import { LOGINS } from './logins.ts';
import { PATHS } from './paths.ts';
import { SEALED } from './sealed.ts';
import { LASTING_USER, STATIC_ROLES } from './static-roles.ts';
import { TOKENS } from './tokens.ts';
import { TRANSIT } from './transit.ts';

const CONVERSATIONS: Conversations = {
  ...PATHS,
  ...KEY_VALUES,
  ...TOKENS,
  ...LEASES,
  ...LOGINS,
  ...STATIC_ROLES,
  ...TRANSIT,
};

export interface Target {
  readonly rootToken: string;
  /** A token of the service account, for the audience or for the API server's own. */
  jwt(of: { namespace: string; serviceAccount: string; audience?: string }): Promise<string>;
  /** A user of the database that Vault did not make. */
  createDatabaseUser(name: string): Promise<void>;
  /** One HTTP exchange. `body` is sent as it is. */
  send(request: {
    method: string;
    path: string;
    headers: Readonly<Record<string, string>>;
    body: string | undefined;
  }): Promise<{ status: number; body: string }>;
  pass(ms: number): Promise<void>;
  seal(): Promise<void>;
  unseal(): Promise<void>;
}

export async function answersOf(target: Target): Promise<Answers> {
  const answers: Record<string, string[]> = {};
  await target.createDatabaseUser(LASTING_USER);
  for (const [name, exchanges] of Object.entries(CONVERSATIONS))
    answers[name] = await converse(target, exchanges);
  await target.seal();
  answers['while sealed'] = await converse(target, SEALED);
  await target.unseal();
  return answers;
}

type Kept = Map<string, ReturnType<typeof keptOf>>;

async function converse(target: Target, exchanges: readonly Exchange[]): Promise<string[]> {
  const kept: Kept = new Map();
  const lines: string[] = [];
  for (const exchange of exchanges) {
    if (exchange.afterMs) await target.pass(exchange.afterMs);
    const { status, body } = await ask(target, exchange, kept);
    const shown = exchange.statusOnly ? '' : ` ${JSON.stringify(comparable(body))}`;
    lines.push(`${exchange.as ?? 'root'}: ${exchange.ask} -> ${status}${shown}`);
  }
  return lines;
}

async function ask(
  target: Target,
  exchange: Exchange,
  kept: Kept,
): Promise<{ status: number; body: unknown }> {
  const [method = '', path = ''] = exchange.ask.split(' ');
  const { body: sent } = exchange;
  const text = typeof sent === 'string' ? sent : JSON.stringify(sent);
  const { status, body } = await target.send({
    method,
    path: `/v1/${path}`,
    headers: headersOf(exchange, target.rootToken, kept),
    body: text === undefined ? undefined : await filledIn(target, text, kept),
  });
  const answer = body === '' ? null : parseExact(body);
  if (exchange.keep !== undefined) kept.set(exchange.keep, keptOf(fieldsOf(answer)));
  return { status, body: answer };
}

function headersOf(
  { as = 'root', namespace }: Exchange,
  rootToken: string,
  kept: Kept,
): Record<string, string> {
  const token = { root: rootToken, nobody: '' }[as] ?? kept.get(as)?.token ?? as;
  return {
    ...(token !== '' && { 'x-vault-token': token }),
    ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
  };
}

async function filledIn(target: Target, text: string, kept: Kept): Promise<string> {
  let filled = text.replace(
    /<([a-z]+)\.(token|accessor|lease|ciphertext)>/g,
    (_all, name: string, what) => {
      const found: Readonly<Record<string, string>> = kept.get(name) ?? {};
      return found[String(what)] ?? '';
    },
  );
  for (const [all, named = ''] of text.matchAll(/<jwt:([^>]+)>/g)) {
    const [namespace = '', serviceAccount = '', audience] = named.split('/');
    const of = { namespace, serviceAccount, ...(audience !== undefined && { audience }) };
    filled = filled.replace(all, await target.jwt(of));
  }
  return filled;
}

function keptOf({ auth, lease_id, data }: Fields) {
  const { client_token, accessor } = fieldsOf(auth);
  const results: unknown = fieldsOf(data)['batch_results'];
  const { ciphertext } = fieldsOf(Array.isArray(results) ? results[0] : undefined);
  return {
    token: textOf(client_token),
    accessor: textOf(accessor),
    lease: textOf(lease_id),
    ciphertext: textOf(ciphertext),
  };
}
