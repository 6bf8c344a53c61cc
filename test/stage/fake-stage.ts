/**
 * The fakes and the operator in one process, on virtual time: a day goes by in the time that its work takes. Settled
 * means that nothing goes on without time moving: no call is under way, every event of a watch was seen, and the
 * event loop has turned a few times with nothing new.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { FakeApiServer } from '../fakes/api-server/server.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { keepUsed } from '../rights/used.ts';
import { OPERATOR_NAMESPACE, startFakeServers } from './fake-servers.ts';
import { InProcessOperator } from './in-process-operator.ts';
import { SERVICE_ACCOUNT } from './rights.ts';
import type { Stage } from './stage.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import { Traffic } from './traffic.ts';

/** Turns of the event loop without anything under way, after which nothing more comes. */
const QUIET_TURNS = 5;
/** Far more turns than any scenario needs; reaching it means that something never ends. */
const MOST_TURNS = 2_000_000;

/** With the hands on the API server that only the fakes offer. */
export interface FakeStage extends Stage {
  readonly api: FakeApiServer;
}

export async function buildFakeStage(): Promise<FakeStage> {
  const clock = new VirtualClock();
  const traffic = new Traffic();
  const servers = await startFakeServers(clock);
  const { api, vaultServer, kube, vault, vaultCa } = servers;
  const operator = new InProcessOperator({
    kubeconfig: servers.operatorKubeconfig,
    namespace: OPERATOR_NAMESPACE,
    clock,
    settle,
    step: async () => void (await step(clock.now() + 1_000)),
  });

  const standIns: StandIn[] = [];

  async function settle(): Promise<void> {
    let quiet = 0;
    for (let count = 0; quiet < QUIET_TURNS; count += 1) {
      if (count > MOST_TURNS) throw new Error('the stage does not settle');
      await turn();
      const served = api.inFlight() + vaultServer.hooks.inFlight();
      const held = standIns.reduce((sum, each) => sum + each.held, 0);
      const isQuiet = traffic.underWay - held + served === 0;
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
    api,
    kube,
    vault,
    vaultCa,
    operator,
    operatorNamespace: OPERATOR_NAMESPACE,
    kubeconfigOf: async (namespace, serviceAccount) => {
      const wish = { expirationSeconds: 365 * 86_400 };
      return api.kubeconfig(api.tokenFor(namespace, serviceAccount, wish));
    },
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
    backupCluster: async () => {
      const restore = api.backup();
      return async () => restore();
    },
    databaseUsers: async () =>
      vaultServer.hooks
        .credentials()
        .filter(({ droppedAt }) => droppedAt === undefined)
        .map(({ username }) => username),
    createDatabaseUser: async (name) => vaultServer.hooks.lasting.create(name),
    canLogIn: async (user, password) => vaultServer.hooks.lasting.accepts(user, password),
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
    sealVault: async () => vaultServer.seal(),
    unsealVault: async () => vaultServer.unseal(),
    standIn: async (script, certificate) => {
      const standIn = await startStandIn(script, certificate);
      standIns.push(standIn);
      return standIn;
    },
    close: async () => {
      await operator.kill();
      keepUsed(api.record.all(), { namespace: OPERATOR_NAMESPACE, name: SERVICE_ACCOUNT });
      await Promise.all([servers.stop(), ...standIns.map((each) => each.stop())]);
      traffic[Symbol.dispose]();
    },
  };
}
