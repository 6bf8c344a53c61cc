/** The rules for metadata that hold for every kind: names, labels, annotations, finalizers, owner references. */
import { type Draft, fieldsOf, listOf, type Thing, textOf } from './objects.ts';
import type { Cause } from './status.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED =
  /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const ANNOTATIONS_LIMIT = 256 * 1024;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export function checkMetadata(draft: Draft, previous: Thing | undefined): Cause[] {
  return [
    ...(previous === undefined ? checkName(draft) : checkFrozen(draft, previous)),
    ...checkLabels(draft),
    ...checkAnnotations(draft),
    ...checkOwners(draft),
    ...checkFinalizers(draft, previous),
  ];
}

export function wrong(field: string, value: unknown, why: string): Cause {
  const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
  return { reason: 'FieldValueInvalid', message, field };
}

export function missing(field: string, why = ''): Cause {
  const message = why === '' ? 'Required value' : `Required value: ${why}`;
  return { reason: 'FieldValueRequired', message, field };
}

export function prohibited(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

/** RBAC names may hold anything that fits in a path. */
function checkName(draft: Draft): Cause[] {
  const name = textOf(draft.metadata.name);
  if (name === '') return [missing('metadata.name', 'name or generateName is required')];
  if (draft.apiVersion.startsWith('rbac.')) return [];
  if (draft.kind === 'Namespace')
    return LABEL.test(name) && name.length <= 63 ? [] : [wrong('metadata.name', name, LABEL_RULE)];
  const valid = SUBDOMAIN.test(name) && name.length <= 253;
  return valid ? [] : [wrong('metadata.name', name, SUBDOMAIN_RULE)];
}

function checkFrozen(draft: Draft, previous: Thing): Cause[] {
  const { uid } = draft.metadata;
  if (uid === undefined || uid === previous.metadata.uid) return [];
  return [wrong('metadata.uid', uid, 'field is immutable')];
}

function checkLabels(draft: Draft): Cause[] {
  return Object.entries(fieldsOf(draft.metadata.labels)).flatMap(([key, value]) => {
    if (!QUALIFIED.test(key)) return [wrong('metadata.labels', key, QUALIFIED_RULE)];
    const text = textOf(value);
    if (text.length > 63) return [wrong('metadata.labels', text, 'must be no more than 63 bytes')];
    return LABEL_VALUE.test(text) ? [] : [wrong('metadata.labels', text, VALUE_RULE)];
  });
}

function checkAnnotations(draft: Draft): Cause[] {
  const entries = Object.entries(fieldsOf(draft.metadata.annotations));
  const size = entries.reduce((sum, [key, value]) => sum + key.length + textOf(value).length, 0);
  const reason = 'FieldValueTooLong';
  const message = `Too long: may not be more than ${ANNOTATIONS_LIMIT} bytes`;
  const long = size > ANNOTATIONS_LIMIT ? [{ reason, message, field: 'metadata.annotations' }] : [];
  const names = entries.filter(([key]) => !QUALIFIED.test(key.toLowerCase()));
  return [...names.map(([key]) => wrong('metadata.annotations', key, QUALIFIED_RULE)), ...long];
}

function checkOwners(draft: Draft): Cause[] {
  const owners = listOf(draft.metadata.ownerReferences).map(fieldsOf);
  const empty = owners.flatMap((owner, index) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter((field) => textOf(owner[field]) === '')
      .map((field) => missing(`metadata.ownerReferences[${index}].${field}`, 'must not be empty')),
  );
  const controllers = owners.filter((owner) => owner['controller'] === true);
  if (controllers.length < 2) return empty;
  const why = `Only one reference can have Controller set to true. Found "true" in references for ${controllers
    .map((owner) => `${textOf(owner['kind'])}/${textOf(owner['name'])}`)
    .join(' and ')}`;
  return [...empty, wrong('metadata.ownerReferences', owners, why)];
}

function checkFinalizers(draft: Draft, previous: Thing | undefined): Cause[] {
  const names = listOf(draft.metadata.finalizers).map(textOf);
  return [...checkFinalizerNames(names), ...checkAddedFinalizers(names, previous)];
}

function checkFinalizerNames(names: readonly string[]): Cause[] {
  const rule = 'name is neither a standard finalizer name nor is it fully qualified';
  return names.flatMap((name, index) =>
    isPlain(name) ? [wrong(`metadata.finalizers[${index}]`, name, rule)] : [],
  );
}

function checkAddedFinalizers(names: readonly string[], previous: Thing | undefined): Cause[] {
  if (previous?.metadata.deletionTimestamp === undefined) return [];
  const added = names.filter((name) => !previous.metadata.finalizers?.includes(name));
  if (added.length === 0) return [];
  const list = added.map((name) => JSON.stringify(name)).join(', ');
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [prohibited('metadata.finalizers', why)];
}

function isPlain(name: string): boolean {
  return !/[/.]/.test(name) && !STANDARD.includes(name);
}

const STANDARD: readonly string[] = ['orphan', 'foregroundDeletion', 'kubernetes'];
