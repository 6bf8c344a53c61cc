/**
 * Tells a story to an API server and writes down the answers, with what differs from run to run (names of
 * namespaces, uids, versions, times, tokens) replaced by placeholders that keep equal things equal.
 */
import { Agent, errors, request } from 'undici';
import { SystemClock, sleep } from '../../../../src/runtime/clock.ts';
import { type Fields, fieldsOf, isFields, listOf } from '../objects.ts';
import type { Step, Story } from './story.ts';

export interface Target {
  readonly url: string;
  readonly adminToken: string;
  /** PEM. */
  readonly ca?: string;
  stop(): Promise<void>;
}

export interface Told {
  readonly ask: string;
  readonly as?: string;
  readonly code: number;
  readonly warning?: string;
  readonly answer: unknown;
}

interface Answer {
  readonly code: number;
  readonly warning: string | undefined;
  readonly body: unknown;
}

const PATIENCE = { everyMs: 100, times: 200 };
/** A stream that says nothing for so long has said it all. */
const SILENCE_MS = 3_000;
const clock = new SystemClock();
const ADMIN_NAMESPACES = '/api/v1/namespaces';

export class Teller {
  readonly #target: Target;
  readonly #agent: Agent;
  readonly #kept = new Map<string, string>();
  readonly #namespace: string;

  constructor(target: Target, namespace: string) {
    this.#target = target;
    this.#namespace = namespace;
    this.#agent = new Agent({ connect: target.ca === undefined ? {} : { ca: target.ca } });
    this.#kept.set('ns', namespace);
  }

  async tell(story: Story): Promise<Told[]> {
    await this.#furnish();
    const told: Told[] = [];
    for (const step of story.steps) {
      const answer = await this.#patiently(step);
      if (step.silent && answer.code < 400) continue;
      told.push(this.#note(step, answer));
    }
    await this.#ask({ ask: `DELETE ${ADMIN_NAMESPACES}/$ns` });
    await this.#agent.destroy();
    return told;
  }

  /** A namespace, and the guest in it. */
  async #furnish(): Promise<void> {
    await this.#ask({ ask: `POST ${ADMIN_NAMESPACES}`, send: { metadata: { name: '$ns' } } });
    const accounts = `${ADMIN_NAMESPACES}/$ns/serviceaccounts`;
    await this.#ask({ ask: `POST ${accounts}`, send: { metadata: { name: 'guest' } } });
    const token = await this.#ask({ ask: `POST ${accounts}/guest/token`, send: { spec: {} } });
    this.#keep({ ask: '', keep: { guest: 'status.token' } }, token.body);
  }

  async #patiently(step: Step): Promise<Answer> {
    for (let left = PATIENCE.times; ; left--) {
      const answer = await this.#ask(step);
      if (step.until === undefined || answer.code === step.until || left === 0) return answer;
      await sleep(clock, PATIENCE.everyMs);
    }
  }

  async #ask(step: Step): Promise<Answer> {
    const [method = '', path = ''] = step.ask.split(' ');
    const { statusCode, headers, body } = await request(this.#target.url + this.#filled(path), {
      dispatcher: this.#agent,
      method,
      bodyTimeout: SILENCE_MS,
      headers: {
        accept: step.accept ?? 'application/json',
        'content-type': step.type ?? 'application/json',
        ...this.#credentials(step),
      },
      ...(step.send !== undefined && { body: this.#filled(asText(step.send)) }),
    });
    const warning = headers['warning']?.toString();
    const parsed =
      step.events !== undefined && statusCode === 200
        ? await firstLines(body, step.events)
        : asJson(await body.text());
    this.#keep(step, parsed);
    return { code: statusCode, warning, body: parsed };
  }

  #credentials({ as = 'admin' }: Step): Readonly<Record<string, string>> {
    if (as === 'nobody') return {};
    const token = as === 'admin' ? this.#target.adminToken : this.#kept.get(as.replace('$', ''));
    return { authorization: `Bearer ${token}` };
  }

  #filled(text: string): string {
    return text.replaceAll(/\$([a-z]+)/g, (whole, name: string) => this.#kept.get(name) ?? whole);
  }

  #keep({ keep = {} }: Step, body: unknown): void {
    for (const [name, path] of Object.entries(keep)) this.#kept.set(name, String(pick(body, path)));
  }

  #note(step: Step, { code, warning, body }: Answer): Told {
    const chosen = step.look
      ? Object.fromEntries(step.look.map((path) => [path, pick(body, path)]))
      : body;
    const as = step.as === undefined ? {} : { as: step.as };
    const warned = warning === undefined ? {} : { warning };
    return { ask: step.ask, ...as, code, ...warned, answer: this.#settled(sortedCauses(chosen)) };
  }

  readonly #marks = new Map<string, string>();

  /** Placeholders for what is new in each run; managedFields are left out. */
  #settled(value: unknown, key = ''): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#settled(item, key));
    if (typeof value === 'string') return this.#marked(key, value);
    if (!isFields(value)) return value;
    const list = key === 'metadata' && value['name'] === undefined && 'resourceVersion' in value;
    // Sorted first, so that placeholders are numbered in an order that the server has no say in.
    const entries = Object.entries(value)
      .filter(([name]) => name !== 'managedFields')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [
        name,
        list && name === 'resourceVersion' ? '<version>' : this.#settled(inner, name),
      ]);
    return Object.fromEntries(entries);
  }

  #marked(key: string, value: string): string {
    if (key === 'resourceVersion') return this.#mark('version', value);
    if (key === 'token' || key === 'continue') return `<${key}>`;
    if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value))
      return value.includes('.') ? '<micro time>' : '<time>';
    const text = value.replaceAll(this.#namespace, '$ns');
    const uid = /(?!00000000-)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
    const versions =
      /(?<=resource version: |Version in (?:precondition|object meta): |current: )\d+|(?<=\()\d+(?=\))/g;
    return text
      .replaceAll(uid, (found) => this.#mark('uid', found))
      .replaceAll(versions, (found) => this.#mark('version', found));
  }

  #mark(kind: string, value: string): string {
    const known = [...this.#marks.values()].filter((mark) => mark.startsWith(`<${kind} `)).length;
    const mark = this.#marks.get(`${kind} ${value}`) ?? `<${kind} ${known + 1}>`;
    this.#marks.set(`${kind} ${value}`, mark);
    return mark;
  }
}

/** Go walks its maps in any order, and so several causes come in any order. */
function sortedCauses(body: unknown): unknown {
  const { details, ...rest } = fieldsOf(body);
  const causes = listOf(fieldsOf(details)['causes']).map((cause) => JSON.stringify(cause));
  if (causes.length < 2) return body;
  const sorted = causes.sort().map((cause): unknown => JSON.parse(cause));
  return { ...rest, message: '<all causes>', details: { ...fieldsOf(details), causes: sorted } };
}

function asText(send: unknown): string {
  return typeof send === 'string' ? send : JSON.stringify(send);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Fewer when the stream falls silent: that shows in what is written down. */
async function firstLines(body: AsyncIterable<unknown>, count: number): Promise<unknown[]> {
  const lines: unknown[] = [];
  try {
    await readLines(body, count, lines);
  } catch (error) {
    if (!(error instanceof errors.BodyTimeoutError)) throw error;
  }
  return lines.slice(0, count);
}

async function readLines(
  body: AsyncIterable<unknown>,
  count: number,
  lines: unknown[],
): Promise<void> {
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((part): unknown => JSON.parse(part)));
    if (lines.length >= count) return;
  }
}

/** `items.*.metadata.name`: every item's name. */
function pick(value: unknown, path: string): unknown {
  const [name = '', ...rest] = path === '' ? [] : path.split('.');
  if (name === '') return value;
  if (name === '*') return listOf(value).map((item) => pick(item, rest.join('.')));
  const inner = Array.isArray(value) ? listOf(value)[Number(name)] : childOf(value, name);
  return pick(inner, rest.join('.'));
}

function childOf(value: unknown, name: string): unknown {
  const fields: Fields = fieldsOf(value);
  return fields[name];
}
