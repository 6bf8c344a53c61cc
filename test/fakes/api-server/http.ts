/** Bytes in, bytes out: bodies with a size limit, drafts from JSON or YAML, replies as JSON or text. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { parse } from 'yaml';
import { type Draft, type Fields, fieldsOf, isFields, textOf } from './objects.ts';
import { badRequest, StatusError, unsupportedMediaType } from './status.ts';

const LIMIT = 3 * 1024 * 1024;

export interface Reply {
  readonly code: number;
  /** A string goes out as text/plain, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= LIMIT) chunks.push(bytes);
  }
  if (size > LIMIT)
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: limit is ${LIMIT}`,
      {},
    );
  return Buffer.concat(chunks).toString('utf8');
}

export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
}

const READABLE = ['application/json', 'application/yaml'];

export function parseBody(text: string, type: string): unknown {
  if (!READABLE.includes(type)) throw unsupportedMediaType(READABLE);
  return type === 'application/json' ? parseJson(text) : parseYaml(text);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${message(error)}`);
  }
}

export function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw badRequest(`error decoding YAML: ${message(error)}`);
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The frame checked: kind and apiVersion as expected, metadata and its maps of the right types. */
export function draftOf(value: unknown, apiVersion: string, kind: string): Draft {
  if (!isFields(value)) throw badRequest('the object provided is unrecognized (must be an object)');
  const given = { apiVersion, kind, ...value };
  if (given.apiVersion !== apiVersion)
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  if (given.kind !== kind)
    throw badRequest(
      `the kind in the data (${given.kind}) does not match the expected kind (${kind})`,
    );
  for (const [path, holder] of mapsOf(value)) assertTexts(kind, path, holder);
  return { ...given, metadata: fieldsOf(value['metadata']) };
}

/** Custom resources must name their kind; built-in ones are known by the place they are sent to. */
export function assertTyped(value: unknown, kind: string): void {
  if (textOf(fieldsOf(value)['kind']) !== '' && textOf(fieldsOf(value)['apiVersion']) !== '')
    return;
  const why = `the object provided is unrecognized (must be of type ${kind}): Object 'Kind' is missing`;
  throw badRequest(why);
}

function mapsOf(value: Fields): [string, unknown][] {
  const { labels, annotations } = fieldsOf(value['metadata']);
  return [
    ['metadata.labels', labels],
    ['metadata.annotations', annotations],
  ];
}

function assertTexts(kind: string, path: string, holder: unknown): void {
  const bad = holder !== undefined && holder !== null && !isFields(holder);
  const values = Object.values(fieldsOf(holder));
  if (bad || values.some((value) => value !== null && typeof value !== 'string'))
    throw badRequest(`${kind} cannot be handled: ${path} must be a map of strings`);
}

export function send(response: ServerResponse, { code, body, headers = {} }: Reply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  const bytes = Buffer.from(text);
  response.writeHead(code, { 'Content-Type': type, 'Content-Length': bytes.length, ...headers });
  response.end(bytes);
}

/** As when the process or the network dies: a reset, or over TLS an end without goodbye. */
export function cut(socket: Socket | null): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}
