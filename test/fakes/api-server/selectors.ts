/**
 * Label and field selectors of list and watch. Label selectors in full (=, ==, !=, in, notin, exists, !exists);
 * field selectors by equality over the fields named in FIELDS.
 */
import { at, type Thing, textOf } from './objects.ts';
import { badRequest } from './status.ts';

export type Selects = (thing: Thing) => boolean;

export function selector(labels: string, fields: string, fieldsOfKind: readonly string[]): Selects {
  const tests = [...labelTests(labels), ...fieldTests(fields, fieldsOfKind)];
  return (thing) => tests.every((test) => test(thing));
}

/** The name in `metadata.name=x`: the API server authorizes such a list as one of that name. */
export function selectedName(fields: string): string {
  const terms = fields.split(',').map((term) => /^metadata\.name==?([^=]+)$/.exec(term)?.[1]);
  return terms.find((name) => name !== undefined) ?? '';
}

const REQUIREMENT =
  /\s*(!?)\s*([\w./-]+)\s*(?:(==|=|!=)\s*([\w.-]*)|\s(in|notin)\s*\(([^)]*)\))?\s*(?:,|$)/y;

function labelTests(text: string): Selects[] {
  const tests: Selects[] = [];
  const scan = new RegExp(REQUIREMENT);
  while (scan.lastIndex < text.length) {
    const match = scan.exec(text);
    if (match === null) throw badRequest(`unable to parse requirement: found '${text}'`);
    tests.push(labelTest(match));
  }
  return tests;
}

function labelTest([, not, key = '', equality, value = '', set, members = '']: string[]): Selects {
  const label = (thing: Thing): string | undefined => thing.metadata.labels?.[key];
  if (not === '!') return (thing) => label(thing) === undefined;
  const wanted = set === undefined ? [value] : members.split(',').map((member) => member.trim());
  const isIn = (thing: Thing): boolean => wanted.includes(label(thing) ?? '\0');
  if (equality === '!=' || set === 'notin') return (thing) => !isIn(thing);
  if (equality !== undefined || set === 'in') return isIn;
  return (thing) => label(thing) !== undefined;
}

function fieldTests(text: string, known: readonly string[]): Selects[] {
  return text
    .split(',')
    .filter(Boolean)
    .map((term) => fieldTest(term, known));
}

function fieldTest(term: string, known: readonly string[]): Selects {
  const [, path = '', operator = '', value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
  if (operator === '') throw badRequest(`invalid field selector: ${term}`);
  const metadata = path === 'metadata.name' || path === 'metadata.namespace';
  if (!metadata && !known.includes(path)) throw badRequest(`field label not supported: ${path}`);
  const equal = (thing: Thing): boolean => textOf(at(thing, ...path.split('.'))) === value;
  return operator === '!=' ? (thing) => !equal(thing) : equal;
}
