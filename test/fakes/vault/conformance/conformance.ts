/**
 * Holds the conversations with a Vault, fake or real, and writes down its answers so that they can be compared.
 * Where the two disagree the fake is wrong.
 */

import { type Fields, fieldsOf, parseExact, textOf } from '../json.ts';
import { TokenIssuer } from '../token-issuer.ts';
import { type Answers, comparable } from './comparable.ts';
import type { Conversations, Exchange } from './exchange.ts';
import { KEY_VALUES } from './kv.ts';
import { LEASES } from './leases.ts';
import { LOGINS } from './logins.ts';
import { OTHER_LOGINS } from './other-logins.ts';
import { PATHS } from './paths.ts';
import { CERTIFICATES } from './pki.ts';
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
  ...OTHER_LOGINS,
  ...STATIC_ROLES,
  ...TRANSIT,
  ...CERTIFICATES,
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

/** By name, what stands behind its words. */
type Kept = Map<string, Readonly<Record<string, string>>>;

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
  const [method = '', named = ''] = exchange.ask.split(' ');
  const path = withKept(named, kept);
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
  const token = { root: rootToken, nobody: '' }[as] ?? kept.get(as)?.['token'] ?? as;
  return {
    ...(token !== '' && { 'x-vault-token': token }),
    ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
  };
}

async function filledIn(target: Target, text: string, kept: Kept): Promise<string> {
  const filled = withKept(text, kept)
    .replace('<issuer>', JSON.stringify(issuer.publicKey).slice(1, -1))
    .replace(/<signed:([^>]+)>/, (_all, of: string) => signed(of));
  return withTokens(target, filled);
}

async function withTokens(target: Target, text: string): Promise<string> {
  let filled = text;
  for (const [all, named = ''] of text.matchAll(/<jwt:([^>]+)>/g)) {
    const [namespace = '', serviceAccount = '', audience] = named.split('/');
    const of = { namespace, serviceAccount, ...(audience !== undefined && { audience }) };
    filled = filled.replace(all, await target.jwt(of));
  }
  return filled;
}

function withKept(text: string, kept: Kept): string {
  return text.replace(
    /<([a-z]+)\.(token|accessor|lease|serial|ciphertext|id)>/g,
    (_all, name: string, what: string) => kept.get(name)?.[what] ?? '',
  );
}

const issuer = new TokenIssuer();
const IN_2100_S = 4_102_444_800;
const IN_2020_S = 1_600_000_000;

/** SUBJECT/AUDIENCE, or SUBJECT/AUDIENCE/expired. */
function signed(of: string): string {
  const [sub, aud, expired] = of.split('/');
  const exp = expired === undefined ? IN_2100_S : IN_2020_S;
  return issuer.signed({ sub, aud: [aud], iat: IN_2020_S - 60, nbf: IN_2020_S - 60, exp });
}

function keptOf(answer: Fields): Readonly<Record<string, string>> {
  const { client_token, accessor } = fieldsOf(answer['auth']);
  const { serial_number, role_id, secret_id, batch_results } = fieldsOf(answer['data']);
  const { ciphertext } = fieldsOf(Array.isArray(batch_results) ? batch_results[0] : undefined);
  return {
    token: textOf(client_token),
    accessor: textOf(accessor),
    lease: textOf(answer['lease_id']),
    serial: textOf(serial_number),
    ciphertext: textOf(ciphertext),
    id: textOf(role_id) || textOf(secret_id),
  };
}
