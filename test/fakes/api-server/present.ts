/**
 * Stored objects as a caller asked to see them: in the version of the URL, as a Table with printer columns
 * (kubectl get), or as metadata only.
 */
import { asEvent } from './events.ts';
import { jsonPath } from './json-path.ts';
import { apiVersionOf, type Column, type Kind } from './kinds.ts';
import { at, type Fields, fieldsOf, millis, type Thing, without } from './objects.ts';

export interface View {
  object(thing: Thing): Fields;
  list(things: readonly Thing[], metadata: Fields): Fields;
}

interface Asked {
  readonly kind: Kind;
  readonly version: string;
  readonly accept: string;
  readonly nowMs: number;
}

export function view(asked: Asked): View {
  const as = /as=(Table|PartialObjectMetadata(?:List)?)\b/.exec(asked.accept)?.[1];
  if (as === 'Table') return tableView(asked);
  return as === undefined ? plainView(asked) : metadataView();
}

/** The object itself, in the version asked for. */
export function asVersion({ kind, version }: Pick<Asked, 'kind' | 'version'>, thing: Thing): Thing {
  if (kind.resource === 'events') return asEvent(kind.group, thing);
  return { ...thing, apiVersion: apiVersionOf(kind.group, version) };
}

function plainView(asked: Asked): View {
  const { kind, version } = asked;
  const apiVersion = apiVersionOf(kind.group, version);
  const object = (thing: Thing): Fields => ({ ...asVersion(asked, thing) });
  // Items of built-in lists carry no kind of their own on the wire.
  const item = (thing: Thing): Fields =>
    kind.custom ? object(thing) : without(object(thing), 'kind', 'apiVersion');
  const list = (things: readonly Thing[], metadata: Fields): Fields => ({
    kind: `${kind.kind}List`,
    apiVersion,
    metadata,
    items: things.map(item),
  });
  return { object, list };
}

function metadataView(): View {
  const apiVersion = 'meta.k8s.io/v1';
  const object = ({ metadata }: Thing): Fields => ({
    kind: 'PartialObjectMetadata',
    apiVersion,
    metadata,
  });
  const list = (things: readonly Thing[], metadata: Fields): Fields => ({
    kind: 'PartialObjectMetadataList',
    apiVersion,
    metadata: metadata['continue'] === '' ? without(metadata, 'continue') : metadata,
    items: things.map(object),
  });
  return { object, list };
}

function tableView(asked: Asked): View {
  const columns = columnsOf(asked.kind, asked.version);
  const list = (things: readonly Thing[], metadata: Fields): Fields => ({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, priority }) => ({
      name,
      type: type === 'date' && !asked.kind.custom ? 'string' : type,
      format: name === 'Name' ? 'name' : '',
      description: name,
      priority,
    })),
    rows: things.map((thing) => ({
      cells: columns.map((column) => cell(column, thing, asked.nowMs)),
      object: metadataView().object(thing),
    })),
  });
  return {
    list,
    object: (thing) => list([thing], { resourceVersion: thing.metadata.resourceVersion }),
  };
}

const AGE: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  priority: 0,
};

function showing(name: string, path: string, type = 'string'): Column {
  return { name, type, jsonPath: path, priority: 0 };
}

const NAME = showing('Name', '.metadata.name');

const BUILTIN: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [showing('Status', '.status.phase')],
  Secret: [showing('Type', '.type'), showing('Data', '.data', 'count')],
  ConfigMap: [showing('Data', '.data', 'count')],
  Deployment: [
    showing('Ready', '.status.readyReplicas', 'integer'),
    showing('Up-to-date', '.status.updatedReplicas', 'integer'),
    showing('Available', '.status.availableReplicas', 'integer'),
  ],
  DaemonSet: [
    showing('Desired', '.status.desiredNumberScheduled', 'integer'),
    showing('Up-to-date', '.status.updatedNumberScheduled', 'integer'),
    showing('Available', '.status.numberAvailable', 'integer'),
  ],
  StatefulSet: [showing('Ready', '.status.readyReplicas', 'integer')],
  Lease: [showing('Holder', '.spec.holderIdentity')],
};

const EVENT: readonly Column[] = [
  showing('Last Seen', '.lastTimestamp', 'date'),
  showing('Type', '.type'),
  showing('Reason', '.reason'),
  showing('Object', '.involvedObject.name'),
  showing('Message', '.message'),
];

function columnsOf(kind: Kind, version: string): readonly Column[] {
  if (kind.kind === 'Event') return EVENT;
  if (kind.custom === undefined) return [NAME, ...(BUILTIN[kind.kind] ?? []), AGE];
  const own = kind.custom.reading(version).columns;
  return [NAME, ...(own.length > 0 ? own : [AGE])];
}

function cell({ type, jsonPath: path }: Column, thing: Thing, nowMs: number): unknown {
  const value = path === '.involvedObject.name' ? involved(thing) : jsonPath(thing, path);
  if (type === 'count') return Object.keys(fieldsOf(value)).length;
  if (type === 'date') return value === undefined ? '<unknown>' : age(nowMs - millis(value));
  if (type === 'integer' && value === undefined) return 0;
  return value ?? '';
}

function involved(thing: Thing): string {
  return `${String(at(thing, 'involvedObject', 'kind')).toLowerCase()}/${String(at(thing, 'involvedObject', 'name'))}`;
}

function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
