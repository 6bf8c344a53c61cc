/** The words in which conformance stories are written: requests in order, on a namespace of their own. */

export interface Step {
  /** Method and path, as in `GET /api/v1/namespaces/$ns/secrets/a`; `$name` stands for what was kept. */
  readonly ask: string;
  readonly send?: unknown;
  /** Media type of the body; application/json unless given. */
  readonly type?: string;
  /** 'guest': a service account of the namespace without rights of its own. A `$name`: a token kept before. */
  readonly as?: 'admin' | 'guest' | 'nobody' | `$${string}`;
  readonly accept?: string;
  /** Remembers values of the answer: name -> path in the body. */
  readonly keep?: Readonly<Record<string, string>>;
  /** Only these paths of the body are compared: for what controllers or defaults add. */
  readonly look?: readonly string[];
  /** Asked again until the answer has this code: for what controllers do in their own time. */
  readonly until?: number;
  /** A watch: read so many events, then hang up. */
  readonly events?: number;
  /** Not compared; it only sets the scene. */
  readonly silent?: true;
}

export interface Story {
  readonly title: string;
  readonly steps: readonly Step[];
}

export const MERGE = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';

const CORE = '/api/v1/namespaces/$ns';
export const SECRETS = `${CORE}/secrets`;
export const ACCOUNTS = `${CORE}/serviceaccounts`;
export const WIDGETS = '/apis/conformance.example.com/v1/namespaces/$ns/widgets';
export const LEASES = '/apis/coordination.k8s.io/v1/namespaces/$ns/leases';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/$ns/deployments';
export const ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles';
export const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings';

type More = Readonly<Record<string, unknown>>;

export function secret(name: string, more: More = {}, metadata: More = {}): More {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...metadata }, ...more };
}

export function widget(name: string, spec: More = { size: 1 }, more: More = {}): More {
  const { metadata, ...rest } = more;
  const apiVersion = 'conformance.example.com/v1';
  return { apiVersion, kind: 'Widget', metadata: { name, ...Object(metadata) }, spec, ...rest };
}
