/**
 * The first key-value engine: one value per path, numbers as they were written. Its answers carry a duration as a
 * hint and no lease, unless the mount has the option `leased_passthrough`: then a lease that is renewable only when
 * the value has a `ttl` of its own.
 */
import { type Call, type Engine, follow, type Outcome, type Result, type Route } from './call.ts';
import { durationOf, secondsOf } from './durations.ts';
import { badRequest, nothingThere } from './envelope.ts';
import { type Fields, flagOf } from './json.ts';
import type { LeaseWish } from './leases.ts';

export function keyValue1(options: Fields): Engine {
  const values = new Map<string, Fields>();
  const leased = flagOf(options['leased_passthrough']);
  const routes: Route[] = [
    {
      path: /^(.*)$/,
      acts: {
        read: (call) => read(values, call, leased),
        list: (_call, prefix = '') => keysUnder([...values.keys()], prefix),
        update: (call) => write(values, call),
        delete: (call) => void values.delete(call.path),
      },
    },
  ];
  return {
    type: 'kv',
    answer: (call) => follow(routes, call),
    exists: (path) => values.has(path),
  };
}

/** What lies directly under a folder; what lies deeper is named by its folder. */
export function keysUnder(paths: readonly string[], folder: string): Outcome {
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const below = paths.filter((path) => path.startsWith(prefix) && path !== prefix);
  const names = below.map((path) => path.slice(prefix.length).replace(/\/.*$/, '/'));
  if (names.length === 0) throw nothingThere();
  return { data: { keys: [...new Set(names)].sort() } };
}

function read(
  values: ReadonlyMap<string, Fields>,
  { path, limits }: Call,
  leased: boolean,
): Result {
  const value = values.get(path);
  if (!value) return undefined;
  const own = value['ttl'] ?? value['lease'];
  const ttlMs = own === undefined ? limits.defaultMs : durationOf(own, 'ttl');
  if (!leased) return { data: value, leaseSeconds: secondsOf(ttlMs) };
  const lease: LeaseWish = {
    renewable: own !== undefined,
    terms: () => ({ ttlMs, maxMs: 0 }),
    data: () => values.get(path),
    revoke: () => undefined,
  };
  return { data: value, lease };
}

function write(values: Map<string, Fields>, { path, body }: Call): Result {
  if (Object.keys(body).length === 0) throw badRequest('missing data fields');
  values.set(path, body);
  return undefined;
}
