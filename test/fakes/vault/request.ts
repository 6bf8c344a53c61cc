/** An HTTP request as Vault reads it: which operation on which path, by whom. */
import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

import { Refusal } from './envelope.ts';
import { type Fields, isFields, parseExact } from './json.ts';

export type RequestOperation = 'read' | 'list' | 'update' | 'delete';

export interface RequestHead {
  readonly method: string;
  /** After /v1/, decoded. */
  readonly path: string;
  readonly operation: RequestOperation | undefined;
  readonly query: URLSearchParams;
  /** Empty when none is sent. */
  readonly token: string;
  /** Without slashes at its ends; empty for the root. */
  readonly namespace: string;
  readonly userAgent: string;
  /** The certificate that the client showed. */
  readonly peer?: X509Certificate | undefined;
}

export interface VaultRequest extends RequestHead {
  readonly operation: RequestOperation;
  readonly body: Fields;
}

/** Node's parser does not know LIST, so lists are asked for as Vault also takes them: GET with list=true. */
const OPERATIONS: Readonly<Record<string, RequestOperation>> = {
  GET: 'read',
  PUT: 'update',
  POST: 'update',
  DELETE: 'delete',
};

export function headOf(message: IncomingMessage): RequestHead {
  const { socket } = message;
  const url = new URL(message.url ?? '/', 'http://vault');
  const method = message.method ?? 'GET';
  const listed = method === 'GET' && url.searchParams.get('list') === 'true';
  const header = (name: string): string => String(message.headers[name] ?? '');
  const bearer = header('authorization').replace(/^Bearer /, '');
  return {
    method,
    path: decodeURIComponent(url.pathname.replace(/^\/v1\//, '')),
    operation: listed ? 'list' : OPERATIONS[method],
    query: url.searchParams,
    token: header('x-vault-token') || bearer,
    namespace: header('x-vault-namespace').replace(/^\/+|\/+$/g, ''),
    userAgent: header('user-agent'),
    peer: socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined,
  };
}

export function requestOf(head: RequestHead, text: string): VaultRequest {
  const { operation } = head;
  if (!operation) throw new Refusal(405, []);
  const path = operation === 'list' ? `${head.path.replace(/\/$/, '')}/` : head.path;
  return { ...head, path, operation, body: operation === 'update' ? bodyOf(text) : {} };
}

function bodyOf(text: string): Fields {
  if (text.trim() === '') return {};
  try {
    const body = parseExact(text);
    if (isFields(body)) return body;
  } catch {
    // Refused below, like everything that is no object.
  }
  throw new Refusal(400, ['error parsing JSON: failed to parse JSON input']);
}
