/**
 * The main job, told while it happens. `--once` ends after the last step, `--real` plays it on real servers; without
 * `--once` everything stays up until Ctrl-C, to be looked at with kubectl.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { FLAGS, farewell, mainJob } from './main-job.ts';
import { embeddedSite, realSite, type Site } from './site.ts';
import { type Narrator, tell } from './story.ts';

const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, real: { type: 'boolean', default: false } },
});

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());

const narrator: Narrator = {
  begin: (title) => say(`\n- ${title}`),
  done: (seen, seconds) => say(`  ✓ ${seen} (${seconds.toFixed(1)} s)`),
};

const site = values.real ? await realSite(stopping.signal) : await embeddedSite();
try {
  await play(site);
} finally {
  await site.close();
}
process.exit();

async function play(stage: Site): Promise<void> {
  say(`Servers: ${stage.title}.`);
  await stage.operator.start({ args: FLAGS });
  say('The operator runs as a process of its own, with the rights of config/rbac and no others.');
  try {
    await tell(mainJob(stage), narrator);
    if (!values.once) await stayUp(stage);
    else await tell(farewell(stage), narrator);
    say('\nDone.');
  } catch (error) {
    say(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
    say(`The operator's last words:\n${stage.operator.logs().split('\n').slice(-15).join('\n')}`);
    process.exitCode = 1;
  }
}

async function stayUp({ kubeconfigPath, vault, vaultCaPath, rootToken }: Site): Promise<void> {
  say(`
Everything stays up until Ctrl-C. Look around:

  export KUBECONFIG=${kubeconfigPath}
  kubectl -n demo get vaultstaticsecrets,vaultdynamicsecrets,secrets
  kubectl -n demo describe vaultdynamicsecret app-db
  kubectl -n demo get deployment web -o yaml

Change the static secret in Vault and see the Secret follow:

  curl --cacert ${vaultCaPath} -H 'X-Vault-Token: ${rootToken}' -d '{"data":{"greeting":"again"}}' ${vault.url}/v1/kv/data/demo/config
`);
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
