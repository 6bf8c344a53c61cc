/**
 * Events have two faces, core/v1 and events.k8s.io/v1, over one stored object (kept in the core form).
 * Promises the translation both ways and the validation of the new face.
 */
import type { Rules } from './kinds.ts';
import { missing, wrong } from './metadata.ts';
import { at, type Draft, fieldsOf, type Thing, textOf, without } from './objects.ts';
import type { Cause } from './status.ts';

export const EVENT_RULES: Rules = { check };

/** core name -> events.k8s.io name. */
const RENAMED: readonly (readonly [core: string, modern: string])[] = [
  ['message', 'note'],
  ['involvedObject', 'regarding'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

export function toCore(draft: Draft): Draft {
  return renamed(
    draft,
    'v1',
    RENAMED.map(([core, modern]) => [modern, core]),
  );
}

export function toModern(thing: Thing): Thing {
  return renamed(thing, 'events.k8s.io/v1', RENAMED);
}

function renamed<T extends Draft>(
  thing: T,
  apiVersion: string,
  names: readonly (readonly [string, string])[],
): T {
  const kept = without(thing, ...names.map(([from]) => from));
  const moved = names.flatMap(([from, to]) =>
    thing[from] === undefined ? [] : [[to, thing[from]]],
  );
  const blank = names.map(([from]) => [from, undefined]);
  return {
    ...thing,
    ...Object.fromEntries(blank),
    ...kept,
    ...Object.fromEntries(moved),
    apiVersion,
  };
}

function check(thing: Draft, previous: Thing | undefined): Cause[] {
  const namespace = textOf(thing.metadata.namespace);
  const about = textOf(at(thing, 'involvedObject', 'namespace')) || 'default';
  const elsewhere =
    namespace === about
      ? []
      : [wrong('involvedObject.namespace', about, 'does not match event.namespace')];
  const modern = textOf(thing['eventTime']) !== '' && previous === undefined;
  return modern ? [...elsewhere, ...checkModern(thing)] : elsewhere;
}

/** An event with eventTime is held to the rules of events.k8s.io, whichever face it came through. */
function checkModern(thing: Draft): Cause[] {
  const fields = fieldsOf(thing);
  const needed = [
    ['reportingComponent', 'reportingController'],
    ['reportingInstance', 'reportingInstance'],
    ['action', 'action'],
    ['reason', 'reason'],
  ] as const;
  const absent = needed.filter(([field]) => textOf(fields[field]) === '');
  const long = textOf(fields['message']).length > 1024;
  const type = textOf(fields['type']);
  return [
    ...absent.map(([, told]) => missing(told)),
    ...(long ? [wrong('message', '', 'can have at most 1024 characters')] : []),
    ...(type === 'Normal' || type === 'Warning' ? [] : [wrong('type', type, 'has invalid value')]),
  ];
}
