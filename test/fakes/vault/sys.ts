/** sys/: what every namespace has beside its mounts; policies, capabilities, audit, namespaces, and what others hang in. */
import { type Call, type Engine, follow, type Outcome, type Result, type Route } from './call.ts';
import { nothingThere, permissionDenied } from './envelope.ts';
import { type Fields, textOf, textsOf } from './json.ts';
import type { Policies } from './policies.ts';

interface Parts {
  readonly policiesOf: (call: Call) => Policies;
  /** On a path within the call's namespace. */
  readonly capabilities: (call: Call, path: string) => ReadonlySet<string>;
  readonly createNamespace: (path: string) => void;
  readonly more: readonly Route[];
}

export function sys(parts: Parts): Engine {
  const routes = [...parts.more, ...routesOf(parts)];
  return { type: 'system', answer: (call) => follow(routes, call) };
}

/** Paths within sys/ that need `sudo` beside the operation. */
export function needsSudo(fullPath: string): boolean {
  return /^sys\/(auth\/|audit(\/|$)|seal$|leases$|leases\/lookup\/|(leases\/)?revoke-(prefix|force)\/)|^auth\/token\/(accessors\/?$|revoke-orphan)/.test(
    fullPath,
  );
}

function routesOf({ policiesOf, capabilities, createNamespace }: Parts): Route[] {
  const audits = new Map<string, Fields>();
  return [
    {
      path: /^polic(?:ies\/acl|y)\/?$/,
      acts: { list: (call) => ({ data: { keys: policiesOf(call).names() } }) },
    },
    {
      path: /^polic(?:ies\/acl|y)\/([^/]+)$/,
      acts: {
        read: (call, name = '') => readPolicy(policiesOf(call), name),
        update: (call, name = '') => {
          policiesOf(call).put(name, decoded(textOf(call.body['policy'])));
          return undefined;
        },
        delete: (call, name = '') => {
          policiesOf(call).delete(name);
          return undefined;
        },
      },
    },
    {
      path: /^capabilities-self$/,
      acts: {
        update: (call) => ownCapabilities(call, (path) => [...capabilities(call, path)].sort()),
      },
    },
    { path: /^audit$/, acts: { read: () => ({ atTop: true, data: Object.fromEntries(audits) }) } },
    {
      path: /^audit\/(.+?)\/?$/,
      acts: {
        update: (call, name = '') => void audits.set(`${name}/`, call.body),
        delete: (_call, name = '') => void audits.delete(`${name}/`),
      },
    },
    {
      path: /^namespaces\/(.+?)\/?$/,
      acts: {
        update: (call, name = '') => {
          createNamespace([call.namespace, name].filter((part) => part !== '').join('/'));
          return { data: { path: `${name}/` } };
        },
      },
    },
  ];
}

function readPolicy(policies: Policies, name: string): Result {
  const text = policies.text(name);
  if (text === undefined) throw nothingThere();
  return { data: { name, policy: text } };
}

/** A policy may come in base64. */
function decoded(text: string): string {
  const plain = Buffer.from(text, 'base64').toString('utf8');
  return /^[A-Za-z0-9+/=\s]+$/.test(text) && /path/.test(plain) ? plain : text;
}

function ownCapabilities(call: Call, of: (path: string) => readonly string[]): Outcome {
  if (!call.token) throw permissionDenied();
  const paths = textsOf(call.body['paths'] ?? call.body['path']);
  const each = Object.fromEntries(paths.map((path) => [path, of(path)]));
  const single = paths.length === 1 && { capabilities: of(paths[0] ?? '') };
  return { atTop: true, data: { ...each, ...single } };
}
