/**
 * Lists: selectors, pages with a continue token that stays at one version, and the meaning of resourceVersion
 * (unset: newest, N: at least N, Exact: as it was at N).
 */
import { type Fields, fieldsOf, numberOf, type Thing, textOf } from './objects.ts';
import type { Selects } from './selectors.ts';
import { badRequest, expired, invalid, tooLargeVersion } from './status.ts';
import { keyOf, type Store } from './store.ts';

export interface ListWish {
  /** Custom resources tell the end of a list by an empty token. */
  readonly custom: boolean;
  readonly table: string;
  readonly namespace: string | undefined;
  readonly selects: Selects;
  readonly selective: boolean;
  readonly query: URLSearchParams;
  /** A planted fault: answer as of this version. */
  readonly stale: number | undefined;
}

export interface Page {
  readonly things: readonly Thing[];
  readonly metadata: Fields;
}

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

export function listPage(store: Store, wish: ListWish): Page {
  const token = wish.query.get('continue') ?? '';
  const { version, after } = token === '' ? start(store, wish) : resumed(token);
  const snapshot = store.listAt(version, wish.table, wish.namespace);
  if (snapshot === undefined) throw expired(token === '' ? tooOld(version, store.oldest) : TOO_OLD);
  const rest = snapshot.filter((thing) => wish.selects(thing) && keyOfThing(thing) > after);
  return cut(rest, version, wish);
}

export function tooOld(version: number, oldest: number): string {
  return `too old resource version: ${version} (${oldest})`;
}

function start(store: Store, { query, stale }: ListWish): { version: number; after: string } {
  const asked = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  assertMatch(asked, match);
  const version = versionOf(asked);
  if (version > store.version) throw tooLargeVersion(version, store.version);
  if (match === 'Exact') return { version, after: '' };
  return { version: stale ?? store.version, after: '' };
}

function assertMatch(asked: string, match: string): void {
  const wrong =
    match !== '' &&
    asked === '' &&
    'resourceVersionMatch is forbidden unless resourceVersion is provided';
  const zero =
    match === 'Exact' &&
    asked === '0' &&
    'resourceVersionMatch "exact" is forbidden for resourceVersion "0"';
  const why = wrong || zero;
  if (!why) return;
  const field = 'resourceVersionMatch';
  const cause = { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
  throw invalid('meta.k8s.io', 'ListOptions', '', [cause]);
}

export function versionOf(text: string): number {
  if (!/^\d*$/.test(text))
    throw badRequest(
      `Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  return Number(text);
}

function cut(rest: readonly Thing[], version: number, wish: ListWish): Page {
  const limit = Number(wish.query.get('limit') ?? 0);
  const things = limit > 0 ? rest.slice(0, limit) : rest;
  const last = things.at(-1);
  const left = rest.length - things.length;
  const metadata = { resourceVersion: String(version), ...(wish.custom && { continue: '' }) };
  if (left === 0 || last === undefined) return { things, metadata };
  const token = Buffer.from(JSON.stringify({ version, after: keyOfThing(last) })).toString(
    'base64url',
  );
  const remaining = wish.selective ? {} : { remainingItemCount: left };
  return { things, metadata: { ...metadata, continue: token, ...remaining } };
}

function resumed(token: string): { version: number; after: string } {
  try {
    const read = fieldsOf(JSON.parse(Buffer.from(token, 'base64url').toString()));
    return { version: numberOf(read['version'], 0), after: textOf(read['after']) };
  } catch (error) {
    throw badRequest(`continue key is not valid: ${error instanceof Error ? error.message : ''}`);
  }
}

function keyOfThing({ metadata }: Thing): string {
  return keyOf(metadata.namespace, metadata.name);
}
