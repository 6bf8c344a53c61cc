import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { RecordingObserver } from '../../test/fakes/observer.ts';
import { type HealthOptions, HealthServer } from './health.ts';

const clock = new VirtualClock();
const observer = new RecordingObserver();
let running: HealthServer | undefined;

function serverOf(options: Partial<HealthOptions> = {}): HealthServer {
  running = new HealthServer({
    clock,
    observer,
    probeAddress: '127.0.0.1:0',
    metricsAddress: '127.0.0.1:0',
    alive: {},
    ready: {},
    metrics: { contentType: 'text/plain; version=0.0.4', text: async () => 'up 1\n' },
    ...options,
  });
  return running;
}

async function ask(
  port: number | undefined,
  path: string,
  method = 'GET',
): Promise<{ status: number; text: string; type: string | null }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  const type = response.headers.get('content-type');
  return { status: response.status, text: await response.text(), type };
}

describe('the health server', () => {
  afterEach(async () => {
    const stopping = running?.stop();
    clock.advanceBy(2_000);
    await stopping;
  });

  it('says ok while all checks are well', async () => {
    const { probes } = await serverOf({ alive: { queue: () => undefined } }).start();
    assert.deepEqual(await ask(probes, '/healthz'), {
      status: 200,
      text: 'ok\n',
      type: 'text/plain; charset=utf-8',
    });
  });

  it('names the check that is not, and keeps alive and ready apart', async () => {
    const ready = { watches: () => 'VaultAuth not listed yet', leader: () => undefined };
    const { probes } = await serverOf({ ready }).start();
    const { status, text } = await ask(probes, '/readyz?verbose');
    assert.deepEqual([status, text], [500, 'watches: VaultAuth not listed yet\n']);
    assert.equal((await ask(probes, '/healthz')).status, 200);
  });

  it('gives the metrics on their own address only', async () => {
    const { probes, metrics } = await serverOf().start();
    assert.deepEqual(await ask(metrics, '/metrics'), {
      status: 200,
      text: 'up 1\n',
      type: 'text/plain; version=0.0.4',
    });
    assert.equal((await ask(probes, '/metrics')).status, 404);
    assert.equal((await ask(metrics, '/healthz')).status, 404);
  });

  it('answers HEAD without a body, and refuses what is no question', async () => {
    const { probes } = await serverOf().start();
    assert.deepEqual((await ask(probes, '/healthz', 'HEAD')).text, '');
    assert.equal((await ask(probes, '/healthz', 'POST')).status, 405);
    assert.equal((await ask(probes, '/__proto__')).status, 404);
    assert.equal((await ask(probes, '/debug/pprof')).status, 404);
  });

  it('answers 500, logs and goes on when a figure cannot be had', async () => {
    const metrics = { contentType: 'text/plain', text: () => Promise.reject(new Error('secret')) };
    const ports = await serverOf({ metrics }).start();
    const { status, text } = await ask(ports.metrics, '/metrics');
    assert.deepEqual([status, text], [500, 'internal error\n']);
    assert.equal(observer.lines.at(-1)?.sentence, 'a probe or scrape failed');
    assert.equal((await ask(ports.probes, '/healthz')).status, 200);
  });

  it('listens where it is told, and not where it is off', async () => {
    const ports = await serverOf({ probeAddress: '0', metricsAddress: '' }).start();
    assert.deepEqual(ports, { probes: undefined, metrics: undefined });
  });

  it("fails to start with the system's error when the port is taken, and can be stopped then", async () => {
    const first = serverOf();
    const { probes } = await first.start();
    const second = serverOf({ metricsAddress: `127.0.0.1:${probes}` });
    await assert.rejects(second.start(), { code: 'EADDRINUSE' });
    const stopping = first.stop();
    clock.advanceBy(2_000);
    await stopping;
  });

  it('stops although someone holds a connection open', async () => {
    const server = serverOf();
    const { probes = 0 } = await server.start();
    const holder = connect(probes, '127.0.0.1');
    await once(holder, 'connect');
    holder.write('GET /healthz HTTP/1.1\r\n');
    holder.on('error', () => undefined);
    const closed = once(holder, 'close');
    // Half a request: the server has seen it once it answers another one.
    await ask(probes, '/healthz');
    const stopping = server.stop();
    clock.advanceBy(1_999);
    assert.equal(holder.destroyed, false);
    clock.advanceBy(1);
    await stopping;
    await closed;
    await assert.rejects(ask(probes, '/healthz'));
  });

  it('logs an error of its socket, such as no free descriptor, and goes on', async (test) => {
    const listening = test.mock.method(Server.prototype, 'listen');
    const { probes } = await serverOf({ metricsAddress: '0' }).start();
    const thrown = Object.assign(new Error('accept'), { code: 'EMFILE' });
    const socket = listening.mock.calls[0]?.this;
    assert.ok(socket instanceof Server);
    socket.emit('error', thrown);
    assert.equal(observer.lines.at(-1)?.thrown, thrown);
    assert.equal((await ask(probes, '/healthz')).status, 200);
  });
});
