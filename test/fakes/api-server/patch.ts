/**
 * JSON merge patch (RFC 7386) and JSON patch (RFC 6902) on plain objects. Pure; a patch that cannot apply is
 * refused as the API server refuses it.
 */
import { type Fields, fieldsOf, isFields, listOf, same, textOf } from './objects.ts';
import { badRequest, StatusError } from './status.ts';

export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = { ...fieldsOf(target) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw badRequest('error decoding patch: expected a list of operations');
  return patch.reduce<unknown>((document, item) => operate(document, fieldsOf(item)), target);
}

function operate(document: unknown, item: Fields): unknown {
  const path = pointer(textOf(item['path']));
  switch (item['op']) {
    case 'add':
      return edited(document, path, { put: item['value'], insert: true });
    case 'replace':
      read(document, path);
      return edited(document, path, { put: item['value'], insert: false });
    case 'remove':
      read(document, path);
      return edited(document, path, undefined);
    case 'test':
      if (same(read(document, path), item['value'])) return document;
      throw refusal(`testing value ${textOf(item['path'])} failed`);
    case 'copy':
    case 'move':
      return moved(document, item, path);
    default:
      throw badRequest(`error decoding patch: unknown operation`);
  }
}

function moved(document: unknown, item: Fields, path: readonly string[]): unknown {
  const from = pointer(textOf(item['from']));
  const value = read(document, from);
  const base = item['op'] === 'move' ? edited(document, from, undefined) : document;
  return edited(base, path, { put: value, insert: true });
}

function pointer(path: string): string[] {
  const parts = path.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function refusal(why: string): StatusError {
  return new StatusError(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${why}`,
    {},
  );
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((here, part) => {
    const inner = Array.isArray(here) ? listOf(here)[Number(part)] : fieldsOf(here)[part];
    if (inner === undefined) throw refusal(`no value at /${path.join('/')}`);
    return inner;
  }, document);
}

type Edit = { readonly put: unknown; readonly insert: boolean } | undefined;

function edited(document: unknown, path: readonly string[], edit: Edit): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return edit?.put;
  if (Array.isArray(document)) return editedList(document, part, rest, edit);
  if (!isFields(document)) throw refusal(`no object at ${part}`);
  if (rest.length > 0) return { ...document, [part]: edited(document[part], rest, edit) };
  if (edit !== undefined) return { ...document, [part]: edit.put };
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== part));
}

function editedList(list: readonly unknown[], part: string, rest: string[], edit: Edit): unknown[] {
  const index = part === '-' ? list.length : Number(part);
  if (rest.length > 0) return list.with(index, edited(list[index], rest, edit));
  if (edit === undefined) return list.toSpliced(index, 1);
  return edit.insert ? list.toSpliced(index, 0, edit.put) : list.with(index, edit.put);
}
