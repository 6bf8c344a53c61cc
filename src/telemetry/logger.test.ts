import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import axios from 'axios';
import { FaultError } from '../runtime/fault.ts';
import type { LogKeys } from '../runtime/observer.ts';
import { seal } from '../runtime/sealed.ts';
import { createLogger, type LogOptions, logLevelOf } from './logger.ts';
import { Metrics } from './metrics.ts';
import { TelemetryObserver } from './observer.ts';

const CANARY = 'canary-hunter2-4711';
/** Shaped as Vault's tokens are, and as a service account's. */
const TOKEN = `hvs.CAESI${'Zx3'.repeat(20)}`;
const JWT = `eyJhbGciOiJSUzI1NiJ9.${'eyJzdWIi'.repeat(4)}.${'c2lnbmF0dXJl'.repeat(4)}`;

interface Rig {
  readonly lines: string[];
  readonly observer: TelemetryObserver;
}

function rig(options: Partial<LogOptions> = {}): Rig {
  const lines: string[] = [];
  const sink = { write: (line: string): void => void lines.push(line) };
  const logger = createLogger({ level: 'debug', encoding: 'json', ...options }, sink);
  const metrics = new Metrics({ kinds: [], build: {}, withProcess: false });
  return { lines, observer: new TelemetryObserver(logger, metrics) };
}

/** The secret itself and the forms in which it might hide. */
function assertClean(text: string): void {
  for (const secret of [CANARY, TOKEN, JWT]) {
    const bytes = Buffer.from(secret);
    for (const form of [secret, bytes.toString('base64'), bytes.toString('hex')]) {
      assert.ok(!text.includes(form), text);
    }
  }
}

async function thrownBy(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (thrown) {
    return thrown;
  }
  return assert.fail('nothing was thrown');
}

describe('a log line', () => {
  it('has the frame of VSO: level, ts, msg, and the keys', () => {
    const { lines, observer } = rig();
    observer.with({ namespace: 'a' }).log('info', 'reconciled', { nextAt: 5 });
    assert.match(lines[0] ?? '', /^\{"level":"info","ts":"\d{4}-\d\d-\d\dT[\d:.]+Z","namespace"/);
    const { level, ts, ...rest } = JSON.parse(lines[0] ?? '');
    assert.deepEqual(rest, { namespace: 'a', nextAt: 5, msg: 'reconciled' });
    assert.ok(level && ts);
  });

  it('is written only from its level on', () => {
    const { lines, observer } = rig({ level: 'warn' });
    observer.log('info', 'quiet');
    observer.log('warn', 'loud');
    assert.equal(lines.length, 1);
  });

  it('stays one line, whatever a tenant calls his things', () => {
    const { lines, observer } = rig();
    observer.log('info', 'seen', { name: 'a\n{"level":"error"}\u001b[31m' });
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.indexOf('\n'), lines[0]!.length - 1);
    assert.ok(!lines[0]?.includes('\u001b'));
  });

  it('does not grow with the texts of tenants', () => {
    const { lines, observer } = rig();
    observer.log('info', 'seen', { message: 'x'.repeat(1_000_000) });
    assert.ok(lines[0]!.length < 3_000);
  });

  it('is readable on a console, with control characters escaped', () => {
    const { lines, observer } = rig({ encoding: 'console' });
    observer.log('error', 'it failed', { name: 'a\tb\u001b[31m' }, new Error(CANARY));
    const [ts, level, sentence, keys] = lines[0]!.trimEnd().split('\t');
    assert.match(ts ?? '', /^\d{4}-/);
    assert.deepEqual([level, sentence], ['ERROR', 'it failed']);
    assert.equal(JSON.parse(keys ?? '').name, 'a\tb\u001b[31m');
    assert.ok(!lines[0]?.includes('\u001b'));
    assertClean(lines[0] ?? '');
  });
});

describe('a thrown thing in the log', () => {
  it('shows the reason and text of a fault, and the names of its causes', () => {
    const { lines, observer } = rig();
    const cause = Object.assign(new Error(CANARY), { code: 'ECONNREFUSED' });
    const fault = { kind: 'transient', reason: 'VaultUnreachable', message: 'no answer' } as const;
    observer.log('warn', 'it failed', {}, new FaultError(fault, { cause }));
    const { error } = JSON.parse(lines[0] ?? '');
    assert.equal(error.message, 'VaultUnreachable: no answer');
    assert.equal(error.cause.name, 'Error');
    assert.equal(error.cause.code, 'ECONNREFUSED');
    assert.match(error.stack[0], /^ {4}at .*logger\.test\.ts:\d+:\d+/);
    assertClean(lines[0] ?? '');
  });

  it('shows where an error without a text was thrown', () => {
    const { lines, observer } = rig();
    observer.log('error', 'it failed', {}, new TypeError());
    const { error } = JSON.parse(lines[0] ?? '');
    assert.equal(error.name, 'TypeError');
    assert.match(error.stack[0], /logger\.test\.ts/);
  });

  it('ends a ring of causes', () => {
    const { lines, observer } = rig();
    const one = new Error('one');
    one.cause = one;
    observer.log('error', 'it failed', {}, one);
    assert.equal(lines.length, 1);
  });
});

class VaultError extends Error {
  readonly token = TOKEN;
  readonly response = { headers: { 'X-Vault-Token': TOKEN }, body: { data: { password: CANARY } } };
}

describe('no secret is printed', () => {
  const server = createServer((_request, response) => {
    response.writeHead(500, { 'x-vault-token': TOKEN });
    response.end(JSON.stringify({ data: { password: CANARY } }));
  });
  let address = '';

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    address = `http://127.0.0.1:${port}/v1/database/creds/${CANARY}?token=${TOKEN}`;
  });
  after(() => server.close());

  const inMessage = new Error(`login with ${TOKEN} failed: ${CANARY}\n    at ${CANARY}:1:1`);
  const renamed = new Error(`${CANARY}\n    at ${CANARY}:1:1`);
  assert.ok(renamed.stack?.includes(CANARY), 'V8 writes the stack when it is first read');
  renamed.message = 'harmless';
  const errors: Readonly<Record<string, () => unknown>> = {
    'an error whose text holds it': () => inMessage,
    'an error whose text looks like a stack': () => new Error(`    at ${CANARY} (a.js:1:1)`),
    'an error whose text was changed later': () => renamed,
    'an error that carries it in fields': () => new VaultError('failed'),
    'an error with a secret for a code': () => Object.assign(new Error('x'), { code: CANARY }),
    'an error with a secret for a name': () => Object.assign(new Error('x'), { name: CANARY }),
    'an error without a stack': () => Object.assign(new Error(CANARY), { stack: undefined }),
    'a cause that holds it': () => new Error('outer', { cause: inMessage }),
    'a cause that is no error': () => new Error('outer', { cause: { data: CANARY } }),
    'several errors in one': () => new AggregateError([inMessage], CANARY),
    'a thrown text': () => CANARY,
    'a thrown object': () => ({ token: TOKEN, message: CANARY }),
    'a thrown sealed value': () => seal(CANARY),
    'a JSON parser that quotes the body': () => thrownBy(() => JSON.parse(`${CANARY} is no JSON`)),
    'a URL parser that quotes the URL': () => thrownBy(() => new URL(`http//${CANARY}`)),
    'a header that Node refuses': () =>
      thrownBy(() => new Headers({ 'X-Vault-Token': `${TOKEN}\nx` })),
    'an HTTP client with token, address and body': () =>
      thrownBy(() =>
        axios.post(
          address,
          { jwt: JWT, password: CANARY },
          { headers: { 'X-Vault-Token': TOKEN } },
        ),
      ),
    'an HTTP client that reached nobody': () =>
      thrownBy(() =>
        axios.get(`http://127.0.0.1:1/${CANARY}`, { headers: { 'X-Vault-Token': TOKEN } }),
      ),
    'an aborted signal': () => thrownBy(() => AbortSignal.abort(inMessage).throwIfAborted()),
  };

  for (const encoding of ['json', 'console'] as const) {
    for (const [sentence, make] of Object.entries(errors)) {
      it(`by ${sentence}, logged as ${encoding}`, async () => {
        const { lines, observer } = rig({ encoding });
        observer.log('error', 'it failed', {}, await make());
        assert.equal(lines.length, 1);
        assertClean(lines[0] ?? '');
      });
    }
  }

  const keys: Readonly<Record<string, LogKeys>> = {
    'a key named token': { token: CANARY },
    'a key named password': { password: CANARY },
    'a header': { 'X-Vault-Token': CANARY },
    'a service token under an innocent name': { message: `token ${TOKEN} was refused` },
    'a service account token under an innocent name': { message: `login with ${JWT}` },
    'a list': { items: ['a', TOKEN] },
  };
  for (const [sentence, one] of Object.entries(keys)) {
    it(`by ${sentence}`, () => {
      const { lines, observer } = rig();
      observer.with(one).log('info', 'seen', one);
      assertClean(lines[0] ?? '');
      assert.match(lines[0] ?? '', /\[redacted\]/);
    });
  }

  it('by an object that slipped past the types', () => {
    const { lines, observer } = rig();
    const slipped = { sealed: seal(CANARY), reply: { data: CANARY, headers: { token: TOKEN } } };
    observer.log('info', 'seen', slipped as never);
    assertClean(lines[0] ?? '');
    assert.match(lines[0] ?? '', /\[sealed\]/);
  });

  it('and the check for it can fail', () => {
    const { lines, observer } = rig();
    observer.log('info', 'seen', { innocent: CANARY });
    assert.throws(() => assertClean(lines[0] ?? ''));
  });
});

describe('the words of a log level', () => {
  for (const [text, level] of [
    ['debug', 'debug'],
    ['info', 'info'],
    ['warn', 'warn'],
    ['error', 'error'],
    ['panic', 'error'],
    ['1', 'debug'],
    ['10', 'debug'],
    ['0', undefined],
    ['loud', undefined],
  ] as const) {
    it(`${text} is ${level}`, () => assert.equal(logLevelOf(text), level));
  }
});
