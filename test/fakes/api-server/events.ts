/**
 * Events have two faces, core/v1 and events.k8s.io/v1, over one stored object (kept in the core form).
 * Promises the translation both ways and the validation of the new face.
 */
import type { Kind, Rules } from './kinds.ts';
import { missing, wrong } from './metadata.ts';
import { at, type Draft, type Thing, textOf, without } from './objects.ts';
import type { Cause } from './status.ts';

/** An event with eventTime is held to the new rules, whichever face it came through. */
export const EVENT_RULES: Rules = {
  check: (thing, previous) => check(thing, previous, textOf(thing['eventTime']) !== ''),
};
export const MODERN_EVENT_RULES: Rules = {
  check: (thing, previous) => check(thing, previous, true),
};

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

/** In the form in which it is stored. */
export function stored(kind: Kind, draft: Draft): Draft {
  return kind.group === 'events.k8s.io' ? toCore(draft) : draft;
}

function toCore(draft: Draft): Draft {
  const names = RENAMED.map(([core, modern]) => [modern, core] as const);
  return renamed(draft, 'v1', names);
}

/** What Go prints for the times and sources that nobody set. */
const BLANKS = { eventTime: null, firstTimestamp: null, lastTimestamp: null, source: {} };
const CORE_BLANKS = { reportingComponent: '', reportingInstance: '' };

export function asEvent(group: string, thing: Thing): Thing {
  const whole = { ...BLANKS, ...thing };
  return group === '' ? { ...CORE_BLANKS, ...whole } : renamed(whole, 'events.k8s.io/v1', RENAMED);
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

function check(thing: Draft, previous: Thing | undefined, modern: boolean): Cause[] {
  const namespace = textOf(thing.metadata.namespace);
  const about = textOf(at(thing, 'involvedObject', 'namespace')) || 'default';
  if (namespace !== about)
    return [wrong('involvedObject.namespace', about, 'does not match event.namespace')];
  return modern && previous === undefined ? checkModern(thing) : [];
}

function checkModern(thing: Draft): Cause[] {
  const needed = [
    ['eventTime', 'eventTime'],
    ['reportingComponent', 'reportingController'],
    ['reportingInstance', 'reportingInstance'],
    ['action', 'action'],
    ['reason', 'reason'],
  ] as const;
  const absent = needed.filter(([field]) => textOf(thing[field]) === '');
  const long = textOf(thing['message']).length > 1024;
  const type = textOf(thing['type']);
  const known = type === 'Normal' || type === 'Warning';
  return [
    ...absent.map(([, told]) => missing(told)),
    ...(long ? [wrong('message', '', 'can have at most 1024 characters')] : []),
    ...(known ? [] : [wrong('type', '', `has invalid value: ${type}`)]),
  ];
}
