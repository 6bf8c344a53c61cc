/**
 * JSON from a Vault, or from whatever answers in its place. Promises exact numbers, objects without a prototype,
 * and bounded work: what is too deep, too large or not Unicode is no JSON to us. Knows nothing of what it means.
 */
import type { Json, JsonObject, RawJson } from '../api/json.ts';

/** Vault nests a handful of levels; a stack is lost somewhere above some thousands. */
const DEEPEST = 64;
const MOST_KEYS = 10_000;
/** Each costs a call of the reviver, so arrays are counted too. */
const MOST_VALUES = 20_000;

/** The object in the bytes, or undefined when they do not hold one that we accept. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!isBounded(text)) return undefined;
    const value: unknown = JSON.parse(text, exact);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // The engine's message quotes the text, so nothing of it is kept.
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);
}

/** The value of an exact number; undefined for anything else. */
export function numberIn(value: Json | undefined): number | undefined {
  return isRawJson(value) ? Number(value.rawJSON) : undefined;
}

function isRawJson(value: unknown): value is RawJson {
  return JSON.isRawJSON(value);
}

/** Counts before parsing, because the reviver recurses and runs once per value. */
function isBounded(text: string): boolean {
  const count = { depth: 0, keys: 0, values: 0 };
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at);
    else STEPS[char]?.(count);
    if (count.depth > DEEPEST || count.keys > MOST_KEYS || count.values > MOST_VALUES) return false;
  }
  return true;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
type Count = { depth: number; keys: number; values: number };
/** By character code; a plain array, because this runs once per character. */
const STEPS: ((count: Count) => void)[] = [];
for (const opening of '{[') STEPS[opening.charCodeAt(0)] = (count) => void (count.depth += 1);
for (const closing of '}]') STEPS[closing.charCodeAt(0)] = (count) => void (count.depth -= 1);
STEPS[':'.charCodeAt(0)] = (count) => void (count.keys += 1);
STEPS[','.charCodeAt(0)] = (count) => void (count.values += 1);

/** The place of the closing quote; the end of the text when there is none, which the parser then refuses. */
function endOfString(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

function exact(key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (!key.isWellFormed()) throw new SyntaxError('lone surrogate');
  if (typeof value === 'number') return JSON.rawJSON(context.source ?? 'null');
  if (typeof value === 'string') return wellFormed(value);
  if (isJsonObject(value)) return Object.assign(Object.create(null), value);
  return value;
}

/** A lone surrogate cannot be written as bytes: it would silently become another character. */
function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw new SyntaxError('lone surrogate');
  return text;
}
