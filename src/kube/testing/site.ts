/**
 * An API server for the adapters' tests: the fake one or, when KUBECONFIG_UNDER_TEST names an administrator's
 * kubeconfig, a real one. The tests cannot tell which. Time is real, so nothing here waits but for sockets.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApiServer } from '../../../test/fakes/api-server/server.ts';
import { crds } from '../../../test/stage/rights.ts';
import { type Clock, SystemClock } from '../../runtime/clock.ts';
import { seal } from '../../runtime/sealed.ts';
import type { ApiCall, Route } from '../api-call.ts';
import { type ClusterAccess, loadCluster } from '../cluster-access.ts';
import { hasStatus } from '../faults.ts';
import { requestToken } from '../service-accounts.ts';
import { type CallReport, Transport } from '../transport.ts';
import { type WireObject, wireObject } from '../wire.ts';

export const never = new AbortController().signal;

export interface Site extends AsyncDisposable {
  readonly clock: Clock;
  /** Made for this test. */
  readonly namespace: string;
  /** The adapters' way to the server, with the administrator's rights. */
  readonly transport: Transport;
  /** Every call over `transport`. */
  readonly reports: CallReport[];
  /** As someone else. */
  call(call: ApiCall): Promise<WireObject>;
  /** The access of a service account that has no rights. */
  stranger(): Promise<Transport>;
}

const DEFINITIONS: Route = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
};
/** Argo's Rollout, as far as the server has to know it. */
const ROLLOUTS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    names: { kind: 'Rollout', listKind: 'RolloutList', plural: 'rollouts', singular: 'rollout' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
};
const NAMESPACES: Route = { group: '', version: 'v1', plural: 'namespaces' };
const ACCOUNTS: Route = { group: '', version: 'v1', plural: 'serviceaccounts' };

export async function site(name: string): Promise<Site> {
  const clock = new SystemClock();
  const { access, stop } = await server(clock);
  const reports: CallReport[] = [];
  const opened: Transport[] = [];
  const open = (as: ClusterAccess, onRequest?: (report: CallReport) => void): Transport => {
    const options = { access: as, clock, userAgent: 'vault-lease-operator/0.0.0 (test)' };
    const transport = new Transport(onRequest ? { ...options, onRequest } : options);
    opened.push(transport);
    return transport;
  };
  const admin = open(access);
  const call = async (wanted: ApiCall): Promise<WireObject> =>
    wireObject((await admin.raw(wanted, never)).json);
  const namespace = `${name}-${process.pid}-${Math.floor(performance.now())}`;
  await call({ verb: 'create', route: NAMESPACES, body: { metadata: { name: namespace } } });
  return {
    clock,
    namespace,
    reports,
    transport: open(access, (report) => reports.push(report)),
    call,
    stranger: async () => {
      const account = { metadata: { name: 'stranger' } };
      await call({ verb: 'create', route: ACCOUNTS, namespace, body: account });
      const serviceAccount = { namespace, name: 'stranger' };
      const wish = { serviceAccount, audiences: [], expirationSeconds: 600 };
      const token = await requestToken(admin, wish, never);
      const { tls } = await access.credentials(false);
      const headers = seal({ authorization: `Bearer ${token.open()}` });
      return open({ ...access, credentials: () => Promise.resolve({ headers, tls }) });
    },
    [Symbol.asyncDispose]: async () => {
      await admin.raw({ verb: 'delete', route: NAMESPACES, name: namespace }, never);
      await Promise.all(opened.map((transport) => transport.close()));
      await stop();
    },
  };
}

/** Polls, because nothing tells a test when another process is done. */
export async function until(sentence: string, check: () => boolean): Promise<void> {
  for (let turns = 0; !check(); turns += 1) {
    assert.ok(turns < 2_000, `did not come true: ${sentence}`);
    await sleep(5);
  }
}

async function server(clock: Clock): Promise<{ access: ClusterAccess; stop: () => Promise<void> }> {
  const given = process.env['KUBECONFIG_UNDER_TEST'];
  if (given !== undefined) {
    const access = await loadCluster({ kubeconfigPath: given });
    await define(access, clock);
    return { access, stop: () => Promise.resolve() };
  }
  const manifests = [...crds(), ROLLOUTS].map((crd) => JSON.stringify(crd));
  const fake = await startApiServer({ clock, manifests });
  const folder = mkdtempSync(join(tmpdir(), 'vault-lease-operator-kube-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  writeFileSync(kubeconfigPath, fake.kubeconfig());
  const access = await loadCluster({ kubeconfigPath });
  rmSync(folder, { recursive: true });
  return { access, stop: () => fake.stop() };
}

/** Our kinds, unless they are there already. */
async function define(access: ClusterAccess, clock: Clock): Promise<void> {
  const transport = new Transport({
    access,
    clock,
    userAgent: 'vault-lease-operator/0.0.0 (test)',
  });
  let made = false;
  for (const crd of [...crds(), ROLLOUTS]) {
    try {
      await transport.raw({ verb: 'create', route: DEFINITIONS, body: crd }, never);
      made = true;
    } catch (thrown) {
      if (!hasStatus(thrown, 409)) throw thrown;
    }
  }
  if (made) await sleep(3_000);
  await transport.close();
}
