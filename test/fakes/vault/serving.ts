/** One HTTP exchange: the request on record, faults in its way, the work, and the answer as bytes. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '../../../src/runtime/clock.ts';
import type { Core } from './core.ts';
import { enveloped, Refusal } from './envelope.ts';
import { type Effect, Faults } from './faults.ts';
import { printed } from './json.ts';
import { Recorder } from './record.ts';
import { headOf, type RequestHead, requestOf } from './request.ts';

/** What goes out: a status, headers and a text; or, for `cut`, nothing. */
type Reply =
  | { status: number; body: string; headers?: Readonly<Record<string, string>> }
  | 'cut'
  | 'endless';

export class Serving {
  readonly faults = new Faults();
  readonly recorder = new Recorder();
  readonly #core: Core;
  readonly #clock: Clock;
  #held = 0;

  constructor(core: Core, clock: Clock) {
    this.#core = core;
    this.#clock = clock;
  }

  get held(): number {
    return this.#held;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const head = headOf(request);
    const accessor = this.#core.tokens.find(head.token)?.accessor || undefined;
    const entry = this.recorder.begin(head, this.#clock.now(), accessor);
    const text = await textOfBody(request);
    const reply = await this.#replyTo(head, text, entry);
    if (reply === 'cut') return void response.destroy();
    entry.code = reply === 'endless' ? 200 : reply.status;
    if (reply === 'endless') return sendForever(response);
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body);
  }

  async #replyTo(head: RequestHead, text: string, entry: Entry): Promise<Reply> {
    const effect = this.faults.for(entry);
    if (effect?.kind === 'hold' && !effect.done) await this.#wait(effect.released);
    const instead = insteadOf(effect);
    if (instead) return instead;
    const reply = await this.#work(head, text, entry);
    if (effect?.kind === 'hold' && effect.done) await this.#wait(effect.released);
    return effect?.kind === 'withhold' ? 'cut' : reply;
  }

  async #wait(released: Promise<void>): Promise<void> {
    this.#held += 1;
    await released;
    this.#held -= 1;
  }

  async #work(head: RequestHead, text: string, entry: Entry): Promise<Reply> {
    try {
      const { mountType, issued, ...answer } = await this.#core.answer(requestOf(head, text));
      entry.leaseId = issued;
      const { status = 200 } = answer;
      if ('bare' in answer)
        return { status, body: answer.bare === undefined ? '' : printed(answer.bare) };
      if (status === 204) return { status, body: '' };
      return { status, body: printed(enveloped(answer, this.#core.random.uuid(), mountType)) };
    } catch (error) {
      const { status, body } = error instanceof Refusal ? error : ownFailure(error);
      return { status, body: printed(body) };
    }
  }
}

type Entry = ReturnType<Recorder['begin']>;

/** A mistake in the fake itself is told to whoever asked, so that a test shows it. */
function ownFailure(error: unknown): Refusal {
  return new Refusal(500, [
    `the fake Vault failed: ${error instanceof Error ? error.stack : String(error)}`,
  ]);
}

function insteadOf(effect: Effect | undefined): Reply | undefined {
  if (effect?.kind === 'reset') return 'cut';
  if (effect?.kind === 'endless') return 'endless';
  if (effect?.kind !== 'answer') return undefined;
  const { status, body = '', headers = {} } = effect;
  return { status, body, headers };
}

async function textOfBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** As fast as the other side reads, until it has enough. */
function sendForever(response: ServerResponse): void {
  const piece = 'a'.repeat(64 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"data":{"key":"');
  response.on('drain', more);
  more();
}
