/** The main job as a story: config/samples applied, a secret followed, a lease renewed, a credential rotated. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { conditionOf, type KubeObject, textsOf } from '../../test/stage/kube-admin.ts';
import type { Site } from './site.ts';
import type { Step } from './story.ts';

const SAMPLES = join(import.meta.dirname, '..', '..', 'config', 'samples');
const NAMESPACE = 'demo';
/** Seconds: short, so that a lease is renewed and reaches its maximum while one watches. */
const LEASE_TTL = 6;
const LEASE_MAX_TTL = 14;
const CREATE_USER = `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;
const POLICY = `
path "kv/data/demo/*" { capabilities = ["read"] }
path "database/creds/demo" { capabilities = ["read"] }`;

/** What an earlier step saw and a later one compares with. */
interface Memory {
  user?: string;
  lease?: string;
  renewedAt?: number;
}

export function mainJob(site: Site): readonly Step[] {
  const { kube, vault } = site;
  const memory: Memory = {};
  const secret = (name: string) => kube.get('secrets', NAMESPACE, name);
  const leases = () => vault.leases('database/creds/demo');
  const status = async () =>
    (await kube.get('vaultdynamicsecrets', NAMESPACE, 'app-db'))?.['status'] ?? {};
  const stamps = async (): Promise<Record<string, string>> =>
    (await kube.get('deployments', NAMESPACE, 'web'))?.['spec'].template.metadata.annotations ?? {};
  return [
    {
      title: 'Vault gets a role, a policy, a key in kv and a database role with short leases',
      act: () => prepareVault(site),
      seen: async () => 'role "demo" may read kv/demo/* and database/creds/demo',
    },
    {
      title: 'config/samples is applied',
      act: () => applySamples(site),
      seen: async () =>
        isReady(
          await kube.get('vaultconnections', NAMESPACE, 'vault'),
          'the VaultConnection is ready: Vault answered',
        ),
    },
    {
      title: 'the static secret is synced',
      seen: async () => {
        const keys = Object.keys(textsOf(await secret('app-config')));
        return keys.length > 0 ? `Secret app-config has the keys ${keys.join(', ')}` : undefined;
      },
    },
    {
      title: 'a database credential is issued',
      seen: async () => {
        memory.user = textsOf(await secret('app-db'))['username'] ?? '';
        [memory.lease = ''] = await leases();
        memory.renewedAt = (await status()).lastRenewalTime;
        if (!memory.user || !memory.renewedAt) return undefined;
        return `Secret app-db holds user ${memory.user} under one lease; its token is on record in ${site.operatorNamespace}`;
      },
    },
    {
      title: 'the value changes in Vault',
      act: () => vault.writeKv2('kv', 'demo/config', { greeting: 'goodbye' }),
      seen: async () => {
        if (textsOf(await secret('app-config'))['greeting'] !== 'goodbye') return undefined;
        const [stamp] = Object.entries(await stamps());
        return stamp && `the Secret follows, and Deployment web is restarted by ${stamp.join('=')}`;
      },
    },
    {
      title: 'the lease is renewed before it ends, and the credential stays',
      seen: async () => {
        const renewedAt = (await status()).lastRenewalTime;
        if (renewedAt === memory.renewedAt) return undefined;
        return `renewed ${renewedAt - (memory.renewedAt ?? 0)} s after it was issued`;
      },
    },
    {
      title: 'the lease comes to its maximum: a new credential, while the old one still works',
      seen: async () => {
        const user = textsOf(await secret('app-db'))['username'];
        if (!user || user === memory.user) return undefined;
        const keys = Object.keys(await stamps());
        return keys.length > 1
          ? `Secret app-db holds user ${user}, and Deployment web is restarted once more`
          : undefined;
      },
    },
    {
      title: 'the old credential is given back to Vault',
      seen: async () =>
        (await leases()).includes(memory.lease ?? '') ? undefined : `lease ${memory.lease} is gone`,
    },
    {
      title: 'the operator is killed and started again',
      act: async () => {
        memory.user = textsOf(await secret('app-db'))['username'] ?? '';
        memory.lease = (await leases()).join();
        await site.operator.kill();
        await site.operator.start({ args: FLAGS });
      },
      seen: async () =>
        textsOf(await secret('app-db'))['username'] === memory.user
          ? 'the credential is the same: nothing was issued, written or restarted'
          : undefined,
    },
  ];
}

/** The overlap is as short as the leases. */
export const FLAGS = ['--lease-overlap=3s', '--lease-owner-grace=3s'];

/** The last step: everything goes back. Not told while the sandbox stays up. */
export function farewell({ kube, vault }: Site): readonly Step[] {
  return [
    {
      title: 'the VaultDynamicSecret is deleted',
      act: () => kube.remove('vaultdynamicsecrets', NAMESPACE, 'app-db'),
      seen: async () => {
        const left = await vault.leases('database/creds/demo');
        return left.length === 0 ? 'its credential was given back: no lease is left' : undefined;
      },
    },
  ];
}

async function prepareVault({ vault }: Site): Promise<void> {
  await vault.call('POST', 'sys/policies/acl/demo', { policy: POLICY });
  await vault.call('POST', 'auth/kubernetes/role/demo', {
    bound_service_account_names: 'app',
    bound_service_account_namespaces: NAMESPACE,
    token_policies: 'demo',
    token_ttl: 3600,
  });
  await vault.call('POST', 'database/roles/demo', {
    db_name: 'postgres',
    creation_statements: CREATE_USER,
    default_ttl: LEASE_TTL,
    max_ttl: LEASE_MAX_TTL,
  });
  await vault.writeKv2('kv', 'demo/config', { greeting: 'hello' });
}

/** As they are, but for the address of the Vault, and with its CA beside them. */
async function applySamples({ kube, vault, vaultCa }: Site): Promise<void> {
  const objects = globSync('*.yaml', { cwd: SAMPLES }).sort().flatMap(documentsOf);
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
  for (const namespace of namespaces) await kube.apply(namespace);
  const metadata = { name: 'vault-ca', namespace: NAMESPACE };
  await kube.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    stringData: { 'ca.crt': vaultCa },
  });
  for (const object of objects.filter(({ kind }) => !['Namespace', 'Kustomization'].includes(kind)))
    await kube.apply(
      object.kind === 'VaultConnection'
        ? { ...object, spec: { ...object['spec'], address: vault.url } }
        : object,
    );
}

function documentsOf(file: string): KubeObject[] {
  const documents = parseAllDocuments(readFileSync(join(SAMPLES, file), 'utf8'));
  return documents.map((document) => document.toJS());
}

function isReady(object: KubeObject | undefined, sentence: string): string | undefined {
  return conditionOf(object, 'Ready')?.status === 'True' ? sentence : undefined;
}
