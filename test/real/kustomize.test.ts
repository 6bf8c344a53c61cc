/**
 * config/ as kubectl builds it and the API server takes it: strictly validated, admitted under `restricted`, and enough
 * for the operator, which runs under the roles, with the arguments and in the environment of the manifests.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeBundle } from '../../hack/bundle/make.ts';
import { startStack } from '../../hack/real/stack.ts';
import { COMMANDS, production } from '../deploy/estate.ts';
import { Kustomize, ROOT } from '../deploy/kustomize.ts';
import { type Pod, podOf } from '../deploy/pod.ts';
import { Terminal } from '../guides/terminal.ts';
import { entrypoint } from '../image/tree.ts';
import { conditionOf, type KubeObject, textsOf } from '../stage/kube-admin.ts';
import { Leased } from '../stage/leased.ts';
import { OperatorProcess } from '../stage/operator-process.ts';
import { admins } from '../stage/real-servers.ts';
import { realStage } from '../stage/real-stage.ts';
import { namespacedRights, rights } from '../stage/rights.ts';
import { Sights } from '../stage/sights.ts';
import type { Stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

const NAMESPACE = 'vault-secrets-operator-system';
const PREFIX = 'vault-secrets-operator-';
/** The login of the VaultAuth that the overlay brings has no role. */
const MISSING = /"message":"tokens of lease records cannot be encrypted: [^"]*kubernetes\/login/;
const STAMP = { version: '0.0.0', commit: 'test', date: 'test' };
const OVERLAYS = ['dev', 'staging', 'production', 'namespaced'].map(
  (name) => `config/overlays/${name}`,
);

describe('config/', () => {
  let play: Stage;
  let kustomize: Kustomize;
  let terminal: Terminal;
  let bundle: string;
  /** A service account's kubeconfig, by its name. */
  let kubeconfigOf: (namespace: string, serviceAccount: string) => Promise<string>;
  const replicas: OperatorProcess[] = [];

  before(async () => {
    const stack = await startStack({ manifests: [join(ROOT, 'config/crd/bases')] });
    kustomize = new Kustomize(stack);
    terminal = new Terminal(stack);
    bundle = join(stack.folder, 'operator.mjs');
    kubeconfigOf = async (namespace, serviceAccount) => {
      const path = join(stack.folder, `${namespace}.${serviceAccount}.kubeconfig`);
      const text = await stack.operatorKubeconfig({ namespace, serviceAccount });
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    const none = new OperatorProcess(() => {
      throw new Error('replicas are started one by one');
    });
    play = realStage(stack, { ...admins(stack), operator: none, operatorNamespace: NAMESPACE });
    await makeBundle(bundle, STAMP);
    for (const name of ['team-a', 'team-b'])
      await play.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    for (const name of ['service-monitors', 'prometheus-rules'])
      await stack.apply(readFileSync(join(ROOT, `test/deploy/${name}.yaml`), 'utf8'));
  });
  after(async () => {
    await Promise.all(replicas.map((each) => each.kill()));
    await play.close();
  });

  /** As a pod of the Deployment among these. Ports are any, as pods have addresses of their own. */
  async function started(manifests: readonly KubeObject[], name: string): Promise<OperatorProcess> {
    const pod: Pod = podOf(manifests, name);
    const KUBECONFIG = await kubeconfigOf(pod.namespace, pod.serviceAccount);
    const [, ...words] = entrypoint();
    const flags = words.filter((word) => word.startsWith('--'));
    const replica = new OperatorProcess((ports) =>
      spawn(process.execPath, [...flags, bundle, ...pod.args, ...ports], {
        env: { ...pod.env, KUBECONFIG },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    replicas.push(replica);
    await replica.start();
    return replica;
  }

  it('builds, every kustomization of it', async () => {
    const files = globSync('config/**/kustomization.yaml', { cwd: ROOT });
    const folders = files
      .filter((file) => !readFileSync(join(ROOT, file), 'utf8').includes('kind: Component'))
      .map((file) => dirname(file));
    assert.ok(folders.length > 10, `${folders.length} folders were found`);
    for (const folder of folders) assert.ok((await kustomize.build(folder)).length > 0, folder);
  });

  it("has the names of VSO's own base", async () => {
    const built = await kustomize.build('config/default');
    const names = built.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    for (const name of [
      `Namespace ${NAMESPACE}`,
      `Deployment ${PREFIX}controller-manager`,
      `ServiceAccount ${PREFIX}controller-manager`,
      `ClusterRole ${PREFIX}manager-role`,
      `ClusterRoleBinding ${PREFIX}manager-rolebinding`,
      `Role ${PREFIX}leader-election-role`,
      `RoleBinding ${PREFIX}leader-election-rolebinding`,
      `Service ${PREFIX}controller-manager-metrics-service`,
    ])
      assert.ok(names.includes(name), `${name} is missing`);
    const deployment = built.find(({ kind }) => kind === 'Deployment');
    assert.deepEqual(deployment?.['spec'].selector.matchLabels, {
      'app.kubernetes.io/component': 'controller-manager',
      'control-plane': 'controller-manager',
    });
  });

  for (const folder of ['config/crd', 'config/default', ...OVERLAYS])
    it(`${folder} is taken by the API server`, () => kustomize.apply(folder));

  for (const name of ['dev', 'staging', 'production'])
    it(`the samples for ${name} are taken by the API server`, () =>
      kustomize.apply(`config/overlays/${name}/application`));

  for (const name of [
    'service-monitor',
    'alerts',
    'dashboard',
    'network-policy',
    'disruption-budget',
    'user-roles',
    'encrypted-records',
  ])
    it(`the component ${name} is taken by the API server`, () =>
      kustomize.with(
        `resources: ['{config}/default']\ncomponents: ['{config}/components/${name}']\n`,
        (folder) => kustomize.apply(folder),
      ));

  it('has pods that `restricted` admits, as it does not admit just any', async () => {
    await kustomize.apply('config/overlays/production');
    const isOfProduction = ({ spec }: KubeObject): boolean =>
      spec.containers[0].args.includes('--hardened');
    // Nobody makes them ready here, so how many there are depends on what the rollout waits for.
    await play.until('pods of production are there', async () => {
      return (await kustomize.get('pods', NAMESPACE)).some(isOfProduction);
    });
    const [budget] = await kustomize.get('poddisruptionbudgets', NAMESPACE);
    assert.equal(budget?.['spec'].maxUnavailable, 1);

    const careless = { name: 'x', image: 'x' };
    const metadata = { name: 'careless', namespace: NAMESPACE };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [careless] } };
    await assert.rejects(play.kube.apply(pod), /violates PodSecurity/);
  });

  it('leaves the records of production plain where there is no Transit', async () => {
    const folders = ['overlays/production', 'components/plain-records'];
    const [resource, component] = folders.map((folder) => `['{config}/${folder}']\n`);
    const built = await kustomize.applied(`resources: ${resource}components: ${component}`);
    const { env } = podOf(built, 'production-0');
    assert.equal(env['VSO_CLIENT_CACHE_PERSISTENCE_MODEL'], 'direct-unencrypted');
    assert.deepEqual(built.filter(isOfRecords), []);
    assert.equal(
      (await kustomize.build('config/overlays/production')).filter(isOfRecords).length,
      3,
    );
  });

  it('lets a prefix and the hash of a generated Secret follow into our references', async () => {
    const text = `
namePrefix: shop-
resources: ['{config}/samples']
components: ['{config}/components/name-reference']
secretGenerator:
  - { name: vault-ca, namespace: demo, literals: [ca.crt=pem] }
`;
    const built = await kustomize.with(text, (folder) => kustomize.build(folder));
    const spec = (kind: string) => built.find((each) => each.kind === kind)?.['spec'];
    assert.match(spec('VaultConnection').caCertSecretRef, /^shop-vault-ca-[a-z0-9]{10}$/);
    assert.equal(spec('VaultAuth').vaultConnectionRef, 'shop-vault');
    assert.equal(spec('VaultAuth').kubernetes.serviceAccount, 'shop-app');
    for (const kind of ['VaultStaticSecret', 'VaultDynamicSecret']) {
      assert.equal(spec(kind).vaultAuthRef, 'shop-app');
      assert.equal(spec(kind).rolloutRestartTargets[0].name, 'shop-web');
    }
  });

  it('grants what the tests of the operator grant it, also namespaced', async () => {
    const told = async (folder: string) => rulesOf(await kustomize.build(folder));
    assert.deepEqual(await told('config/default'), rulesOf(rights(NAMESPACE), PREFIX));
    assert.deepEqual(await told('config/overlays/production'), rulesOf(rights(NAMESPACE), PREFIX));
    const teams = namespacedRights(NAMESPACE, ['team-a', 'team-b']);
    assert.deepEqual(await told('config/overlays/namespaced'), rulesOf(teams, PREFIX));
  });

  it('from dev to production on a live install no lease moves, nothing restarts, and no token stays readable', async () => {
    await kustomize.apply('config/overlays/dev');
    await terminal.type(COMMANDS.ca);
    const dev = await started(await kustomize.build('config/overlays/dev'), 'dev-0');
    // As the samples: without an audience in dev, with Vault's own in production. The Vault role takes either.
    const home = await tenant(play, { role: { audience: '' } });
    const login = (more: object = {}) =>
      home.apply('VaultAuth', 'app', {
        vaultConnectionRef: 'vault',
        method: 'kubernetes',
        mount: 'kubernetes',
        kubernetes: { role: home.role, serviceAccount: 'app', ...more },
      });
    const { spec } = await login();
    assert.equal(spec.kubernetes.audiences, undefined);
    const leased = new Leased(play, home);
    const sights = new Sights(play, home);
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'ada' });
    await home.staticSecret('app');
    const user = await leased.applied();
    await sights.synced('app');
    const before = await secretVersions(sights);

    // Before the rules that demand it: dev logs in with it already, and goes on.
    await login({ audiences: ['vault'] });
    await play.until('dev has looked at the audience', async () => {
      const auth = await play.kube.get('vaultauths', home.namespace, 'app');
      return conditionOf(auth, 'Ready')?.observedGeneration === auth?.metadata.generation;
    });
    await leased.edited({ renewalPercent: 50 });
    await leased.ready();
    assert.equal(await leased.issues(), 1);

    const manifests = await kustomize.applied(production(play.vault));
    const next = await Promise.all(
      ['production-0', 'production-1'].map((name) => started(manifests, name)),
    );
    await dev.stop();
    assert.equal(dev.exitCode, 0);

    // Vault is not prepared yet.
    await play.until('one of the new replicas acts, and says what is missing', async () =>
      next.some((each) => MISSING.test(each.logs())),
    );
    const late = new Leased(play, home, 'late');
    await late.edited();
    await play.until('who wants a credential is told', async () =>
      (await late.condition('Ready'))?.message.includes('cannot be encrypted'),
    );
    await leased.edited({ renewalPercent: 60 });
    await leased.ready();
    assert.deepEqual(await recordForms(play), ['token']);
    assert.equal((await readableTokens(play)).length, 1);
    assert.equal((await leased.leases()).length, 1);

    await terminal.type(COMMANDS.transit);
    await play.until('the record is encrypted', async () => {
      return (await recordForms(play)).includes('ciphertext');
    });
    await late.ready();
    assert.deepEqual(await recordForms(play), ['ciphertext', 'ciphertext']);
    assert.deepEqual(await readableTokens(play), []);
    await play.pass(2_000);

    assert.equal(await leased.user(), user);
    // By both, that is.
    assert.equal(await leased.issues(), 2);
    assert.equal((await leased.leases()).length, 2);
    assert.equal(await leased.restarts(), 0);
    assert.deepEqual(await secretVersions(sights), before);
    const acting = next.filter((each) => each.logs().includes('"msg":"at work"'));
    assert.equal(acting.length, 1);
    for (const each of next) assert.doesNotMatch(each.logs(), /may not |Forbidden/);
    await Promise.all(next.map((each) => each.stop()));
  });

  it('deleted, it leaves the definitions and what they define', async () => {
    await kustomize.remove('config/default');
    await play.until('the Deployment is gone', async () => {
      return (await play.kube.list('deployments', NAMESPACE)).length === 0;
    });
    const definitions = await play.kube.list('customresourcedefinitions');
    const ours = definitions.filter(({ spec }) => spec.group === 'secrets.hashicorp.com');
    assert.equal(ours.length, 7);
    assert.ok((await play.kube.list('vaultdynamicsecrets')).length > 0);
  });
});

/** What the component encrypted-records adds. */
function isOfRecords({ metadata }: KubeObject): boolean {
  return metadata.name === 'lease-records';
}

/** How tokens lie in the ledger's records. */
async function recordForms(play: Stage): Promise<readonly string[]> {
  const label = 'app.kubernetes.io/component=lease-ledger';
  const records = await play.kube.list('secrets', NAMESPACE, label);
  return records.map((each) =>
    Object.keys(textsOf(each))
      .filter((key) => key !== 'record')
      .join(),
  );
}

/** Names of the Secrets in which one who may read those of the operator's namespace finds a token of Vault. */
async function readableTokens(play: Stage): Promise<readonly string[]> {
  const secrets = await play.kube.list('secrets', NAMESPACE);
  return secrets
    .filter((each) => /\bhv[sb]\./.test(JSON.stringify(textsOf(each))))
    .map(({ metadata }) => metadata.name);
}

async function secretVersions(sights: Sights): Promise<readonly (string | undefined)[]> {
  return Promise.all(['app', 'db'].map((name) => sights.version('secrets', name)));
}

/** Roles and what they are bound to, in an order of their own and without labels. */
function rulesOf(manifests: readonly KubeObject[], prefix = ''): string[] {
  const named = (name: string): string => prefix + name;
  return manifests
    .filter(({ kind }) => kind.endsWith('Role') || kind.endsWith('RoleBinding'))
    .map(({ kind, metadata, rules, roleRef, subjects }) =>
      JSON.stringify({
        kind,
        namespace: metadata.namespace,
        name: named(metadata.name),
        rules: rules?.map(inOrder),
        roleRef: roleRef && `${roleRef.kind} ${named(roleRef.name)}`,
        subjects: subjects?.map(
          (each: { name: string; namespace: string }) => `${each.namespace}/${named(each.name)}`,
        ),
      }),
    )
    .toSorted();
}

function inOrder(rule: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(rule).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
