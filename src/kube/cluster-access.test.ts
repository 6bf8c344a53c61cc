import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { selfSigned } from '../../test/fakes/api-server/self-signed.ts';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { type ClusterAccess, loadCluster } from './cluster-access.ts';
import { Transport } from './transport.ts';

const folder = mkdtempSync(join(tmpdir(), 'vault-lease-operator-access-'));
const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const never = new AbortController().signal;

function kubeconfig(name: string, user: object, cluster: object = {}): string {
  const path = join(folder, name);
  const server = { server: 'https://api.example:6443', ...cluster };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: server }],
    users: [{ name: 'c', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c', namespace: 'ops' } }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function sentBy(access: ClusterAccess) {
  const { headers, tls } = await access.credentials(false);
  return { headers: headers.open(), tls: tls.open() };
}

function serviceAccount(token: string, ca: string): string {
  const root = join(folder, 'serviceaccount');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'token'), `${token}\n`);
  writeFileSync(join(root, 'ca.crt'), ca);
  writeFileSync(join(root, 'namespace'), 'pod-namespace');
  return root;
}

const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };

describe('the way to the cluster', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('is the given kubeconfig, else KUBECONFIG, else the pod, else the home', async () => {
    const given = kubeconfig('given', {}, { server: 'https://given.example' });
    const env = kubeconfig('env', {}, { server: 'https://env.example' });
    const serviceAccountRoot = serviceAccount('t', PEM);
    mkdirSync(join(folder, '.kube'));
    kubeconfig(join('.kube', 'config'), {}, { server: 'https://home.example' });
    const all = { ...POD, KUBECONFIG: env, HOME: folder };
    const server = async (source: Parameters<typeof loadCluster>[0]): Promise<string> =>
      (await loadCluster({ serviceAccountRoot, ...source })).server;
    assert.equal(await server({ kubeconfigPath: given, env: all }), 'https://given.example');
    assert.equal(await server({ env: all }), 'https://env.example');
    assert.equal(await server({ env: { ...all, KUBECONFIG: '' } }), 'https://10.0.0.1:443');
    assert.equal(await server({ env: { HOME: folder } }), 'https://home.example');
  });

  it('from a pod is its token and CA as they are now, and its namespace', async () => {
    const serviceAccountRoot = serviceAccount('first', PEM);
    const access = await loadCluster({ env: POD, serviceAccountRoot });
    assert.equal(access.namespace, 'pod-namespace');
    assert.equal((await sentBy(access)).headers['authorization'], 'Bearer first');
    serviceAccount('second', `${PEM}${PEM}`);
    const { headers, tls } = await sentBy(access);
    assert.equal(headers['authorization'], 'Bearer second');
    assert.equal(tls.ca, `${PEM}${PEM}`.trim());
  });

  it('brackets an IPv6 address', async () => {
    const env = { ...POD, KUBERNETES_SERVICE_HOST: 'fd00::1' };
    assert.equal((await loadCluster({ env })).server, 'https://[fd00::1]:443');
  });

  const users: [string, object, Record<string, string>][] = [
    ['a token', { token: 'tk' }, { authorization: 'Bearer tk' }],
    ['a token in a file', { 'token-file': file('token', 'tf\n') }, { authorization: 'Bearer tf' }],
    [
      'a name and a password',
      { username: 'u', password: 'p' },
      { authorization: `Basic ${Buffer.from('u:p').toString('base64')}` },
    ],
    [
      'another user',
      { token: 'tk', as: 'jane' },
      { authorization: 'Bearer tk', 'impersonate-user': 'jane' },
    ],
    [
      'a plug-in',
      {
        exec: {
          command: process.execPath,
          args: ['-e', 'console.log(JSON.stringify({status: {token: "from-plug-in"}}))'],
        },
      },
      { authorization: 'Bearer from-plug-in' },
    ],
    ['nobody', {}, {}],
  ];
  for (const [name, user, headers] of users) {
    it(`of a kubeconfig may be that of ${name}`, async () => {
      const kubeconfigPath = kubeconfig('user', user);
      assert.deepEqual((await sentBy(await loadCluster({ kubeconfigPath }))).headers, headers);
    });
  }

  it('of a kubeconfig has its certificates, server name and namespace', async () => {
    const kubeconfigPath = kubeconfig(
      'tls',
      { 'client-certificate-data': btoa('cert'), 'client-key': file('key', 'key') },
      { 'certificate-authority': file('ca', 'ca'), 'tls-server-name': 'sni.example' },
    );
    const access = await loadCluster({ kubeconfigPath });
    const { tls } = await sentBy(access);
    assert.deepEqual(
      [tls.ca, tls.cert, tls.key].map((part) => (Buffer.isBuffer(part) ? part.toString() : part)),
      ['ca', 'cert', 'key'],
    );
    assert.equal(tls.servername, 'sni.example');
    assert.equal(access.namespace, 'ops');
  });

  it('asks a plug-in anew when what it said was refused', async () => {
    const counter = file('counter', '');
    const script = `const fs = require('fs'); fs.appendFileSync(${JSON.stringify(counter)}, 'x');
      console.log(JSON.stringify({status: {token: fs.readFileSync(${JSON.stringify(counter)}, 'utf8')}}))`;
    const exec = { command: process.execPath, args: ['-e', script] };
    const access = await loadCluster({ kubeconfigPath: kubeconfig('exec', { exec }) });
    const token = async (renewed: boolean): Promise<unknown> =>
      (await access.credentials(renewed)).headers.open()['authorization'];
    assert.equal(await token(false), 'Bearer x');
    assert.equal(await token(false), 'Bearer x');
    assert.equal(await token(true), 'Bearer xx');
  });

  const refusals: [string, () => string, RegExp][] = [
    ['is not there', () => join(folder, 'nobody'), /cannot be read/],
    ['is no YAML', () => file('broken', '{'), /cannot be read/],
    ['has no current context', () => file('empty', '{"kind":"Config"}'), /set current-context/],
    [
      'would send credentials in clear',
      () => kubeconfig('clear', { token: 'tk' }, { server: 'http://api.example' }),
      /insecure-skip-tls-verify/,
    ],
  ];
  for (const [name, path, remedy] of refusals) {
    it(`is refused with the remedy when the kubeconfig ${name}`, async () => {
      await assert.rejects(loadCluster({ kubeconfigPath: path() }), remedy);
    });
  }

  it('follows a new certificate authority at once, and nobody notices', async () => {
    const [old, next] = [selfSigned(), selfSigned()];
    const server = createServer(old, (_, response) => response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const serviceAccountRoot = serviceAccount('t', old.cert);
    const pod = {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: `${address.port}`,
    };
    const access = await loadCluster({ env: pod, serviceAccountRoot });
    const clock = new VirtualClock();
    const transport = new Transport({ access, clock, userAgent: 'test' });
    const route = { group: '', version: 'v1', plural: 'secrets' };
    await transport.raw({ verb: 'list', route }, never);
    serviceAccount('t', next.cert);
    server.setSecureContext(next);
    server.closeAllConnections();
    assert.deepEqual(await transport.raw({ verb: 'create', route, body: {} }, never), {
      status: 200,
      json: {},
    });
    await transport.close();
    server.close();
    server.closeAllConnections();
  });
});
