/** sys/tools, which an engine, transit, has too: answers to a POST with parameters that carry no lease. */
import { createHash } from 'node:crypto';

import type { Call, Outcome, Route } from './call.ts';
import { badRequest } from './envelope.ts';
import { numberOf, textOf } from './json.ts';
import type { Seeded } from './seeded.ts';

/** Vault's names, and Node's. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  'sha2-224': 'sha224',
  'sha2-256': 'sha256',
  'sha2-384': 'sha384',
  'sha2-512': 'sha512',
};

/** Of sys/. Hashes are in the default policy. */
export function toolRoutes(random: Seeded): Route[] {
  return hashRoutes(random, 'tools/');
}

/** Below a prefix. */
export function hashRoutes(random: Seeded, prefix: string): Route[] {
  return [
    {
      path: new RegExp(`^${prefix}hash(?:/(.+))?$`),
      acts: { update: (call, name = '') => hash(call, name) },
    },
    {
      path: new RegExp(`^${prefix}random(?:/(\\d+))?$`),
      acts: { update: (call, count = '') => randomBytes(random, call, count) },
    },
  ];
}

function hash({ body }: Call, inPath: string): Outcome {
  const algorithm = ALGORITHMS[inPath || textOf(body['algorithm']) || 'sha2-256'];
  if (!algorithm) throw badRequest(`unsupported algorithm ${inPath || textOf(body['algorithm'])}`);
  const digest = createHash(algorithm).update(Buffer.from(textOf(body['input']), 'base64'));
  return { data: { sum: digest.digest(encodingOf(textOf(body['format']) || 'hex')) } };
}

function randomBytes(random: Seeded, { body }: Call, inPath: string): Outcome {
  const count = Number(inPath) || numberOf(body['bytes']) || 32;
  const bytes = Buffer.from(random.base62(count));
  const encoding = encodingOf(textOf(body['format']) || 'base64');
  return { data: { random_bytes: bytes.toString(encoding) } };
}

function encodingOf(format: string): 'hex' | 'base64' {
  if (format === 'hex' || format === 'base64') return format;
  throw badRequest(`unsupported encoding format ${format}; must be "hex" or "base64"`);
}
