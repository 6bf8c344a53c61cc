/** What the tests of this room need around a transport: a scripted server, a virtual clock, and patience. */
import assert from 'node:assert/strict';
import { VirtualClock } from '../../../test/fakes/clock.ts';
import { KubernetesError } from '../faults.ts';
import { type CallReport, Transport } from '../transport.ts';
import { type Script, ScriptedServer } from './scripted-server.ts';

export async function rig(script: Script, over: Parameters<ScriptedServer['access']>[0] = {}) {
  const server = await ScriptedServer.start(script);
  const clock = new VirtualClock();
  const reports: CallReport[] = [];
  const transport = new Transport({
    access: server.access(over),
    clock,
    userAgent: 'vault-lease-operator/0.0.0 (test)',
    onRequest: (report) => reports.push(report),
  });
  return {
    server,
    clock,
    transport,
    reports,
    /** Rings alarms until the work is over. */
    async pass<T>(work: Promise<T>): Promise<T> {
      const end = new AbortController();
      const done = work.finally(() => end.abort());
      done.catch(() => undefined);
      while (!end.signal.aborted) {
        await new Promise((resolve) => setImmediate(resolve));
        if (server.requests.length > 0) clock.advanceBy(100);
      }
      return done;
    },
    async [Symbol.asyncDispose]() {
      await transport.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

export async function failed(work: Promise<unknown>): Promise<KubernetesError> {
  try {
    await work;
  } catch (thrown) {
    assert.ok(thrown instanceof KubernetesError, String(thrown));
    return thrown;
  }
  throw new Error('did not fail');
}
