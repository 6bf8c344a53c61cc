import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CoordinationV1Api } from '@kubernetes/client-node';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { seal } from '../runtime/sealed.ts';
import type { ApiCall } from './api-call.ts';
import { failed, rig } from './testing/rig.ts';
import { failure, type Script, ScriptedServer } from './testing/scripted-server.ts';
import { type CallReport, Transport } from './transport.ts';

const never = new AbortController().signal;
const get: ApiCall = {
  verb: 'get',
  route: { group: '', version: 'v1', plural: 'secrets' },
  namespace: 'shop',
  name: 'db',
};
const create: ApiCall = { ...get, verb: 'create', body: { metadata: { name: 'db' } } };

const resetOnce: Script = (_, count) =>
  count === 1 ? (response) => response.socket?.destroy() : { json: {} };

describe('the transport', () => {
  it('a hundred calls share at most sixteen connections', async () => {
    await using rigged = await rig(() => ({ json: { kind: 'Secret' } }));
    await Promise.all(Array.from({ length: 100 }, () => rigged.transport.raw(get, never)));
    assert.equal(rigged.server.requests.length, 100);
    assert.ok(rigged.server.connections <= 16, `${rigged.server.connections} connections`);
  });

  it('a call carries who we are, and is reported in the words of RBAC', async () => {
    await using rigged = await rig(() => ({ json: {} }));
    await rigged.transport.raw({ ...get, verb: 'patch', subresource: 'status', body: {} }, never);
    const { headers } = rigged.server.requests[0]!;
    assert.equal(headers['user-agent'], 'vault-lease-operator/0.0.0 (test)');
    assert.equal(headers.authorization, 'Bearer t0');
    assert.equal(headers['content-type'], 'application/merge-patch+json');
    const { durationMs: _, ...report } = rigged.reports[0]!;
    assert.deepEqual(report, {
      verb: 'patch',
      group: '',
      resource: 'secrets',
      subresource: 'status',
      namespace: 'shop',
      name: 'db',
      code: 200,
    });
  });

  it("client-node's API classes run over the same connections, and are reported alike", async () => {
    await using rigged = await rig(() => ({
      json: { metadata: { name: 'l' }, spec: { renewTime: '2026-01-01T00:00:00.250000Z' } },
    }));
    const api = rigged.transport.typed(CoordinationV1Api, never);
    const lease = await api.readNamespacedLease({ name: 'l', namespace: 'ops' });
    assert.equal(String(lease.spec?.renewTime), '2026-01-01T00:00:00.250000Z');
    assert.equal(rigged.server.requests[0]?.headers.authorization, 'Bearer t0');
    assert.equal(rigged.reports[0]?.resource, 'leases');
    assert.equal(rigged.reports[0]?.group, 'coordination.k8s.io');
  });

  it("a failed call of an API class is our own error, without the server's text", async () => {
    await using rigged = await rig(() => failure(409, 'Conflict', { message: 'canary' }));
    const api = rigged.transport.typed(CoordinationV1Api, never);
    const error = await failed(api.readNamespacedLease({ name: 'l', namespace: 'ops' }));
    assert.equal(error.fault.reason, 'KubernetesConflict');
    assert.ok(!error.message.includes('canary'));
  });

  it('a server below a path keeps the path, and its calls keep their words', async () => {
    const server = await ScriptedServer.start(() => ({ json: { metadata: {} } }));
    const reports: CallReport[] = [];
    const transport = new Transport({
      access: server.access({ server: `${server.url}/k8s/clusters/c1` }),
      clock: new VirtualClock(),
      userAgent: 'x',
      onRequest: (report) => reports.push(report),
    });
    await transport.raw(get, never);
    await transport
      .typed(CoordinationV1Api, never)
      .readNamespacedLease({ name: 'l', namespace: 'ops' });
    assert.deepEqual(
      server.requests.map((request) => request.path),
      [
        '/k8s/clusters/c1/api/v1/namespaces/shop/secrets/db',
        '/k8s/clusters/c1/apis/coordination.k8s.io/v1/namespaces/ops/leases/l',
      ],
    );
    assert.deepEqual(
      reports.map((report) => report.resource),
      ['secrets', 'leases'],
    );
    await transport.close();
    await server[Symbol.asyncDispose]();
  });

  it('429 is waited out as long as the server says, for any verb', async () => {
    await using rigged = await rig((_, count) =>
      count === 1
        ? { ...failure(429, 'TooManyRequests'), headers: { 'retry-after': '3' } }
        : { json: {} },
    );
    const before = rigged.clock.now();
    await rigged.pass(rigged.transport.raw(create, never));
    assert.equal(rigged.server.requests.length, 2);
    assert.ok(rigged.clock.now() - before >= 3_000);
    assert.deepEqual(
      rigged.reports.map((report) => report.code),
      [429, 200],
    );
  });

  it('429 for ever ends after three attempts, and for longer than ten seconds at once', async () => {
    await using short = await rig(() => ({
      ...failure(429, 'TooManyRequests'),
      headers: { 'retry-after': '1' },
    }));
    const error = await failed(short.pass(short.transport.raw(get, never)));
    assert.equal(error.fault.kind, 'throttled');
    assert.equal(short.server.requests.length, 3);
    await using long = await rig(() => ({
      ...failure(429, 'TooManyRequests'),
      headers: { 'retry-after': '30' },
    }));
    assert.equal((await failed(long.transport.raw(get, never))).fault.retryAfterMs, 30_000);
    assert.equal(long.server.requests.length, 1);
  });

  it('a reset is tried again for a read, and never for a create', async () => {
    await using reading = await rig(resetOnce);
    await reading.pass(reading.transport.raw(get, never));
    assert.equal(reading.server.requests.length, 2);
    await using writing = await rig(resetOnce);
    const error = await failed(writing.pass(writing.transport.raw(create, never)));
    assert.equal(error.fault.ambiguous, true);
    assert.equal(writing.server.requests.length, 1);
  });

  it('a reset in the middle of the answer is tried again for a read', async () => {
    await using rigged = await rig((_, count) =>
      count === 1
        ? (response) => {
            response.writeHead(200, { 'content-length': '100' });
            response.write('{"kind":');
            setImmediate(() => response.socket?.destroy());
          }
        : { json: { kind: 'Secret' } },
    );
    const answer = await rigged.pass(rigged.transport.raw(get, never));
    assert.deepEqual(answer, { status: 200, json: { kind: 'Secret' } });
  });

  it('a body that drips past the deadline is cut', async () => {
    await using rigged = await rig(() => (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    const error = await failed(
      rigged.pass(rigged.transport.raw(get, never, { deadlineMs: 2_000 })),
    );
    assert.equal(error.fault.kind, 'transient');
    assert.equal(error.fault.reason, 'KubernetesUnavailable');
  });

  it('a server that never answers is left at the deadline', async () => {
    await using rigged = await rig(() => () => undefined);
    const error = await failed(
      rigged.pass(rigged.transport.raw(get, never, { deadlineMs: 2_000 })),
    );
    assert.match(error.message, /the deadline passed/);
  });

  it('an endless body is cut at the cap', async () => {
    await using rigged = await rig(() => (response) => {
      const pump = (): void => {
        while (response.write(Buffer.alloc(65_536, 32)));
      };
      response.on('drain', pump);
      pump();
    });
    const error = await failed(rigged.transport.raw(get, never, { maxBytes: 1_000_000 }));
    assert.equal(error.reason, 'AnswerTooLarge');
  });

  it('an answer that is no JSON is no answer', async () => {
    await using rigged = await rig(() => (response) => response.end('<html>login</html>'));
    assert.match((await failed(rigged.transport.raw(get, never))).message, /no JSON/);
  });

  it('a stopped caller gets a fault, not an abort', async () => {
    await using rigged = await rig(() => () => undefined);
    const stop = new AbortController();
    const work = rigged.transport.raw(create, stop.signal);
    while (rigged.server.requests.length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    const error = await failed(work);
    assert.match(error.message, /stopped/);
    assert.equal(error.fault.ambiguous, true);
  });

  it('401 leads to one re-read of the credentials, then to a fault', async () => {
    let reads = 0;
    const credentials = () => {
      reads += 1;
      return Promise.resolve({
        headers: seal({ authorization: `Bearer t${reads}` }),
        tls: seal({}),
      });
    };
    await using rotated = await rig(
      ({ headers }) =>
        headers.authorization === 'Bearer t1' ? failure(401, 'Unauthorized') : { json: {} },
      { credentials },
    );
    await rotated.transport.raw(create, never);
    assert.equal(reads, 2);
    await using refused = await rig(() => failure(401, 'Unauthorized'), { credentials });
    const error = await failed(refused.transport.raw(get, never));
    assert.equal(error.fault.reason, 'KubernetesForbidden');
    assert.equal(refused.server.requests.length, 2);
  });

  it('credentials are read once a minute however many calls there are, and kept when they cannot be read', async () => {
    let reads = 0;
    const credentials = () => {
      reads += 1;
      return reads > 2
        ? Promise.reject(new Error('no such file'))
        : Promise.resolve({ headers: seal({ authorization: `Bearer t${reads}` }), tls: seal({}) });
    };
    await using rigged = await rig(() => ({ json: {} }), { credentials });
    await Promise.all(Array.from({ length: 10 }, () => rigged.transport.raw(get, never)));
    assert.equal(reads, 1);
    rigged.clock.advanceBy(61_000);
    await rigged.transport.raw(get, never);
    assert.equal(reads, 2);
    rigged.clock.advanceBy(61_000);
    await rigged.transport.raw(get, never);
    assert.equal(reads, 3);
    assert.equal(rigged.server.requests.at(-1)?.headers.authorization, 'Bearer t2');
  });

  it('credentials that never could be read are a fault of the call', async () => {
    await using rigged = await rig(() => ({ json: {} }), {
      credentials: () => Promise.reject(new Error('ENOENT')),
    });
    assert.equal(
      (await failed(rigged.transport.raw(get, never))).fault.reason,
      'KubernetesUnavailable',
    );
  });

  it('watches and urgent calls do not wait behind sixteen slow ones', async () => {
    await using rigged = await rig(({ path }) =>
      path.endsWith('/db') ? () => undefined : { json: { metadata: {} } },
    );
    const stop = new AbortController();
    const slow = Array.from({ length: 20 }, () => failed(rigged.transport.raw(get, stop.signal)));
    while (rigged.server.requests.length < 16)
      await new Promise((resolve) => setImmediate(resolve));
    const api = rigged.transport.typed(CoordinationV1Api, never, { lane: 'own' });
    await api.readNamespacedLease({ name: 'l', namespace: 'ops' });
    stop.abort();
    await Promise.all(slow);
  });
});
