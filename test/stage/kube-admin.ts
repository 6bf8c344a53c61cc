/** The administrator's hands on the API server, as plain HTTP, so that fakes and real servers are spoken to alike. */
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type Agent, request } from 'undici';
import { parseAllDocuments } from 'yaml';

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly { readonly uid: string }[];
}

// biome-ignore lint: objects of any kind
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: any; // eslint-disable-line typescript/no-explicit-any
}

export type Resource = keyof typeof RESOURCES;

const OURS = 'apis/secrets.hashicorp.com/v1beta1';
const RESOURCES = {
  namespaces: ['api/v1', 'Namespace'],
  pods: ['api/v1', 'Pod'],
  secrets: ['api/v1', 'Secret'],
  serviceaccounts: ['api/v1', 'ServiceAccount'],
  events: ['api/v1', 'Event'],
  deployments: ['apis/apps/v1', 'Deployment'],
  daemonsets: ['apis/apps/v1', 'DaemonSet'],
  statefulsets: ['apis/apps/v1', 'StatefulSet'],
  rollouts: ['apis/argoproj.io/v1alpha1', 'Rollout'],
  leases: ['apis/coordination.k8s.io/v1', 'Lease'],
  clusterroles: ['apis/rbac.authorization.k8s.io/v1', 'ClusterRole'],
  clusterrolebindings: ['apis/rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  roles: ['apis/rbac.authorization.k8s.io/v1', 'Role'],
  rolebindings: ['apis/rbac.authorization.k8s.io/v1', 'RoleBinding'],
  customresourcedefinitions: ['apis/apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  vaultconnections: [OURS, 'VaultConnection'],
  vaultauths: [OURS, 'VaultAuth'],
  vaultauthglobals: [OURS, 'VaultAuthGlobal'],
  vaultstaticsecrets: [OURS, 'VaultStaticSecret'],
  vaultdynamicsecrets: [OURS, 'VaultDynamicSecret'],
  vaultpkisecrets: [OURS, 'VaultPKISecret'],
  secrettransformations: [OURS, 'SecretTransformation'],
} as const;

const CLUSTER_WIDE = new Set([
  'namespaces',
  'clusterroles',
  'clusterrolebindings',
  'customresourcedefinitions',
]);

export interface KubeAddress {
  readonly url: string;
  readonly token: string;
  readonly dispatcher: Agent;
}

export class KubeAdmin {
  readonly #address: KubeAddress;

  constructor(address: KubeAddress) {
    this.#address = address;
  }

  /** Server-side apply of an object, or of every document of a YAML text. */
  async apply(what: string | object): Promise<KubeObject> {
    const objects: KubeObject[] =
      typeof what === 'string'
        ? parseAllDocuments(what).map((document) => document.toJS())
        : [what as KubeObject];
    let last: KubeObject | undefined;
    for (const object of objects.filter(Boolean)) {
      const path = this.#pathOf(
        resourceOf(object),
        object.metadata.namespace,
        object.metadata.name,
      );
      const query = '?fieldManager=scenario&force=true';
      last = await this.#call('PATCH', path + query, object, 'application/apply-patch+yaml');
    }
    if (!last) throw new Error('nothing to apply');
    return last;
  }

  async get(resource: Resource, namespace: string, name: string): Promise<KubeObject | undefined> {
    return this.#call('GET', this.#pathOf(resource, namespace, name)).catch(ifStatus(404));
  }

  async list(
    resource: Resource,
    namespace?: string,
    selector = '',
  ): Promise<readonly KubeObject[]> {
    const query = selector ? `?labelSelector=${encodeURIComponent(selector)}` : '';
    const list = await this.#call('GET', this.#pathOf(resource, namespace) + query);
    return list['items'];
  }

  /** A merge patch; null removes a field. */
  async patch(
    resource: Resource,
    namespace: string,
    name: string,
    patch: object,
    subresource = '',
  ): Promise<KubeObject> {
    const path = this.#pathOf(resource, namespace, name) + (subresource && `/${subresource}`);
    return this.#call('PATCH', path, patch, 'application/merge-patch+json');
  }

  /** The public keys by which tokens of service accounts are verified, as PEM. */
  async tokenKeys(): Promise<readonly string[]> {
    const { keys } = await this.#call('GET', '/openid/v1/jwks');
    return keys.map((key: JsonWebKey) =>
      createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }),
    );
  }

  /** Also when it is gone already. */
  async remove(resource: Resource, namespace: string, name: string): Promise<void> {
    const path = this.#pathOf(resource, namespace, name);
    await this.#call('DELETE', path, { propagationPolicy: 'Background' }).catch(ifStatus(404));
  }

  #pathOf(resource: Resource, namespace?: string, name?: string): string {
    const [api] = RESOURCES[resource];
    const scope = namespace && !CLUSTER_WIDE.has(resource) ? `/namespaces/${namespace}` : '';
    return `/${api}${scope}/${resource}${name ? `/${name}` : ''}`;
  }

  async #call(
    method: 'GET' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    type = 'application/json',
  ): Promise<KubeObject> {
    const { url, token, dispatcher } = this.#address;
    const answer = await request(url + path, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new KubeRefusal(method, path, answer.statusCode, text);
    return JSON.parse(text);
  }
}

export class KubeRefusal extends Error {
  readonly status: number;

  constructor(method: string, path: string, status: number, text: string) {
    super(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    this.status = status;
  }
}

function ifStatus(status: number) {
  return (error: unknown): undefined => {
    if (error instanceof KubeRefusal && error.status === status) return undefined;
    throw error;
  };
}

function resourceOf(object: KubeObject): Resource {
  const found = Object.entries(RESOURCES).find(([, [, kind]]) => kind === object.kind);
  if (!found) throw new Error(`no resource is known for kind ${object.kind}`);
  return found[0] as Resource;
}

/** Of a Secret: its values as text. */
export function textsOf(secret: KubeObject | undefined): Record<string, string> {
  const data: Record<string, string> = secret?.['data'] ?? {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

export interface Condition {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** The condition of a type, when the object has it. */
export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  const conditions: (Condition & { type: string })[] = object?.['status']?.conditions ?? [];
  return conditions.find((each) => each.type === type);
}
