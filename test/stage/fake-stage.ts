/**
 * The fakes and the operator in one process, on virtual time: a day goes by in the time that its work takes. Settled
 * means that nothing goes on without time moving: no call is under way, every event of a watch was seen, and the
 * event loop has turned a few times with nothing new.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Agent } from 'undici';
import { selfSigned } from '../fakes/api-server/self-signed.ts';
import { type FakeApiServer, startApiServer } from '../fakes/api-server/server.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { startVault } from '../fakes/vault/vault.ts';
import { InProcessOperator } from './in-process-operator.ts';
import { KubeAdmin } from './kube-admin.ts';
import { crds, rights, SERVICE_ACCOUNT } from './rights.ts';
import type { Stage } from './stage.ts';
import { Traffic } from './traffic.ts';
import { VaultAdmin } from './vault-admin.ts';

const OPERATOR_NAMESPACE = 'vault-operator';
/** Turns of the event loop without anything under way, after which nothing more comes. */
const QUIET_TURNS = 5;
/** Far more turns than any scenario needs; reaching it means that something never ends. */
const MOST_TURNS = 2_000_000;

export async function buildFakeStage(): Promise<Stage> {
  const clock = new VirtualClock();
  const traffic = new Traffic();
  const certificate = selfSigned();
  const api = await startApiServer({ clock, manifests: [...crds(), namespaceOf('kube-system')] });
  const vaultServer = await startVault({
    clock,
    tls: certificate,
    authenticate: async (jwt) => reviewed(api, jwt),
  });
  const kube = new KubeAdmin({ url: api.url, token: api.adminToken, dispatcher: new Agent() });
  const vault = new VaultAdmin({
    url: vaultServer.url,
    token: vaultServer.rootToken,
    dispatcher: new Agent({ connect: { ca: certificate.cert } }),
  });
  await api.apply(namespaceOf(OPERATOR_NAMESPACE), ...rights(OPERATOR_NAMESPACE));
  await mountEngines(vault);
  const operator = new InProcessOperator({
    kubeconfig: api.kubeconfig(
      api.tokenFor(OPERATOR_NAMESPACE, SERVICE_ACCOUNT, { expirationSeconds: 10 * 365 * 86_400 }),
    ),
    namespace: OPERATOR_NAMESPACE,
    clock,
    settle,
    step: async () => void (await step(clock.now() + 1_000)),
  });

  async function settle(): Promise<void> {
    let quiet = 0;
    for (let count = 0; quiet < QUIET_TURNS; count += 1) {
      if (count > MOST_TURNS) throw new Error('the stage does not settle');
      await turn();
      const isQuiet = traffic.underWay + api.inFlight() + vaultServer.hooks.inFlight() === 0;
      quiet = isQuiet && operator.hasSeen(() => api.bookmarkAll()) ? quiet + 1 : 0;
    }
  }

  /** To the next alarm, but not past the end; false when nothing is left to ring before it. */
  async function step(end: number): Promise<boolean> {
    const next = clock.nextAlarm();
    clock.advanceTo(next === undefined ? end : Math.min(next, end));
    await settle();
    return clock.now() < end;
  }

  return {
    kind: 'fake',
    kube,
    vault,
    vaultCa: certificate.cert,
    operator,
    operatorNamespace: OPERATOR_NAMESPACE,
    now: () => clock.now(),
    until: async (sentence, check, withinMs = 30_000) => {
      const end = clock.now() + withinMs;
      await settle();
      for (let more = true; ; ) {
        const last = await check();
        if (last) return;
        if (!more)
          throw new Error(
            `did not come true in ${withinMs} ms: ${sentence} (${JSON.stringify(last)})`,
          );
        more = await step(end);
      }
    },
    pass: async (ms, holds = async () => {}) => {
      const end = clock.now() + ms;
      await settle();
      await holds();
      while (await step(end)) await holds();
      await holds();
    },
    databaseUsers: async () =>
      vaultServer.hooks
        .credentials()
        .filter(({ droppedAt }) => droppedAt === undefined)
        .map(({ username }) => username),
    vaultNotes: async () =>
      vaultServer.hooks.requests().map(({ path, operation, tokenAccessor }) => ({
        path,
        operation,
        accessor: tokenAccessor,
      })),
    stopVault: () => vaultServer.terminate(),
    startVault: async () => {
      await vaultServer.start();
      vaultServer.unseal();
    },
    close: async () => {
      await operator.kill();
      await Promise.all([api.stop(), vaultServer.stop()]);
      traffic[Symbol.dispose]();
    },
  };
}

function namespaceOf(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** As a review without audiences does: the token must be valid for those it names itself. */
function reviewed(api: FakeApiServer, jwt: string) {
  const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString() || '{}');
  const audiences: string[] = [claims.aud ?? []].flat();
  const identity = api.authenticate(jwt, audiences);
  const [, , namespace, serviceAccount] = identity?.username.split(':') ?? [];
  if (!identity || !namespace || !serviceAccount) return undefined;
  return {
    namespace,
    serviceAccount,
    uid: claims['kubernetes.io']?.serviceaccount?.uid ?? '',
    audiences,
  };
}

/** What the real stack has mounted too. */
async function mountEngines(vault: VaultAdmin): Promise<void> {
  await vault.call('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } });
  await vault.call('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
  await vault.call('POST', 'sys/mounts/database', { type: 'database' });
  await vault.call('POST', 'database/config/postgres', {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: '*',
  });
  await vault.call('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
  await vault.call('POST', 'auth/kubernetes/config', { kubernetes_host: 'https://fake' });
}
