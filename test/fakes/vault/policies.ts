/**
 * Policies of one namespace, and what they allow on a path: the most specific rule decides, equal paths of several
 * policies add up, and deny wins. Paths are those within the namespace.
 */
import type { Operation } from './call.ts';
import { badRequest } from './envelope.ts';
import { parsePolicy, type Rule } from './policy-document.ts';

interface Policy {
  readonly text: string;
  readonly rules: readonly Rule[];
}

/** Sorted, with `default`; a root policy stands alone. */
export function withDefault(policies: readonly string[]): readonly string[] {
  if (policies.includes('root')) return ['root'];
  return [...new Set([...policies.map((each) => each.toLowerCase()), 'default'])].sort();
}

export class Policies {
  readonly #all = new Map<string, Policy>([['default', policyOf(DEFAULT_POLICY)]]);

  names(): readonly string[] {
    return [...this.#all.keys(), 'root'].sort();
  }

  text(name: string): string | undefined {
    return name === 'root' ? '' : this.#all.get(name)?.text;
  }

  /** Refuses a text that is no policy. */
  put(name: string, text: string): void {
    if (text === '') throw badRequest("'policy' parameter not supplied or empty");
    this.#all.set(name, policyOf(text));
  }

  delete(name: string): void {
    this.#all.delete(name);
  }

  /** What the policies allow on the path; `deny` alone when that is nothing. */
  capabilities(policies: readonly string[], path: string): ReadonlySet<string> {
    if (policies.includes('root')) return new Set(['root']);
    const rules = policies.flatMap((name) => this.#all.get(name)?.rules ?? []);
    const best = mostSpecific(rules, path);
    const words = rules.filter((rule) => rule.path === best).flatMap((rule) => rule.capabilities);
    return words.length === 0 || words.includes('deny') ? new Set(['deny']) : new Set(words);
  }
}

export function allows(
  capabilities: ReadonlySet<string>,
  operation: Operation,
  needsSudo: boolean,
): boolean {
  if (capabilities.has('root')) return true;
  return capabilities.has(operation) && (!needsSudo || capabilities.has('sudo'));
}

function policyOf(text: string): Policy {
  return { text, rules: parsePolicy(text) };
}

function mostSpecific(rules: readonly Rule[], path: string): string | undefined {
  const exact = rules.find((rule) => rule.path === path || `${rule.path}/` === path);
  if (exact && !isPattern(exact.path)) return exact.path;
  const fitting = rules.map((rule) => rule.path).filter((each) => fits(each, path));
  return fitting.sort(byPriority).at(-1);
}

function isPattern(path: string): boolean {
  return path.endsWith('*') || path.split('/').includes('+');
}

/** `+` is one segment, `*` at the end is any rest. */
function fits(pattern: string, path: string): boolean {
  const open = pattern.endsWith('*');
  const wanted = (open ? pattern.slice(0, -1) : pattern).split('/');
  const given = path.split('/');
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((part, at) => {
    const whole = given[at] ?? '';
    if (part === '+') return whole !== '';
    return open && at === wanted.length - 1 ? whole.startsWith(part) : whole === part;
  });
}

/** The weaker one first, as Vault's documentation of policies ranks them. */
function byPriority(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  const differing = left.findIndex((value, at) => value !== right[at]);
  if (differing === -1) return a < b ? -1 : 1;
  return (left[differing] ?? 0) - (right[differing] ?? 0);
}

function rank(path: string): number[] {
  return [
    firstWildcard(path),
    path.endsWith('*') ? 0 : 1,
    -path.split('/').filter((part) => part === '+').length,
    path.length,
  ];
}

function firstWildcard(path: string): number {
  const at = path.search(/\*$|(?<=^|\/)\+(?=\/|$)/);
  return at === -1 ? path.length : at;
}

/** What Vault's own default policy allows, without what is templated with identities. */
const DEFAULT_POLICY = [
  ['auth/token/lookup-self', 'read'],
  ['auth/token/renew-self', 'update'],
  ['auth/token/revoke-self', 'update'],
  ['sys/capabilities-self', 'update'],
  ['sys/internal/ui/resultant-acl', 'read'],
  ['sys/renew', 'update'],
  ['sys/leases/renew', 'update'],
  ['sys/leases/lookup', 'update'],
  ['cubbyhole/*', 'create", "read", "update", "delete", "list'],
  ['sys/wrapping/wrap', 'update'],
  ['sys/wrapping/lookup', 'update'],
  ['sys/wrapping/unwrap', 'update'],
  ['sys/tools/hash', 'update'],
  ['sys/tools/hash/*', 'update'],
  ['sys/control-group/request', 'update'],
  ['identity/oidc/provider/+/authorize', 'read", "update'],
]
  .map(([path, words]) => `path "${path}" {\n  capabilities = ["${words}"]\n}\n`)
  .join('\n');
