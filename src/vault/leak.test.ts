import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { seal } from '../runtime/sealed.ts';
import type { RequestNote } from './call.ts';
import { proverFrom } from './login.ts';
import { LoginBook } from './login-book.ts';
import { OwnTokens } from './own-tokens.ts';
import { Probes } from './probe.ts';
import { Sessions } from './sessions.ts';
import { door, NEVER } from './testing/door.ts';
import {
  authOf,
  type Script,
  scriptedVault,
  secretOf,
  sendErrors,
} from './testing/scripted-vault.ts';
import { identityAt } from './testing/vault-rooms.ts';

/** Unique, so that a hit is a leak; with characters that encodings change. */
const CANARIES = {
  token: 'hvs.CANARY+token/7f3a91c4',
  jwt: 'eyJ.CANARY+jwt/2b8d60e5',
  header: 'CANARY+header/9c14ab77',
  param: 'CANARY+param/e05f3d28',
  value: 'CANARY+value/41d7c9b6',
  error: 'CANARY+error/8a20f5de',
};

const failures: Record<string, Script> = {
  ...Object.fromEntries(
    [400, 403, 404, 405, 412, 413, 429, 500, 501, 502, 503].map((status) => [
      `status ${status} that echoes everything`,
      ((seen, response) =>
        sendErrors(response, status, CANARIES.error, JSON.stringify(seen))) satisfies Script,
    ]),
  ),
  'an answer with data of the wrong form': () => secretOf([CANARIES.value]),
  'an answer without an envelope': () => ({ value: CANARIES.value }),
  'a login without a usable token': () => authOf(`${CANARIES.value} `),
  'broken JSON': (_, response) => void response.end(`{"data":"${CANARIES.value}`),
  HTML: (_, response) => void response.end(`<p>${CANARIES.value}</p>`),
  'an answer that is too large': (_, response) => void response.end(CANARIES.value.repeat(300_000)),
  'an encoded answer': (_, response) =>
    void response.setHeader('Content-Encoding', CANARIES.value).end(CANARIES.value),
  'a cut connection': (_, response) => void response.socket?.destroy(),
  'a cut answer': (_, response) => {
    response.writeHead(200, { 'Content-Length': '999' }).write(CANARIES.value);
    setImmediate(() => response.socket?.destroy());
  },
  'a foreign redirect': (_, response) =>
    void response.writeHead(307, { Location: `https://x/?${CANARIES.value}` }).end(),
  success: () => secretOf({ password: CANARIES.value }, { lease_id: 'database/creds/a/1' }),
};

/** Every way in which people print things, of every form in which a secret may appear. */
function leaksIn(output: string): string[] {
  const shown = output.toLowerCase();
  return Object.values(CANARIES).flatMap((canary) => {
    const forms = [
      canary,
      encodeURIComponent(canary),
      Buffer.from(canary).toString('hex'),
      Buffer.from(canary).toString('base64').slice(0, -4),
      Buffer.from(canary).toString('base64url').slice(0, -4),
      ...Array.from({ length: canary.length - 11 }, (_, at) => canary.slice(at, at + 12)),
    ];
    return forms.filter((form) => shown.includes(form.toLowerCase()));
  });
}

function printed(thing: unknown): string {
  const error = thing instanceof Error ? [thing.stack, String(thing), thing.cause] : [];
  const deep = inspect(thing, { depth: 20, showHidden: true, getters: true });
  return [...error.map(String), deep, JSON.stringify(thing) ?? ''].join('\n');
}

describe('nothing that is printed holds a secret', () => {
  it('and the search would find one', () => {
    assert.ok(leaksIn(printed({ a: [CANARIES.token] })).length > 0);
    assert.ok(leaksIn(Buffer.from(CANARIES.jwt).toString('base64')).length > 0);
    assert.deepEqual(leaksIn(printed({ a: seal(CANARIES.token) })), []);
  });

  for (const [what, script] of Object.entries(failures)) {
    it(`after ${what}`, async () => {
      await using vault = await scriptedVault(script);
      const endpoint = { ...vault.endpoint, headers: { 'X-Extra': 'v' } };
      const notes: RequestNote[] = [];
      const clock = new VirtualClock();
      const http = door(clock, notes);
      const context = {
        http,
        clock,
        book: new LoginBook(),
        prover: proverFrom({
          requestToken: async () => seal(CANARIES.jwt),
          valueOf: async () => seal(CANARIES.jwt),
        }),
        onToken: () => undefined,
      };
      const tokens = new OwnTokens(context);
      const sessions = new Sessions(context);
      const identity = identityAt(endpoint, { loginHeaders: { 'X-Login': CANARIES.header } });
      const access = { endpoint, namespace: '', token: seal(CANARIES.token) };
      const body = { param: CANARIES.param };
      const request = { namespace: '', method: 'PUT', path: 'pki/issue/a', body } as const;
      const ticking = setInterval(() => clock.advanceBy(100), 1);
      const outcomes = await Promise.all(
        [
          tokens.login(identity, NEVER),
          tokens.issue(access, request, NEVER),
          tokens.issue(access, { ...request, query: { q: CANARIES.param } }, NEVER),
          tokens.renewToken(access, 1_000, NEVER),
          tokens.revokeToken(access, NEVER),
          tokens.renewLease(access, 'x', 1_000, NEVER),
          tokens.revokeLease(access, 'x', NEVER),
          sessions.read(identity, request, NEVER),
          new Probes(http).health(endpoint, NEVER),
        ].map((work) => work.catch((thrown: unknown) => thrown)),
      );
      clearInterval(ticking);
      for (const thing of [
        ...outcomes,
        notes,
        sessions,
        tokens,
        http,
        context.book.lastLogin('ns/auth'),
      ])
        assert.deepEqual(leaksIn(printed(thing)), []);
    });
  }
});
