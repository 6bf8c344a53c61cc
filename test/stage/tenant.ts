/**
 * A namespace of its own for a scenario, with everything that a platform team would have set up: a service account,
 * a Vault policy and role for it, a VaultConnection with the CA, a VaultAuth. Names are unique, so that scenarios of
 * one stage do not meet.
 */
import { randomBytes } from 'node:crypto';
import type { KubeObject } from './kube-admin.ts';
import type { Stage } from './stage.ts';

export interface TenantOptions {
  /** Of the login role; seconds. */
  readonly tokenTtl?: number;
  readonly tokenMaxTtl?: number;
  /** Of the database role; seconds. */
  readonly leaseTtl?: number;
  readonly leaseMaxTtl?: number;
  /** Further fields of the login role. */
  readonly role?: object;
  /** Capabilities beside reading kv and creds. */
  readonly policy?: string;
  /** Of its namespace, role and paths, where nobody else has it and people read it; else one that is unique. */
  readonly name?: string;
}

export interface Tenant {
  readonly namespace: string;
  /** Vault role and policy, and the name of the database role. */
  readonly role: string;
  /** Path prefix in kv (v2) and kv1. */
  readonly prefix: string;
  /** Where leases of its credentials are. */
  readonly leasePrefix: string;
  /** Applies an object of the tenant. */
  readonly apply: (kind: string, name: string, spec: object) => Promise<KubeObject>;
  /** A VaultStaticSecret of kv-v2 with a Secret of the same name. */
  readonly staticSecret: (name: string, spec?: object) => Promise<KubeObject>;
  readonly dynamicSecret: (name: string, spec?: object) => Promise<KubeObject>;
  readonly deployment: (name: string) => Promise<KubeObject>;
  readonly remove: () => Promise<void>;
}

const CREATE_USER = `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;

/** What a tenant is set up on. */
export interface Ground extends Pick<Stage, 'kube' | 'vault' | 'vaultCa'> {
  /** Where the operator reaches Vault, when that is not where we do; `vaultCa` is for there. */
  readonly vaultAddress?: string;
}

export async function tenant(stage: Ground, options: TenantOptions = {}): Promise<Tenant> {
  const id = options.name ?? `t-${randomBytes(4).toString('hex')}`;
  await Promise.all([vaultSide(stage, id, options), kubernetesSide(stage, id)]);
  const apply = (kind: string, name: string, spec: object): Promise<KubeObject> =>
    stage.kube.apply({ ...object('secrets.hashicorp.com/v1beta1', kind, id, name), spec });
  return {
    namespace: id,
    role: id,
    prefix: id,
    leasePrefix: `database/creds/${id}`,
    apply,
    staticSecret: (name, spec = {}) =>
      apply('VaultStaticSecret', name, {
        vaultAuthRef: 'app',
        mount: 'kv',
        path: `${id}/${name}`,
        type: 'kv-v2',
        refreshAfter: '5s',
        destination: { name, create: true },
        ...spec,
      }),
    dynamicSecret: (name, spec = {}) =>
      apply('VaultDynamicSecret', name, {
        vaultAuthRef: 'app',
        mount: 'database',
        path: `creds/${id}`,
        destination: { name, create: true },
        ...spec,
      }),
    deployment: (name) => stage.kube.apply(deployment(id, name)),
    remove: () => stage.kube.remove('namespaces', '', id),
  };
}

async function vaultSide({ vault }: Ground, id: string, options: TenantOptions): Promise<void> {
  const { tokenTtl = 3600, tokenMaxTtl = 0, leaseTtl = 3600, leaseMaxTtl = 86_400 } = options;
  const policy = `
path "kv/data/${id}/*" { capabilities = ["read"] }
path "kv1/${id}/*" { capabilities = ["read"] }
path "database/creds/${id}" { capabilities = ["read"] }
${options.policy ?? ''}`;
  await vault.call('POST', `sys/policies/acl/${id}`, { policy });
  await vault.call('POST', `auth/kubernetes/role/${id}`, {
    bound_service_account_names: 'app',
    bound_service_account_namespaces: id,
    audience: 'vault',
    token_policies: id,
    token_ttl: tokenTtl,
    token_max_ttl: tokenMaxTtl,
    ...options.role,
  });
  await vault.call('POST', `database/roles/${id}`, {
    db_name: 'postgres',
    creation_statements: CREATE_USER,
    default_ttl: leaseTtl,
    max_ttl: leaseMaxTtl,
  });
}

async function kubernetesSide(ground: Ground, id: string): Promise<void> {
  const { kube, vaultCa, vault, vaultAddress = vault.url } = ground;
  await kube.apply(object('v1', 'Namespace', undefined, id));
  await kube.apply(object('v1', 'ServiceAccount', id, 'app'));
  await kube.apply({
    ...object('v1', 'Secret', id, 'vault-ca'),
    stringData: { 'ca.crt': vaultCa },
  });
  await kube.apply({
    ...object('secrets.hashicorp.com/v1beta1', 'VaultConnection', id, 'vault'),
    spec: { address: vaultAddress, caCertSecretRef: 'vault-ca' },
  });
  await kube.apply({
    ...object('secrets.hashicorp.com/v1beta1', 'VaultAuth', id, 'app'),
    spec: {
      vaultConnectionRef: 'vault',
      method: 'kubernetes',
      mount: 'kubernetes',
      kubernetes: { role: id, serviceAccount: 'app', audiences: ['vault'] },
    },
  });
}

export function object(
  apiVersion: string,
  kind: string,
  namespace: string | undefined,
  name: string,
): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } };
}

/** There is no kubelet: what wants no pods rolls out at once, and holds up no credential. */
export function deployment(namespace: string, name: string): KubeObject {
  const labels = { app: name };
  const containers = [{ name: 'app', image: 'registry.example/app:1' }];
  return {
    ...object('apps/v1', 'Deployment', namespace, name),
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}
