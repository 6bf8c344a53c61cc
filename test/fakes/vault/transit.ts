/**
 * The transit engine: keys that encrypt and decrypt, one text or many in one request, bound to associated data where
 * it is given. The cipher is the real one, so that what is refused is refused for its reason.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

import { type Call, type Engine, follow, type Outcome } from './call.ts';
import { badRequest } from './envelope.ts';
import { type Fields, fieldsOf, textOf } from './json.ts';
import { keysUnder } from './kv1.ts';
import type { Seeded } from './seeded.ts';
import { hashRoutes } from './tools.ts';

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

interface Key {
  readonly type: string;
  /** The newest last. */
  readonly versions: Buffer[];
}

export function transit(random: Seeded): Engine {
  const keys = new Map<string, Key>();
  const newVersion = (): Buffer => createHash('sha256').update(random.base62(32)).digest();
  const keyFor = (name: string): Key => {
    const key = keys.get(name);
    if (!key) throw badRequest('encryption key not found');
    return key;
  };
  const made = (name: string, type = 'aes256-gcm96'): Key => {
    const key = keys.get(name) ?? { type, versions: [newVersion()] };
    keys.set(name, key);
    return key;
  };
  const routes = [
    ...hashRoutes(random, ''),
    { path: /^keys\/?$/, acts: { list: () => keysUnder([...keys.keys()], '') } },
    {
      path: /^keys\/([^/]+)$/,
      acts: {
        update: ({ body }: Call, name = '') =>
          shown(made(name, textOf(body['type']) || 'aes256-gcm96'), name),
      },
    },
    {
      path: /^keys\/([^/]+)\/rotate$/,
      acts: {
        update: (_call: Call, name = '') => {
          keyFor(name).versions.push(newVersion());
          return shown(keyFor(name), name);
        },
      },
    },
    {
      path: /^encrypt\/([^/]+)$/,
      acts: {
        update: (call: Call, name = '') =>
          each(call, 'plaintext', (item) => encrypted(made(name), item)),
      },
    },
    {
      path: /^decrypt\/([^/]+)$/,
      acts: {
        update: (call: Call, name = '') =>
          each(call, 'ciphertext', (item) => decrypted(keyFor(name), item)),
      },
    },
  ];
  return {
    type: 'transit',
    answer: (call) => follow(routes, call),
    exists: (path) => !path.startsWith('encrypt/') || keys.has(path.slice('encrypt/'.length)),
  };
}

function shown({ type, versions }: Key, name: string): Outcome {
  return { data: { name, type, latest_version: versions.length } };
}

/** What one text comes to, or the word for why it does not. An `error` among fields is told beside a status of 200. */
type Result = Fields | string;

function each({ body }: Call, field: string, act: (item: Fields) => Result): Outcome {
  const batch: unknown = body['batch_input'];
  if (!Array.isArray(batch)) {
    if (textOf(body[field]) === '') throw badRequest(missing(field));
    const result = act(body);
    if (typeof result === 'string') throw badRequest(result);
    return { data: result };
  }
  if (batch.length === 0) throw badRequest('missing batch input to process');
  const results = batch.map((item) => act(fieldsOf(item)));
  const failed = results.filter((result) => typeof result === 'string');
  const data = { batch_results: results.map((result) => itemOf(result, field)) };
  if (failed.length === 0) return { data };
  const isPartial = failed.length < results.length && body['partial_failure_response_code'];
  return { status: isPartial ? 200 : 400, data, isUnnamed: true };
}

function missing(field: string): string {
  return field === 'plaintext' ? 'missing plaintext to encrypt' : 'missing ciphertext to decrypt';
}

/** A refused ciphertext has an empty plaintext beside its error. */
function itemOf(result: Result, field: string): Fields {
  const empty = field === 'ciphertext' ? { plaintext: '' } : {};
  return { ...(typeof result === 'string' ? { ...empty, error: result } : result), reference: '' };
}

function encrypted({ type, versions }: Key, item: Fields): Result {
  if (isUnbindable(type, item)) return unbindable(type);
  const key = versions.at(-1);
  const nonce = randomBytes(NONCE);
  if (!key) return 'no key version';
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(bytesIn(item, 'associated_data'));
  const text = Buffer.concat([cipher.update(bytesIn(item, 'plaintext')), cipher.final()]);
  const sealed = Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64');
  return { ciphertext: `vault:v${versions.length}:${sealed}`, key_version: versions.length };
}

function decrypted({ type, versions }: Key, item: Fields): Result {
  if (textOf(item['ciphertext']) === '') return 'missing ciphertext to decrypt';
  if (isUnbindable(type, item)) return unbindable(type);
  const [, version, text = ''] = /^vault:v(\d+):(.+)$/.exec(textOf(item['ciphertext'])) ?? [];
  if (version === undefined) return 'invalid ciphertext: no prefix';
  const key = versions[Number(version) - 1];
  const bytes = Buffer.from(text, 'base64');
  if (!key || bytes.length < NONCE + TAG) return 'invalid ciphertext length';
  try {
    const cipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE))
      .setAAD(bytesIn(item, 'associated_data'))
      .setAuthTag(bytes.subarray(-TAG));
    const plain = Buffer.concat([cipher.update(bytes.subarray(NONCE, -TAG)), cipher.final()]);
    return { plaintext: plain.toString('base64') };
  } catch {
    return 'cipher: message authentication failed';
  }
}

function isUnbindable(type: string, item: Fields): boolean {
  return textOf(item['associated_data']) !== '' && type.startsWith('rsa');
}

function unbindable(type: string): Fields {
  return { error: `'[0].associated_data' provided for non-AEAD cipher suite ${type}` };
}

function bytesIn(item: Fields, field: string): Buffer {
  return Buffer.from(textOf(item[field]), 'base64');
}
