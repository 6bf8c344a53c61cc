/**
 * JSON over HTTPS with one server of the stack, as one caller. For setting up and looking at the
 * stack from outside; the operator's own clients are not used, so that they can be judged.
 */
import { Agent, request } from 'undici';

const TIMEOUT_MS = 30_000;

export interface Answer<T = unknown> {
  readonly status: number;
  /** Parsed; null when empty, the text when it is not JSON. */
  readonly body: T;
}

export interface Sending {
  readonly body?: unknown;
  /** application/json unless given. */
  readonly contentType?: string;
}

export class HttpsClient {
  readonly #origin: string;
  readonly #agent: Agent;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(origin: string, agent: Agent, headers: Readonly<Record<string, string>>) {
    this.#origin = origin;
    this.#agent = agent;
    this.#headers = headers;
  }

  /** The same server over the same connections, with other headers beside or instead. */
  with(headers: Readonly<Record<string, string>>): HttpsClient {
    return new HttpsClient(this.#origin, this.#agent, { ...this.#headers, ...headers });
  }

  /** Any status is an answer. Rejects only when there is none. */
  async send<T = unknown>(method: string, path: string, sending: Sending = {}): Promise<Answer<T>> {
    const {
      statusCode,
      headers: responseHeaders,
      body,
    } = await request(this.#origin + path, {
      dispatcher: this.#agent,
      method,
      headers: { ...this.#headers, 'content-type': sending.contentType ?? 'application/json' },
      body: asText(sending.body),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    const parsed: T = JSON.parse(asJson(await body.text(), responseHeaders['content-type']));
    return { status: statusCode, body: parsed };
  }

  /** The body. Rejects for a status from 400 on, with the server's words. */
  async request<T = unknown>(method: string, path: string, sending?: Sending): Promise<T> {
    const { status, body } = await this.send<T>(method, path, sending);
    if (status < 400) return body;
    throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`);
  }
}

export function trusting(caPem: string): Agent {
  return new Agent({ connect: { ca: caPem } });
}

function asText(body: unknown): string | null {
  if (body === undefined) return null;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function asJson(text: string, contentType: unknown): string {
  const isJson = String(contentType).startsWith('application/json');
  return isJson && text !== '' ? text : JSON.stringify(text || null);
}
