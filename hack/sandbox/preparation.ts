/** What a platform team does once, and what a tenant applies: Vault's side, and config/samples as they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../test/stage/kube-admin.ts';
import type { VaultAdmin } from '../../test/stage/vault-admin.ts';
import type { Site } from './site.ts';

const SAMPLES = join(import.meta.dirname, '..', '..', 'config', 'samples');
/** The namespace of the samples. */
export const NAMESPACE = 'demo';
/** The name of policy, login role, database role and PKI role that the samples ask for. */
const ROLE = 'demo';
const POLICY = `
path "kv/data/demo/*" { capabilities = ["read"] }
path "database/creds/demo" { capabilities = ["read"] }
path "database/static-creds/demo-report" { capabilities = ["read"] }
path "pki/issue/demo" { capabilities = ["update"] }
path "pki/revoke" { capabilities = ["update"] }`;
const CREATE_USER = `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;

/** Seconds. */
export interface LeaseTimes {
  readonly ttl: number;
  readonly max: number;
  /** Of a certificate, whatever it asks for. */
  readonly certificate: number;
}

export async function prepareVault(vault: VaultAdmin, times: LeaseTimes): Promise<void> {
  await vault.call('POST', `sys/policies/acl/${ROLE}`, { policy: POLICY });
  await vault.call('POST', `auth/kubernetes/role/${ROLE}`, {
    bound_service_account_names: 'app',
    bound_service_account_namespaces: NAMESPACE,
    token_policies: ROLE,
    token_ttl: 3600,
  });
  await setLeaseTimes(vault, times);
  await writeGreeting(vault, 'hello');
}

/** Of credentials and certificates that are issued from now on. */
export async function setLeaseTimes(
  vault: VaultAdmin,
  { ttl, max, certificate }: LeaseTimes,
): Promise<void> {
  await vault.call('POST', `database/roles/${ROLE}`, {
    db_name: 'postgres',
    creation_statements: CREATE_USER,
    default_ttl: ttl,
    max_ttl: max,
  });
  await vault.call('POST', `pki/roles/${ROLE}`, {
    allowed_domains: 'demo.svc,demo.svc.cluster.local',
    allow_subdomains: true,
    key_type: 'ec',
    max_ttl: certificate,
  });
}

export async function writeGreeting(vault: VaultAdmin, greeting: string): Promise<void> {
  await vault.writeKv2('kv', 'demo/config', { greeting });
}

type Ground = Pick<Site, 'kube' | 'vault' | 'vaultCa' | 'runsPods'>;

/**
 * As they are, but for the address of the Vault, and for pods where nobody runs any: a rollout would go on until its
 * deadline. The CA is the Secret that the VaultConnection names.
 */
export async function applySamples(ground: Ground): Promise<void> {
  const { kube, vaultCa } = ground;
  const [namespaces, others] = samples();
  for (const namespace of namespaces) await kube.apply(namespace);
  const metadata = { name: 'vault-ca', namespace: NAMESPACE };
  const stringData = { 'ca.crt': vaultCa };
  await kube.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  for (const object of others) await kube.apply(on(ground, object));
}

export async function applyLeasedSample({ kube }: Site): Promise<void> {
  const [, others] = samples();
  for (const object of others.filter(({ kind }) => kind === 'VaultDynamicSecret'))
    await kube.apply(object);
}

/** In the order of the kustomization; namespaces apart. */
function samples(): [readonly KubeObject[], readonly KubeObject[]] {
  const [kustomization] = documentsOf('kustomization.yaml');
  const files: readonly string[] = kustomization?.['resources'] ?? [];
  const objects = files.flatMap(documentsOf);
  return [objects.filter(isNamespace), objects.filter((each) => !isNamespace(each))];
}

function documentsOf(file: string): KubeObject[] {
  const documents = parseAllDocuments(readFileSync(join(SAMPLES, file), 'utf8'));
  return documents.map((document) => document.toJS());
}

function on({ vault, runsPods }: Ground, object: KubeObject): KubeObject {
  const spec = {
    ...object['spec'],
    ...(object.kind === 'VaultConnection' && { address: vault.url }),
    ...(object.kind === 'Deployment' && !runsPods && { replicas: 0 }),
  };
  return object['spec'] === undefined ? object : { ...object, spec };
}

function isNamespace({ kind }: KubeObject): boolean {
  return kind === 'Namespace';
}
