/**
 * CustomResourceDefinitions come to life: each one, once stored, is a served kind with its schema; a changed schema
 * is read into the objects already there; a deleted one takes its objects along.
 */

import type { Clock } from '../../../src/runtime/clock.ts';
import {
  apiVersionOf,
  groupVersion,
  type Kind,
  type Kinds,
  type Reading,
  type Rules,
} from './kinds.ts';
import type { Later } from './later.ts';
import {
  at,
  canonical,
  type Draft,
  type Fields,
  fieldsOf,
  listOf,
  same,
  type Thing,
  textOf,
  textsOf,
  timestamp,
} from './objects.ts';
import { reading } from './schema.ts';
import type { Store } from './store.ts';

const TABLE = 'customresourcedefinitions.apiextensions.k8s.io';
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

export function serveDefinitions(
  store: Store,
  kinds: Kinds,
  { later, clock }: { later: Later; clock: Clock },
  erase: (kind: Kind, thing: Thing) => void,
): Disposable {
  const establish = (name: string): void => {
    const crd = store.get(TABLE, undefined, name);
    if (crd === undefined || crd.metadata.deletionTimestamp !== undefined) return;
    const kind = kindOf(crd);
    kinds.serve(kind);
    store.reread(name, (thing) => asNowRead(kind, thing));
    const status = established(crd, timestamp(clock.now()));
    if (!same(status, crd.status)) store.put(TABLE, { ...crd, status });
  };
  const clean = (name: string): void => {
    const crd = store.get(TABLE, undefined, name);
    const kind = kinds.get(name);
    if (crd?.metadata.deletionTimestamp === undefined) return;
    for (const thing of kind === undefined ? [] : store.list(name)) erase(kind!, thing);
    if (store.list(name).length > 0) return;
    const finalizers = (crd.metadata.finalizers ?? []).filter((each) => each !== CLEANUP);
    if (finalizers.length > 0) return;
    store.remove(TABLE, { ...crd, metadata: { ...crd.metadata, finalizers } });
  };
  return store.subscribe(({ type, resource, object, previous }) => {
    if (resource === TABLE && type === 'DELETED') kinds.withdraw(object.metadata.name);
    else if (resource === TABLE && object.metadata.deletionTimestamp !== undefined)
      later.run(() => clean(object.metadata.name));
    else if (resource === TABLE && !same(object.spec, previous?.spec))
      queueMicrotask(() => establish(object.metadata.name));
    else if (type === 'DELETED' && store.get(TABLE, undefined, resource))
      later.run(() => clean(resource));
  });
}

export const DEFINITION_RULES: Rules = { prepare };

/** Fills in the names that follow from the others. */
function prepare(draft: Draft): Draft {
  const names = fieldsOf(draft.spec?.['names']);
  const kind = textOf(names['kind']);
  const full = { singular: kind.toLowerCase(), listKind: `${kind}List`, ...names };
  const spec = { conversion: { strategy: 'None' }, ...draft.spec, names: full };
  return { ...draft, spec };
}

export function kindOf(crd: Thing): Kind {
  const names = fieldsOf(crd.spec?.['names']);
  const versions = listOf(crd.spec?.['versions']).map(fieldsOf);
  const readings = new Map<string, Reading>();
  const read = (version: string): Reading => {
    const known = readings.get(version) ?? readingOf(versions, version);
    readings.set(version, known);
    return known;
  };
  const kind = textOf(names['kind']);
  return {
    group: textOf(crd.spec?.['group']),
    versions: versions
      .filter((each) => each['served'] === true)
      .map((each) => textOf(each['name'])),
    kind,
    resource: textOf(names['plural']),
    singular: textOf(names['singular']) || kind.toLowerCase(),
    shortNames: textsOf(names['shortNames']),
    categories: textsOf(names['categories']),
    namespaced: crd.spec?.['scope'] === 'Namespaced',
    hasStatus: versions.some((each) => at(each, 'subresources', 'status') !== undefined),
    generation: 'custom',
    unconditionalUpdate: false,
    createOnUpdate: false,
    selectableFields: [],
    subresources: [],
    custom: { reading: read },
  };
}

function readingOf(versions: readonly Fields[], name: string): Reading {
  const version = versions.find((each) => each['name'] === name);
  return reading(at(version, 'schema', 'openAPIV3Schema'), version?.['additionalPrinterColumns']);
}

function asNowRead(kind: Kind, thing: Thing): Thing {
  const [, version] = groupVersion(thing.apiVersion);
  const served = kind.versions.includes(version) ? version : (kind.versions[0] ?? version);
  const shaped = kind.custom?.reading(served).shape(thing) ?? thing;
  return { ...canonical(shaped), apiVersion: apiVersionOf(kind.group, served) };
}

function established(crd: Thing, now: string): Fields {
  const condition = (type: string, reason: string, message: string): Fields => ({
    type,
    status: 'True',
    lastTransitionTime: now,
    reason,
    message,
  });
  const versions = listOf(crd.spec?.['versions']).map(fieldsOf);
  const storage = versions.filter((each) => each['storage'] === true).map((each) => each['name']);
  const first = [
    condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
    condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
  ];
  return {
    conditions: crd.status?.['conditions'] ?? first,
    acceptedNames: crd.spec?.['names'],
    storedVersions: [...new Set([...listOf(crd.status?.['storedVersions']), ...storage])],
  };
}
