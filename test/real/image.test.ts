/**
 * The image, as far as a test without a container engine can have it: its file tree, built by its Dockerfile, run as
 * its user on a read-only root in a pod's surroundings, against the real servers.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startStack } from '../../hack/real/stack.ts';
import { COMMANDS, production } from '../deploy/estate.ts';
import { Kustomize, ROOT } from '../deploy/kustomize.ts';
import { type Pod, podOf } from '../deploy/pod.ts';
import { Terminal } from '../guides/terminal.ts';
import { startContainer } from '../image/container.ts';
import { buildImage, type Image } from '../image/tree.ts';
import { Leased } from '../stage/leased.ts';
import { OperatorProcess } from '../stage/operator-process.ts';
import { admins } from '../stage/real-servers.ts';
import { realStage } from '../stage/real-stage.ts';
import { Sights } from '../stage/sights.ts';
import type { Stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

describe('the image', () => {
  let image: Image;
  let play: Stage;
  let operator: OperatorProcess;

  before(async () => {
    image = await buildImage({ COMMIT: 'c0ffee', DATE: '2026-01-02T03:04:05Z' });
    const stack = await startStack({ manifests: [join(ROOT, 'config/crd/bases')] });
    const kustomize = new Kustomize(stack);
    const manifests = await kustomize.applied(production(stack.vault));
    const terminal = new Terminal(stack);
    for (const commands of Object.values(COMMANDS)) await terminal.type(commands);
    const pod: Pod = podOf(manifests, 'pod-0');
    const { namespace, serviceAccount: name } = pod;
    const serviceAccount = join(stack.folder, 'serviceaccount');
    mkdirSync(serviceAccount);
    const files = {
      token: await stack.serviceAccountToken({ namespace, serviceAccount: name }),
      'ca.crt': stack.apiServer.caPem,
      namespace,
    };
    for (const [file, text] of Object.entries(files))
      writeFileSync(join(serviceAccount, file), text);
    const { hostname, port } = new URL(stack.apiServer.url);
    const cluster = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const env = { ...pod.env, ...cluster };
    operator = new OperatorProcess((ports) =>
      startContainer(image, { args: [...pod.args, ...ports], env, serviceAccount }),
    );
    play = realStage(stack, { ...admins(stack), operator, operatorNamespace: namespace });
    await operator.start();
  });
  after(async () => {
    await play?.close();
    image?.[Symbol.dispose]();
  });

  it('holds Node, its libraries and the bundle, and nothing else that runs', () => {
    const files = readdirSync(image.tree, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name).slice(image.tree.length));
    const runs = files.filter((file) => statSync(join(image.tree, file)).mode & 0o111);
    assert.deepEqual(
      runs.filter((file) => !/\.so(\.\d+)*$/u.test(file)),
      ['/nodejs/bin/node'],
    );
    assert.deepEqual(
      files.filter((file) => file.startsWith('/operator/')).toSorted(),
      ['', '.licences.txt', '.map'].map((suffix) => `/operator/operator.mjs${suffix}`),
    );
  });

  it('runs as its user on a root that it cannot write', () => {
    assert.equal(image.user, '65532:65532');
    const { pid } = operator;
    const status = readStatus(pid);
    assert.deepEqual(
      status['Uid'],
      Array.from({ length: 4 }, () => '65532'),
    );
    assert.deepEqual(
      status['Gid'],
      Array.from({ length: 4 }, () => '65532'),
    );
    assert.deepEqual(status['CapEff'], ['0000000000000000']);
    assert.deepEqual(status['NoNewPrivs'], ['1']);
    const root = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[4] === '/');
    assert.match(root?.split(' ')[5] ?? '', /^ro\b/u);
  });

  it('answers its probes, and works', async () => {
    assert.deepEqual(
      [await operator.probe('/healthz'), await operator.probe('/readyz')],
      [200, 200],
    );
    const home = await tenant(play, { role: { audience: 'vault' } });
    await home.apply('VaultAuth', 'app', {
      vaultConnectionRef: 'vault',
      method: 'kubernetes',
      mount: 'kubernetes',
      kubernetes: { role: home.role, serviceAccount: 'app', audiences: ['vault'] },
    });
    const sights = new Sights(play, home);
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'ada' });
    await home.staticSecret('app');
    await sights.synced('app');
    assert.equal((await sights.texts('app'))['user'], 'ada');
    const leased = new Leased(play, home);
    await leased.applied();
    await leased.holds(1);
    assert.match(await operator.metrics(), /git_commit="c0ffee"/);
  });

  it('ends by SIGTERM, in order', async () => {
    await operator.stop();
    assert.equal(operator.exitCode, 0);
    assert.match(operator.logs(), /"msg":"stopped"/);
    const lease = await play.kube.get('leases', play.operatorNamespace, 'b0d477c0.hashicorp.com');
    assert.equal(lease?.['spec'].holderIdentity ?? '', '');
  });
});

/** Of a process, by the names of proc(5). */
function readStatus(pid: number | undefined): Readonly<Record<string, readonly string[]>> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [key = '', value = ''] = line.split(':');
      return [key, value.trim().split(/\s+/u)];
    }),
  );
}
