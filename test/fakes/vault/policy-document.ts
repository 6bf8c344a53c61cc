/**
 * A policy as it is written: JSON, or the part of HCL in which `path "x" { capabilities = [...] }` is said.
 * What it does not know it refuses, so that no scenario runs on rights that it only believes to have.
 */
import { badRequest } from './envelope.ts';
import { fieldsOf, isFields, textsOf } from './json.ts';

export interface Rule {
  readonly path: string;
  readonly capabilities: readonly string[];
}

const CAPABILITIES = new Set(
  'create read update delete list patch sudo deny subscribe recover'.split(' '),
);

export function parsePolicy(text: string): readonly Rule[] {
  const rules = text.trimStart().startsWith('{') ? fromJson(text) : fromHcl(text);
  for (const rule of rules) checked(rule);
  return rules;
}

function fromJson(text: string): Rule[] {
  const paths = fieldsOf(fieldsOf(asJson(text))['path']);
  return Object.entries(paths).map(([path, rule]) => {
    if (!isFields(rule)) throw unparsable(`path "${path}"`);
    return { path, capabilities: textsOf(rule['capabilities']) };
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unparsable('the JSON');
  }
}

const BLOCK =
  /\s*path\s*"([^"]*)"\s*\{\s*capabilities\s*=\s*\[((?:\s*"[a-z]+"\s*,?)*)\s*\]\s*,?\s*\}/y;

function fromHcl(text: string): Rule[] {
  const plain = withoutComments(text);
  const rules: Rule[] = [];
  let at = 0;
  while (plain.slice(at).trim() !== '') {
    BLOCK.lastIndex = at;
    const [whole = '', path = '', words = ''] = BLOCK.exec(plain) ?? [];
    if (whole === '') throw unparsable(`what begins with ${plain.slice(at).trim().slice(0, 40)}`);
    rules.push({
      path,
      capabilities: [...words.matchAll(/"([a-z]+)"/g)].map(([, word = '']) => word),
    });
    at += whole.length;
  }
  return rules;
}

/** Strings are matched first, so that a path may hold what looks like a comment. */
function withoutComments(text: string): string {
  return text.replace(
    /("[^"\n]*")|#.*|\/\/.*|\/\*[\s\S]*?\*\//g,
    (_all, kept?: string) => kept ?? '',
  );
}

function checked({ path, capabilities }: Rule): void {
  const unknown = capabilities.find((word) => !CAPABILITIES.has(word));
  if (unknown !== undefined) throw unparsable(`path "${path}": invalid capability "${unknown}"`);
  if (path.includes('+*')) throw unparsable(`path "${path}": invalid use of wildcards`);
}

function unparsable(what: string): Error {
  return badRequest(`failed to parse policy: ${what}`);
}
