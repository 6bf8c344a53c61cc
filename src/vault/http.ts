/**
 * The door to Vault: one call out, one reply in, whatever its status. Promises bounded time, size and work, a token
 * that never leaves for another host, and FaultErrors that hold nothing of request or answer. Knows no policy:
 * what a status means and what is tried again is decided by the callers.
 */
import { type AxiosResponse, create, isAxiosError } from 'axios';
import type { ClientCertificate } from '../api/vault-exchange.ts';
import { deadline } from '../runtime/clock.ts';
import { type FaultError, faultOf } from '../runtime/fault.ts';
import type { Sealed } from '../runtime/sealed.ts';
import { urlOf } from './address.ts';
import { addressFault, flawIn, refuseUnlisted } from './address-guard.ts';
import type { RequestNote, VaultCall, VaultReply } from './call.ts';
import type { ClientMaterial } from './client-certificates.ts';
import { callFault, heldBack, statusFault, wireFault } from './faults.ts';
import { headersOf } from './headers.ts';
import { isTimeout } from './interruption.ts';
import type { Line, LineContext } from './line.ts';
import { Lines } from './lines.ts';
import { FREE, type Pass } from './pause.ts';
import { redirectTarget } from './redirect.ts';
import { replyOf } from './reply.ts';
import { Sending } from './sending.ts';

const MOST_BYTES = 4 * 1024 * 1024;
/** A server that asks for patience without saying how long. */
const PATIENCE_MS = 1_000;

export interface VaultHttpOptions extends LineContext {
  readonly userAgent: string;
  /** Called once per request that left or failed to leave; must not throw. */
  readonly onRequest: (note: RequestNote) => void;
  /** For endpoints that name a client certificate. */
  readonly clientMaterial: (of: ClientCertificate, signal: AbortSignal) => Promise<ClientMaterial>;
}

/** A call made ready: everything that can be refused was refused before it. */
interface Ready {
  readonly call: VaultCall;
  readonly line: Line;
  readonly url: URL;
  readonly headers: Record<string, string>;
}

export class VaultHttp {
  readonly #options: VaultHttpOptions;
  readonly #lines: Lines;
  readonly #axios = create({
    adapter: 'http',
    proxy: false,
    maxRedirects: 0,
    decompress: false,
    responseType: 'arraybuffer',
    maxContentLength: MOST_BYTES,
    maxBodyLength: MOST_BYTES,
    transformRequest: (body: unknown) => body,
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
  });

  constructor(options: VaultHttpOptions) {
    this.#options = options;
    this.#lines = new Lines(options);
  }

  /** The reply, whatever its status. Throws a fault when there is none, or when the call cannot be made. */
  async call(call: VaultCall, signal: AbortSignal): Promise<VaultReply> {
    const ready = await this.#prepare(call, signal);
    using _inUse = ready.line.use();
    using _place = await this.#enter(ready, signal);
    using pass = this.#pass(ready);
    const reply = await this.#noted(ready, signal);
    if (this.#asksForPatience(ready, reply)) return reply;
    pass.answered();
    return reply;
  }

  /** Closes the idle connections; calls under way end by themselves. */
  close(): void {
    this.#lines.close();
  }

  async #prepare(call: VaultCall, signal: AbortSignal): Promise<Ready> {
    const { client } = call.endpoint;
    const material = client && (await this.#options.clientMaterial(client, signal));
    const line = this.#lines.to(call.endpoint, material);
    const { address } = line;
    const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query).toString()}`;
    const url = urlOf(address.origin, address, call.path, query);
    return { call, line, url, headers: headersOf(call, this.#options.userAgent) };
  }

  async #enter({ call, line }: Ready, signal: AbortSignal): Promise<Disposable> {
    try {
      return await line.gate.enter(call.urgent === true, signal);
    } catch {
      throw brokenOff(call, signal, false);
    }
  }

  /** A probe of health is answered by nodes that refuse everything else, and says nothing about a rate limit. */
  #pass({ call, line }: Ready): Pass {
    if (call.operation === 'health') return FREE;
    const pass = line.pause.pass(call.urgent === true);
    if ('answered' in pass) return pass;
    throw heldBack(call, pass);
  }

  async #noted(ready: Ready, signal: AbortSignal): Promise<VaultReply> {
    const { call, line } = ready;
    const askedAt = this.#options.clock.now();
    const note = (code: string): void =>
      this.#options.onRequest({
        operation: call.operation,
        route: call.route,
        connection: call.connection ?? line.address.host,
        code,
        seconds: (this.#options.clock.now() - askedAt) / 1_000,
      });
    try {
      const reply = await this.#exchange(ready, askedAt, signal);
      note(String(reply.status));
      return reply;
    } catch (thrown) {
      note(faultOf(thrown).reason);
      throw thrown;
    }
  }

  /** One request, and at most one more when a standby names the active node. */
  async #exchange(ready: Ready, askedAt: number, signal: AbortSignal): Promise<VaultReply> {
    const { call, line, url } = ready;
    using limit = deadline(this.#options.clock, call.endpoint.timeoutMs, signal);
    const first = await this.#send(ready, url, limit.signal);
    if (!isRedirect(first)) return replyOf(first, askedAt);
    const target = redirectTarget(first, url, line.address, call.endpoint);
    if (target === undefined) throw refusedRedirect(call);
    const second = await this.#send(ready, target, limit.signal);
    if (isRedirect(second)) throw refusedRedirect(call);
    return replyOf(second, askedAt);
  }

  async #send(ready: Ready, url: URL, signal: AbortSignal): Promise<AxiosResponse<Buffer>> {
    const { call, line, headers } = ready;
    refuseUnlisted(this.#options.addresses, url);
    const sending = new Sending(this.#options.clock);
    try {
      return await this.#axios.request<Buffer>({
        method: call.method,
        url: url.href,
        headers,
        signal,
        httpAgent: line.agent,
        httpsAgent: line.agent,
        transport: sending,
        ...(call.body === undefined ? {} : { data: textOf(call.body) }),
      });
    } catch (thrown) {
      // Never a cause: axios keeps headers, body and answer in its errors.
      throw faultOfSending(call, thrown, sending.sent, signal);
    }
  }

  #asksForPatience({ call, line }: Ready, reply: VaultReply): boolean {
    if (call.operation === 'health' || (reply.status !== 429 && reply.status !== 503)) return false;
    const ms = reply.retryAfterMs ?? (reply.known?.meaning === 'overloaded' ? PATIENCE_MS : 0);
    if (ms > 0) line.pause.begin(statusFault(call, reply).fault, ms);
    return true;
  }
}

function textOf(body: Sealed<object>): string {
  return JSON.stringify(body.open());
}

function isRedirect(answer: AxiosResponse): boolean {
  return answer.status >= 300 && answer.status < 400 && answer.status !== 304;
}

function refusedRedirect(call: VaultCall): FaultError {
  const what = 'the answer is a redirect that would take the token elsewhere, or one redirect more';
  return callFault(call, 'transient', 'VaultRedirectRefused', what, false);
}

function faultOfSending(
  call: VaultCall,
  thrown: unknown,
  sent: boolean,
  signal: AbortSignal,
): FaultError {
  if (signal.aborted) return brokenOff(call, signal, sent);
  const flaw = flawIn(thrown);
  if (flaw) return addressFault(flaw, 'denied');
  const { code, message } = isAxiosError(thrown) ? thrown : { code: undefined, message: '' };
  if (message.startsWith('maxContentLength')) {
    const what = `the answer is larger than ${MOST_BYTES} bytes`;
    return callFault(call, 'transient', 'VaultAnswerTooLarge', what, true);
  }
  return wireFault(call, code ?? '', sent);
}

function brokenOff(call: VaultCall, signal: AbortSignal, sent: boolean): FaultError {
  return isTimeout(signal)
    ? callFault(call, 'transient', 'VaultTimeout', 'no answer in time', sent)
    : callFault(call, 'transient', 'Interrupted', 'broken off', sent);
}
