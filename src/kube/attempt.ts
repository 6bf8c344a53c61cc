/**
 * One HTTP request to the API server over undici. Promises either a good answer whose body is still to be read, or
 * a KubernetesError; a body is read up to a cap. Knows nothing of retries.
 */
import type { Dispatcher } from 'undici';
import type { CallSubject } from './api-call.ts';
import { apiStatus, noAnswer, statusError, tooLarge } from './faults.ts';

export interface Attempt {
  readonly subject: CallSubject;
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly body: Dispatcher.ResponseData['body'];
}

/** A metav1.Status is small; what is longer is no Status. */
const STATUS_BYTES = 256 * 1024;

export async function attempt(request: Attempt): Promise<Answer> {
  const response = await dispatch(request);
  const { statusCode: status, body, headers } = response;
  if (status >= 200 && status < 300) return { status, body };
  const text = await readBody(request.subject, { status, body }, STATUS_BYTES).catch(() => '');
  const retryAfter = headers['retry-after'];
  throw statusError(
    request.subject,
    apiStatus(status, parsed(text), Array.isArray(retryAfter) ? retryAfter[0] : retryAfter),
  );
}

/** The whole body as text; throws when it is cut short or longer than `maxBytes`. */
export async function readBody(
  subject: CallSubject,
  answer: Answer,
  maxBytes: number,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let size = 0;
  // Listeners, because an asynchronous iterator costs as much as the rest of a small call.
  answer.body.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) return chunks.push(chunk);
    reject(tooLarge(subject, maxBytes));
    // The socket goes with it.
    return answer.body.destroy();
  });
  answer.body.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  answer.body.on('error', (cause) => reject(noAnswer(subject, 'the answer was cut short', cause)));
  return promise;
}

export function readJson(subject: CallSubject, text: string): unknown {
  const json = parsed(text);
  if (json === undefined)
    throw noAnswer(subject, 'the answer is no JSON; a proxy may have given it');
  return json;
}

async function dispatch(request: Attempt): Promise<Dispatcher.ResponseData> {
  const { subject, dispatcher, origin, path, method, headers, body, signal } = request;
  try {
    return await dispatcher.request({
      origin,
      path,
      method,
      headers: { ...headers },
      body: body ?? null,
      signal,
    });
  } catch (cause) {
    throw noAnswer(subject, stopOf(signal) ?? 'no connection, or it broke', cause);
  }
}

/** Why work under this signal ended; undefined when the signal had no part in it. */
export function stopOf(signal: AbortSignal): string | undefined {
  if (!signal.aborted) return undefined;
  const timeout = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return timeout ? 'the deadline passed' : 'stopped';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
