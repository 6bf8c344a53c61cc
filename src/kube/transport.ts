/**
 * The way to the API server. Promises pooled connections, a total deadline on the injected clock, a size cap,
 * bounded resending, one re-read of credentials when they are refused, and that a failed call is always a KubernetesError.
 * client-node's API classes run over it through `typed`; our own resources and watches through `raw` and `stream`.
 */
import {
  type ApiConstructor,
  type ApiType,
  createConfiguration,
  type RequestContext,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from '@kubernetes/client-node';
import type { Clock } from '../runtime/clock.ts';
import { deadline, sleep } from '../runtime/clock.ts';
import {
  type ApiCall,
  type CallSubject,
  methodOf,
  pathOf,
  subjectOf,
  subjectOfPath,
} from './api-call.ts';
import { type Answer, attempt, readBody, readJson, stopOf } from './attempt.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { Connections, type Lane, type Line } from './connections.ts';
import { isCredentialProblem, KubernetesError, noAnswer } from './faults.ts';
import { follow } from './follow.ts';
import { resendAfter } from './resend.ts';

/** One attempt of a call, as metrics and the recorder of grants see it. */
export interface CallReport extends CallSubject {
  /** HTTP status; 0 when there was no answer. */
  readonly code: number;
  /** Until the headers of the answer. */
  readonly durationMs: number;
}

export interface TransportOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  /** `vault-lease-operator/<version> (<replica>)`: audit logs say who acted. */
  readonly userAgent: string;
  readonly onRequest?: (report: CallReport) => void;
}

export interface CallOptions {
  /** For the whole call, all attempts included. */
  readonly deadlineMs?: number;
  readonly maxBytes?: number;
  readonly lane?: Lane;
  /** The call may be sent twice although its verb says no (TokenRequest). */
  readonly repeatable?: boolean;
  /** Only the metadata is asked for: what else there is never leaves the API server. */
  readonly metadataOnly?: boolean;
}

export interface ApiAnswer {
  readonly status: number;
  readonly json: unknown;
}

export type PatchType = 'application/merge-patch+json' | 'application/json-patch+json';

const DEADLINE_MS = 30_000;
/** etcd holds at most 1.5 MiB per object; JSON adds to it. */
const OBJECT_BYTES = 8 * 1024 * 1024;

/** A call on its way: what an attempt needs, and what deciding about another one needs. */
interface Journey {
  readonly subject: CallSubject;
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: string | undefined;
  readonly options: CallOptions;
}

export class Transport {
  readonly #options: TransportOptions;
  readonly #connections: Connections;
  readonly #origin: string;
  readonly #prefix: string;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#connections = new Connections(options.access, options.clock);
    const { origin, pathname } = new URL(options.access.server);
    this.#origin = origin;
    this.#prefix = pathname.replace(/\/$/, '');
  }

  /** One call with JSON in and out. A patch is a merge patch unless said otherwise. */
  async raw(
    call: ApiCall,
    signal: AbortSignal,
    options: CallOptions & { readonly patchType?: PatchType } = {},
  ): Promise<ApiAnswer> {
    const contentType = contentTypeOf(call, options.patchType);
    const journey = this.#journey(call, contentType, options);
    const { status, text } = await this.#send(journey, signal);
    return { status, json: readJson(journey.subject, text) };
  }

  /** An endless answer (a watch). The deadline covers the headers; the signal ends it at any time. */
  async *stream(call: ApiCall, signal: AbortSignal): AsyncGenerator<Buffer> {
    const journey = this.#journey(call, undefined, { lane: 'own' });
    const stop = new AbortController();
    using _ = follow(signal, stop);
    const body = await this.#open(journey, stop);
    try {
      yield* body as AsyncIterable<Buffer>;
    } catch (cause) {
      throw noAnswer(journey.subject, stopOf(signal) ?? 'the stream broke', cause);
    }
  }

  /** A client-node API class that speaks through this transport, for calls under one signal. */
  typed<Api extends ApiType>(
    api: ApiConstructor<Api>,
    signal: AbortSignal,
    options: CallOptions = {},
  ): Api {
    const send = (request: RequestContext): Promise<ResponseContext> =>
      this.#sendTyped(request, signal, options);
    return new api(
      createConfiguration({
        baseServer: new ServerConfiguration(this.#options.access.server, {}),
        httpApi: wrapHttpLibrary({ send }),
      }),
    );
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #sendTyped(
    request: RequestContext,
    signal: AbortSignal,
    options: CallOptions,
  ): Promise<ResponseContext> {
    const path = request.getUrl().slice(this.#origin.length + this.#prefix.length);
    const body = request.getBody();
    const { status, text } = await this.#send(
      {
        subject: subjectOfPath(request.getHttpMethod(), path),
        method: request.getHttpMethod(),
        path,
        contentType: request.getHeaders()['Content-Type'],
        body: typeof body === 'string' ? body : undefined,
        options,
      },
      signal,
    );
    return new ResponseContext(status, { 'content-type': 'application/json' }, textBody(text));
  }

  #journey(call: ApiCall, contentType: string | undefined, options: CallOptions): Journey {
    return {
      subject: subjectOf(call),
      method: methodOf(call.verb),
      path: pathOf(call),
      contentType,
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      options,
    };
  }

  async #send(journey: Journey, signal: AbortSignal): Promise<{ status: number; text: string }> {
    using limit = deadline(this.#options.clock, journey.options.deadlineMs ?? DEADLINE_MS, signal);
    return await this.#persist(journey, limit.signal, async () => {
      const answer = await this.#attempt(journey, limit.signal);
      const text = await readBody(
        journey.subject,
        answer,
        journey.options.maxBytes ?? OBJECT_BYTES,
      );
      return { status: answer.status, text };
    });
  }

  async #open(journey: Journey, stop: AbortController): Promise<Answer['body']> {
    const { clock } = this.#options;
    using _ = clock.at(clock.now() + DEADLINE_MS, () =>
      stop.abort(new DOMException('deadline passed', 'TimeoutError')),
    );
    const answer = await this.#persist(journey, stop.signal, () =>
      this.#attempt(journey, stop.signal),
    );
    return answer.body;
  }

  /** Sends until it succeeds or must not be sent again. */
  async #persist<T>(journey: Journey, signal: AbortSignal, once: () => Promise<T>): Promise<T> {
    for (let count = 1; ; count += 1) {
      try {
        return await once();
      } catch (thrown) {
        if (!(thrown instanceof KubernetesError)) throw thrown;
        const { subject, options } = journey;
        const wait = resendAfter(thrown, subject.verb, options.repeatable === true, count);
        if (wait === undefined || signal.aborted) throw thrown;
        // Stopped while waiting: the last failure says more than the stop.
        await sleep(this.#options.clock, wait, signal).catch(() => {
          throw thrown;
        });
      }
    }
  }

  async #attempt(journey: Journey, signal: AbortSignal): Promise<Answer> {
    const first = await this.#line(journey);
    try {
      return await this.#measured(journey, first, signal);
    } catch (thrown) {
      if (!isCredentialProblem(thrown)) throw thrown;
      await this.#connections.renew(first.credentials);
      return this.#measured(journey, await this.#line(journey), signal);
    }
  }

  async #line(journey: Journey): Promise<Line> {
    try {
      return await this.#connections.line(journey.options.lane ?? 'shared');
    } catch (cause) {
      throw noAnswer(journey.subject, 'the credentials for it cannot be read', cause);
    }
  }

  async #measured(journey: Journey, line: Line, signal: AbortSignal): Promise<Answer> {
    const { clock, onRequest, userAgent } = this.#options;
    const startedAt = clock.now();
    let code = 0;
    try {
      const answer = await attempt({
        subject: journey.subject,
        dispatcher: line.dispatcher,
        origin: this.#origin,
        path: this.#prefix + journey.path,
        method: journey.method,
        headers: {
          accept: acceptOf(journey),
          'user-agent': userAgent,
          ...(journey.contentType === undefined ? {} : { 'content-type': journey.contentType }),
          ...line.credentials.headers.open(),
        },
        body: journey.body,
        signal,
      });
      code = answer.status;
      return answer;
    } catch (thrown) {
      if (thrown instanceof KubernetesError) code = thrown.status;
      throw thrown;
    } finally {
      onRequest?.({ ...journey.subject, code, durationMs: clock.now() - startedAt });
    }
  }
}

function acceptOf({ subject, options }: Journey): string {
  if (!options.metadataOnly) return 'application/json';
  const as = subject.verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return `application/json;as=${as};g=meta.k8s.io;v=v1`;
}

function contentTypeOf(call: ApiCall, patchType?: PatchType): string | undefined {
  if (call.body === undefined) return undefined;
  return call.verb === 'patch' ? (patchType ?? 'application/merge-patch+json') : 'application/json';
}

function textBody(text: string): ResponseContext['body'] {
  return {
    text: () => Promise.resolve(text),
    binary: () => Promise.resolve(Buffer.from(text)),
    stream: () => null,
  };
}
