// The instrument of the crash sweep, held to its own promises: a wrong kill would prove nothing about the operator.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { selfSigned } from '../fakes/api-server/self-signed.ts';
import { type Call, isMutating, shapeOf } from './calls.ts';
import { type Proxy, startProxy } from './proxy.ts';
import { type Phase, Sequence, sayFate } from './sequence.ts';

/** Posts to each path in turn over one connection and says each answer; stays alive afterwards. */
const CLIENT = `
  const { Agent, request } = require('node:https');
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: process.env.CA });
  const post = (path) => new Promise((resolve, reject) => {
    const req = request(process.env.URL + path, { method: 'POST', agent }, (res) => {
      let text = '';
      res.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
    });
    req.on('error', reject).end('question ' + path);
  });
  (async () => {
    for (const path of process.env.PATHS.split(' ')) process.stdout.write(await post(path) + '\\n');
    setInterval(() => {}, 1000);
  })();
`;

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe('the proxy of the crash sweep', () => {
  let upstream: Server;
  let arrived: string[] = [];
  let connections = 0;
  let sequence: Sequence;
  let proxy: Proxy;

  before(async () => {
    const { key, cert } = selfSigned();
    upstream = createServer({ key, cert }, (req, res) => {
      arrived.push(`${req.method} ${req.url}`);
      if (req.url === '/watch') return void res.write('first\n');
      if (req.url === '/break') return void req.socket.destroy();
      res.writeHead(201, { 'x-said': 'by-upstream' }).end(`answer ${req.url}`);
    });
    upstream.on('secureConnection', () => (connections += 1));
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    sequence = new Sequence();
    const { port } = upstream.address() as AddressInfo;
    const url = `https://127.0.0.1:${port}`;
    proxy = await startProxy({ server: 'kubernetes', url, ca: cert }, sequence);
  });
  after(async () => {
    await proxy.close();
    upstream.closeAllConnections();
    upstream.close();
  });
  beforeEach(() => {
    arrived = [];
    sequence.begin();
  });

  function start(paths: string) {
    const env = { URL: proxy.url, CA: proxy.ca, PATHS: paths };
    const child = spawn(process.execPath, ['-e', CLIENT], { env, stdio: ['ignore', 'pipe', 2] });
    const heard: string[] = [];
    child.stdout?.on('data', (chunk) => heard.push(...String(chunk).trim().split('\n')));
    return { child, heard };
  }

  it('passes questions and answers on, over kept connections', async () => {
    const opened = connections;
    const { child, heard } = start('/one /two /three');
    while (heard.length < 3) await sleep(5);
    await end(child);
    assert.deepEqual(heard, ['answer /one', 'answer /two', 'answer /three']);
    assert.deepEqual(arrived, ['POST /one', 'POST /two', 'POST /three']);
    assert.ok(connections <= opened + 1);
    assert.deepEqual(sequence.seen.map(sayFate), ['201', '201', '201']);
  });

  it('passes a stream on while it lasts, and ends it upstream when the client leaves', async () => {
    const closed = new Promise<void>((resolve) => {
      upstream.once('request', (_, res) => res.once('close', resolve));
    });
    const asked = get(`${proxy.url}/watch`, { ca: proxy.ca });
    const [answer] = await once(asked, 'response');
    const [first] = await once(answer, 'data');
    assert.equal(String(first), 'first\n');
    assert.equal(sequence.seen[0]?.mutating, false);
    asked.once('error', () => {}).destroy();
    await closed;
  });

  it('passes on that a server breaks off, and is not held up by it', async () => {
    const asked = get(`${proxy.url}/break`, { ca: proxy.ca });
    await assert.rejects(once(asked, 'response'));
    assert.deepEqual(sequence.seen.map(sayFate), ['broken off, answer lost']);
  });

  const phases: readonly { phase: Phase; arrives: string[]; hears: string[]; fates: string[] }[] = [
    {
      phase: 'before',
      arrives: ['POST /one'],
      hears: ['answer /one'],
      fates: ['201', 'KILLED before'],
    },
    {
      phase: 'committed',
      arrives: ['POST /one', 'POST /two'],
      hears: ['answer /one'],
      fates: ['201', 'KILLED committed (201)'],
    },
    {
      phase: 'after',
      arrives: ['POST /one', 'POST /two'],
      hears: ['answer /one', 'answer /two'],
      fates: ['201', 'KILLED after (201)', 'never sent'],
    },
  ];
  for (const { phase, arrives, hears, fates } of phases) {
    it(`kills ${phase}, once, and lets the next process through`, async () => {
      const point = { shape: 'kubernetes POST /two', nth: 1 };
      const strike = sequence.strikeAt(point, phase, () => end(child));
      const { child, heard } = start('/one /two /three');
      const struck = await strike;
      assert.equal(struck.struck, phase);
      assert.equal(child.signalCode, 'SIGKILL');
      assert.deepEqual(arrived, arrives);
      assert.deepEqual(heard, hears);
      assert.deepEqual(sequence.seen.map(sayFate), fates);
      const next = start('/two');
      while (next.heard.length < 1) await sleep(5);
      await end(next.child);
      assert.deepEqual(arrived, [...arrives, 'POST /two']);
    });
  }

  it('counts calls of one shape, and spares those before the chosen one', async () => {
    const point = { shape: 'kubernetes POST /one', nth: 2 };
    const strike = sequence.strikeAt(point, 'before', () => end(child));
    const { child, heard } = start('/one /two /one');
    await strike;
    assert.deepEqual(heard, ['answer /one', 'answer /two']);
  });

  it('kills nobody when the strike is called off', async () => {
    const point = { shape: 'kubernetes POST /one', nth: 1 };
    void sequence.strikeAt(point, 'before', () => assert.fail('killed'));
    sequence.spare();
    const { child, heard } = start('/one');
    while (heard.length < 1) await sleep(5);
    await end(child);
  });
});

describe('calls', () => {
  const vds = '/apis/secrets.hashicorp.com/v1beta1/namespaces/t-0a1b2c3d/vaultdynamicsecrets/app';
  const lease = '/apis/coordination.k8s.io/v1/namespaces/operator/leases/b0d477c0.hashicorp.com';
  const table: readonly (readonly [Call, string, boolean])[] = [
    [
      { server: 'kubernetes', method: 'PATCH', path: `${vds}/status?fieldManager=x` },
      'kubernetes PATCH /apis/secrets.hashicorp.com/v1beta1/namespaces/{tenant}/vaultdynamicsecrets/app/status',
      true,
    ],
    [
      {
        server: 'kubernetes',
        method: 'PUT',
        path: '/api/v1/namespaces/operator/secrets/vault-lease-0123456789abcdef',
      },
      'kubernetes PUT /api/v1/namespaces/operator/secrets/vault-lease-{revision}',
      true,
    ],
    [
      {
        server: 'kubernetes',
        method: 'PATCH',
        path: '/api/v1/namespaces/t-0a1b2c3d/events/app.0123',
      },
      'kubernetes PATCH /api/v1/namespaces/{tenant}/events/{event}',
      true,
    ],
    [
      { server: 'kubernetes', method: 'GET', path: '/api/v1/secrets?watch=true' },
      'kubernetes GET /api/v1/secrets',
      false,
    ],
    [{ server: 'kubernetes', method: 'PUT', path: lease }, `kubernetes PUT ${lease}`, false],
    [
      { server: 'vault', method: 'GET', path: '/v1/database/creds/t-0a1b2c3d-b' },
      'vault GET /v1/database/creds/{tenant}-b',
      true,
    ],
    [
      { server: 'vault', method: 'GET', path: '/v1/kv/data/t-0a1b2c3d/app' },
      'vault GET /v1/kv/data/{tenant}/app',
      false,
    ],
    [
      { server: 'vault', method: 'POST', path: '/v1/auth/token/renew-self' },
      'vault POST /v1/auth/token/renew-self',
      true,
    ],
  ];
  for (const [call, shape, mutating] of table) {
    it(`${call.method} ${call.path} ${mutating ? 'counts' : 'does not count'}`, () => {
      assert.equal(shapeOf(call), shape);
      assert.equal(isMutating(call), mutating);
    });
  }
});
