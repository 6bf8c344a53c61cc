/**
 * How far one request got: without it nobody knows whether a lost reply may hide a credential. Given to axios as its
 * transport, because axios shows the request only once the answer has begun. Also limits how long connecting may take.
 */
import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '../runtime/clock.ts';

const CONNECT_MS = 5_000;

export class Sending {
  readonly #clock: Clock;
  #sent = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True once the connection stood (over TLS: its certificate was accepted), so that the request may have arrived. */
  get sent(): boolean {
    return this.#sent;
  }

  /** What axios calls instead of node:http. */
  request(options: RequestOptions, answered: (answer: IncomingMessage) => void): ClientRequest {
    const secure = options.protocol === 'https:';
    const request = (secure ? https : http).request(options, answered);
    request.once('socket', (socket) => this.#follow(request, socket, secure));
    return request;
  }

  #follow(request: ClientRequest, socket: Socket, secure: boolean): void {
    if (!socket.connecting) {
      this.#sent = true;
      return;
    }
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      this.#sent = true;
    });
    const alarm = this.#clock.at(this.#clock.now() + CONNECT_MS, () =>
      request.destroy(Object.assign(new Error('connecting took too long'), CONNECT_TIMEOUT)),
    );
    const disarm = (): void => alarm[Symbol.dispose]();
    socket.once('connect', disarm);
    socket.once('close', disarm);
  }
}

const CONNECT_TIMEOUT = { code: 'CONNECT_TIMEOUT' };
