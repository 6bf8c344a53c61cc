/** What kube-apiserver demands of Secrets: keys, size, the keys its type needs, and what may not change. */
import type { Rules } from './kinds.ts';
import { missing, prohibited, wrong } from './metadata.ts';
import { type Draft, type Fields, fieldsOf, same, type Thing, textOf, without } from './objects.ts';
import { badRequest, type Cause } from './status.ts';

const LIMIT = 1024 * 1024;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** Each inner list: one of these keys must be there. */
const NEEDED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'kubernetes.io/tls': [['tls.crt'], ['tls.key']],
  'kubernetes.io/dockerconfigjson': [['.dockerconfigjson']],
  'kubernetes.io/dockercfg': [['.dockercfg']],
  'kubernetes.io/basic-auth': [['username', 'password']],
  'kubernetes.io/ssh-auth': [['ssh-privatekey']],
};

export const SECRET_RULES: Rules = { prepare, check };

function prepare(draft: Draft): Draft {
  const written = Object.entries(fieldsOf(draft['stringData'])).map(([key, value]) => [
    key,
    Buffer.from(textOf(value)).toString('base64'),
  ]);
  const data = { ...decodable(draft), ...Object.fromEntries(written) };
  const rest = { ...draft, ...without(draft, 'stringData', 'data') };
  const type = textOf(draft['type']) || 'Opaque';
  const filled = Object.keys(data).length > 0 ? data : undefined;
  return { ...rest, stringData: undefined, data: filled, type };
}

function decodable(draft: Draft): Fields {
  const data = fieldsOf(draft['data']);
  for (const value of Object.values(data)) {
    if (value !== null && !BASE64.test(typeof value === 'string' ? value : '!'))
      throw badRequest(
        'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
      );
  }
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value ?? '']));
}

function check(thing: Draft, previous: Thing | undefined): Cause[] {
  const data = fieldsOf(thing['data']);
  return [
    ...checkKeys(data),
    ...checkSize(data),
    ...checkType(thing, data),
    ...(previous === undefined ? [] : checkUnchanged(thing, previous)),
  ];
}

function checkKeys(data: Fields): Cause[] {
  const bad = Object.keys(data).filter((key) => !KEY.test(key) || key === '.' || key === '..');
  return bad.map((key) => wrong(`data[${key}]`, key, KEY_RULE));
}

function checkSize(data: Fields): Cause[] {
  const size = Object.values(data).reduce<number>((sum, value) => sum + byteLength(value), 0);
  const message = `Too long: may not be more than ${LIMIT} bytes`;
  return size > LIMIT ? [{ reason: 'FieldValueTooLong', message, field: 'data' }] : [];
}

function byteLength(value: unknown): number {
  return Buffer.byteLength(textOf(value), 'base64');
}

function checkType(thing: Draft, data: Fields): Cause[] {
  const type = textOf(thing['type']);
  const account = 'kubernetes.io/service-account.name';
  if (type === 'kubernetes.io/service-account-token' && !thing.metadata.annotations?.[account])
    return [missing(`metadata.annotations[${account}]`)];
  const lacking = (NEEDED[type] ?? []).filter((keys) => !keys.some((key) => key in data));
  return [
    ...lacking.flatMap((keys) => keys.map((key) => missing(`data[${key}]`))),
    ...checkDocker(type, data),
  ];
}

function checkDocker(type: string, data: Fields): Cause[] {
  const docker = type.startsWith('kubernetes.io/dockerc');
  const names = Object.keys(data).filter((name) => docker && name.startsWith('.dockerc'));
  const bad = names.filter((name) => !isJson(Buffer.from(textOf(data[name]), 'base64').toString()));
  return bad.map((name) =>
    wrong(`data[${name}]`, '<secret contents redacted>', 'invalid character'),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function checkUnchanged(thing: Draft, previous: Thing): Cause[] {
  const causes: Cause[] = [];
  if (thing['type'] !== previous['type'])
    causes.push(wrong('type', thing['type'], 'field is immutable'));
  if (previous['immutable'] !== true) return causes;
  const why = 'field is immutable when `immutable` is set';
  if (thing['immutable'] !== true) causes.push(prohibited('immutable', why));
  if (!same(thing['data'], previous['data'])) causes.push(prohibited('data', why));
  return causes;
}
