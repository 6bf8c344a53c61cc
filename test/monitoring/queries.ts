/** What a query in PromQL asks for: metrics and the labels by which it chooses among their series. Written for our own queries. */

export interface Selection {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

const SELECTION = /\b([a-z][a-z0-9]*_[a-z0-9_]*)\b(?!\s*\()(?:\{([^}]*)\})?/gu;
const MATCHER = /(\w+)(=~|!~|!=|=)"([^"]*)"/gu;
/** Labels that results are joined by are no metrics. */
const GROUPING = /\b(?:by|without|on|ignoring)\s*\([^)]*\)/gu;

export function selectionsOf(expr: string): readonly Selection[] {
  const found = expr.replaceAll(GROUPING, '').replaceAll(/\[[^\]]*\]/gu, '');
  return [...found.matchAll(SELECTION)].map(([, metric = '', inside = '']) => ({
    metric,
    matchers: [...inside.matchAll(MATCHER)].map(([, label = '', operator, value = '']) => ({
      label,
      operator: operator as Matcher['operator'],
      value,
    })),
  }));
}

/** Labels by which results are grouped or joined. */
export function groupingOf(expr: string): readonly string[] {
  const groups = [...expr.matchAll(GROUPING)].flatMap(
    ([text]) => text.match(/\w+(?=[,)]|\s*[,)])/gu) ?? [],
  );
  return [...new Set(groups)];
}
