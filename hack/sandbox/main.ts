/**
 * `npm run sandbox`: the main job, told while it happens. `--once` ends after the last step, `--real` plays it on real
 * servers; without `--once` everything stays up until Ctrl-C, to be looked at with kubectl.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { guide } from './guide.ts';
import { FLAGS, mainJob } from './main-job.ts';
import { applyLeasedSample, setLeaseTimes } from './preparation.ts';
import { embeddedSite, realSite, type Site } from './site.ts';
import { type Narrator, tell } from './story.ts';

const USAGE = `usage: npm run sandbox [-- --once] [-- --real]
  --once  ends after the last step: 0 when every step happened
  --real  on etcd, kube-apiserver, kube-controller-manager, Vault and PostgreSQL`;
const WRONG_USE = 2;
/** Seconds: while people look around, a credential lasts. */
const CALM_LEASES = { ttl: 300, max: 3600, certificate: 3600 };
const LAST_LINES = 15;

interface Wishes {
  readonly once: boolean;
  readonly real: boolean;
}

const narrator: Narrator = {
  begin: (title) => say(`\n- ${title}`),
  done: (sentence, seconds) => say(`  ✓ ${sentence} (${seconds.toFixed(1)} s)`),
};

// Sockets that are kept alive need not be waited for.
process.exit(await main());

async function main(): Promise<number> {
  const wishes = readWishes();
  if (!wishes) return WRONG_USE;
  const stopping = signalled();
  try {
    return await play(wishes, stopping);
  } catch (error) {
    if (stopping.aborted) say('\nStopped.');
    else say(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function readWishes(): Wishes | undefined {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ options: { once: flag, real: flag } }).values;
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

/** npm passes Ctrl-C on a second time, which changes nothing. */
function signalled(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stopping.abort());
  return stopping.signal;
}

async function play({ once: endsAfter, real }: Wishes, stopping: AbortSignal): Promise<number> {
  const site = real ? await realSite(stopping) : await embeddedSite();
  try {
    say(`Servers: ${site.title}.`);
    await site.operator.start({ args: FLAGS });
    say('The operator runs as a process of its own, with the rights of config/rbac and no others.');
    await tell(mainJob(site), narrator, stopping);
    if (!endsAfter) await stayUp(site, stopping);
    say('\nDone.');
    return 0;
  } catch (error) {
    if (!stopping.aborted) say(`\nThe operator's last lines:\n${lastLines(site.operator.logs())}`);
    throw error;
  } finally {
    await site.close();
  }
}

async function stayUp(site: Site, stopping: AbortSignal): Promise<void> {
  await setLeaseTimes(site.vault, CALM_LEASES);
  await applyLeasedSample(site);
  say('\nThe VaultDynamicSecret is applied again, now with leases of five minutes.');
  say(guide(site));
  if (!stopping.aborted) await once(stopping, 'abort');
}

function lastLines(log: string): string {
  return log.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
