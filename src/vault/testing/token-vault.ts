/** A scripted Vault that knows tokens: each login makes the next one, and a test says which are dead or denied. */
import type { ServerResponse } from 'node:http';
import {
  authOf,
  type Script,
  type ScriptedVault,
  type Seen,
  scriptedVault,
  secretOf,
  sendErrors,
} from './scripted-vault.ts';

export interface TokenVault extends ScriptedVault {
  /** "METHOD path token" of every request, without /v1/. */
  readonly log: string[];
  readonly dead: Set<string>;
  /** May not read secrets. */
  readonly denied: Set<string>;
  /** What a login grants besides its token. */
  grant: object;
  /** What renew-self grants. */
  renewal: object;
  /** What a read answers; absent means an empty secret. */
  answer: Script | undefined;
  /** Whether Vault says that a dead token is invalid; older ones only deny. */
  saysInvalid: boolean;
  /** Answers nothing any more. */
  silent: boolean;
}

const INVALID = '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n';

export async function tokenVault(): Promise<TokenVault> {
  let logins = 0;
  const state = {
    log: [] as string[],
    dead: new Set<string>(),
    denied: new Set<string>(),
    grant: {},
    renewal: {},
    answer: undefined as TokenVault['answer'],
    saysInvalid: true,
    silent: false,
  };
  const server = await scriptedVault((seen, response) => {
    const token = String(seen.headers['x-vault-token'] ?? '-');
    const path = seen.url.slice('/v1/'.length);
    state.log.push(`${seen.method} ${path} ${token}`);
    if (state.silent) return undefined;
    if (path.endsWith('/login')) {
      logins += 1;
      return authOf(`t${logins}`, state.grant);
    }
    if (state.dead.has(token))
      return sendErrors(response, 403, state.saysInvalid ? INVALID : 'permission denied');
    return living(path, token, seen, response);
  });
  return Object.assign(state, server);

  function living(path: string, token: string, seen: Seen, response: ServerResponse) {
    if (path === 'auth/token/lookup-self') return secretOf({ id: token });
    if (path === 'auth/token/renew-self') return authOf(token, state.renewal);
    if (path === 'auth/token/revoke-self') {
      state.dead.add(token);
      return void response.writeHead(204).end();
    }
    if (state.denied.has(token)) return sendErrors(response, 403, 'permission denied');
    return state.answer ? state.answer(seen, response) : secretOf({});
  }
}
