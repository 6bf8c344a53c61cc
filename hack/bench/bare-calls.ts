/**
 * The calls of a first sync and nothing else: create the object, read Vault, create the Secret, patch the status,
 * create the event. What no operator can beat. No operator may run meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tenant } from '../../test/stage/tenant.ts';
import { kubernetesCaller, type Send, vaultCaller } from './callers.ts';
import { many } from './crowd.ts';
import type { Ground } from './ground.ts';
import { createStaticSecret, objectsPath, valuePath } from './static-objects.ts';

const WARM_READS = 500;

/** Seconds for `count` objects whose values are in Vault. */
export async function bareSeconds(ground: Ground, home: Tenant, count: number): Promise<number> {
  const { auth } = await ground.vault.call('POST', 'auth/token/create', { policies: [home.role] });
  await using kubernetes = kubernetesCaller(ground);
  await using vault = vaultCaller(ground, auth.client_token);
  const startedAt = performance.now();
  await many(count, (index) => firstSync(kubernetes.send, vault.send, home, index));
  return (performance.now() - startedAt) / 1_000;
}

const PACED_FOR_MS = 20_000;

/** CPU of this process per read of a value, when they come one by one at this pace, after some to warm up. */
export async function bareReadCpuMs(
  ground: Ground,
  home: Tenant,
  perSecond: number,
): Promise<number> {
  const { auth } = await ground.vault.call('POST', 'auth/token/create', { policies: [home.role] });
  await using vault = vaultCaller(ground, auth.client_token);
  const read = () => vault.send('GET', `v1/kv/data/${valuePath(home, 0)}`);
  await many(WARM_READS, read);
  const before = process.cpuUsage();
  const reads = Math.ceil((PACED_FOR_MS / 1_000) * perSecond);
  const answers: Promise<unknown>[] = [];
  for (let sent = 0; sent < reads; sent += 1) {
    answers.push(read());
    await sleep(1_000 / perSecond);
  }
  await Promise.all(answers);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / reads;
}

/** Bodies of the size that the operator's have. */
async function firstSync(
  kubernetes: Send,
  vault: Send,
  home: Tenant,
  index: number,
): Promise<void> {
  const { namespace } = home;
  const name = await createStaticSecret(kubernetes, home, index, '720h');
  await vault('GET', `v1/kv/data/${valuePath(home, index)}`);
  await kubernetes('POST', `api/v1/namespaces/${namespace}/secrets`, secretOf(name));
  const status = `${objectsPath(home)}/${name}/status`;
  await kubernetes('PATCH', status, { status: STATUS }, 'application/merge-patch+json');
  await kubernetes('POST', `api/v1/namespaces/${namespace}/events`, eventOf(namespace, name));
}

const SINCE = '2026-01-01T00:00:00Z';
const STATUS = {
  lastGeneration: 1,
  secretMAC: 'Q8UcY25CgL9S/X+z0otrj2qkBIFd33VReEycK2tYvU8=',
  conditions: ['Ready', 'Reconciling', 'Stalled', 'Healthy', 'SecretSynced'].map((type) => ({
    type,
    status: 'True',
    reason: type,
    message: 'the Secret holds what Vault holds',
    observedGeneration: 1,
    lastTransitionTime: SINCE,
  })),
};

function secretOf(name: string): unknown {
  const labels = {
    'app.kubernetes.io/component': 'secret-sync',
    'app.kubernetes.io/managed-by': 'bench',
    'app.kubernetes.io/name': 'bench',
  };
  const password = 'x'.repeat(32);
  const _raw = JSON.stringify({
    data: { password },
    metadata: { created_time: SINCE, version: 1 },
  });
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels },
    stringData: { password, _raw },
  };
}

function eventOf(namespace: string, name: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { kind: 'VaultStaticSecret', namespace, name, uid: name },
    type: 'Normal',
    reason: 'SecretSynced',
    message: 'the Secret was created',
    source: { component: 'bench' },
    firstTimestamp: SINCE,
    lastTimestamp: SINCE,
    count: 1,
  };
}
