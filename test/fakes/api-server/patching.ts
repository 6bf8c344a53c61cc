/** The four patch formats by media type, each as a function from the current object to the wanted one. */
import { parseJson, parseYaml } from './http.ts';
import type { Kind } from './kinds.ts';
import { missing } from './metadata.ts';
import { type Fields, fieldsOf, isFields } from './objects.ts';
import { jsonPatch, mergePatch } from './patch.ts';
import { badRequest, invalid, unsupportedMediaType } from './status.ts';
import { applyMerge, strategicMerge } from './strategic.ts';

export interface PatchWish {
  /** Server-side apply: creates what is missing. */
  readonly applies: boolean;
  readonly change: (current: Fields) => unknown;
}

export interface PatchCall {
  readonly kind: Kind;
  readonly mediaType: string;
  readonly body: string;
  readonly query: URLSearchParams;
  /** What the same manager applied before. */
  readonly before: unknown;
  readonly keep: (applied: unknown) => void;
}

const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

export function patched(call: PatchCall): PatchWish {
  switch (call.mediaType) {
    case JSON_PATCH:
      return { applies: false, change: (current) => jsonPatch(current, parseJson(call.body)) };
    case MERGE:
      return { applies: false, change: (current) => mergePatch(current, objectIn(call.body)) };
    case STRATEGIC:
      if (call.kind.custom) throw unsupportedMediaType([JSON_PATCH, MERGE, APPLY]);
      return { applies: false, change: (current) => strategicMerge(current, objectIn(call.body)) };
    case APPLY:
      return applied(call);
    default:
      throw unsupportedMediaType([JSON_PATCH, MERGE, STRATEGIC, APPLY]);
  }
}

function objectIn(body: string): Fields {
  const patch = parseJson(body);
  if (!isFields(patch)) throw badRequest('error decoding patch: the patch must be an object');
  return patch;
}

function applied({ body, query, before, keep }: PatchCall): PatchWish {
  if ((query.get('fieldManager') ?? '') === '')
    throw invalid('meta.k8s.io', 'PatchOptions', '', [
      missing('fieldManager', 'is required for apply patch'),
    ]);
  const now = fieldsOf(parseYaml(body));
  const change = (current: Fields): unknown => {
    const wanted = applyMerge(current, before, now);
    keep(now);
    return wanted;
  };
  return { applies: true, change };
}
