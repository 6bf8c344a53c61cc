/** `npm run real -- up|down|status`: the real stack for a person at a terminal. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { down } from './down.ts';
import type { ServiceAccount } from './service-accounts.ts';
import { describe, readState } from './state.ts';
import { up, upDetached } from './up.ts';

const USAGE = `usage: npm run real -- up [--detach] [--apply PATH]... [--operator NAMESPACE/SERVICEACCOUNT]
       npm run real -- status
       npm run real -- down

up        starts etcd, kube-apiserver, kube-controller-manager, Vault and PostgreSQL on loopback,
          building what is missing once, and stays until Ctrl-C
  --detach    returns when the stack is up and leaves it running until \`down\`
  --apply     manifests (a file or a folder) to apply before the controllers start
  --operator  also writes a kubeconfig that is this service account
status    prints the processes, and shell variables for kubectl, vault and psql (to eval)
down      ends the stack and removes all it wrote`;

process.exitCode = await main(process.argv.slice(2));

async function main([command, ...args]: string[]): Promise<number> {
  try {
    if (command === 'up') await start(args);
    else if (command === 'down') console.log(await down());
    else if (command === 'status') return status();
    else throw new Error(USAGE);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function start(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      detach: { type: 'boolean', default: false },
      apply: { type: 'string', multiple: true, default: [] },
      operator: { type: 'string' },
    },
  });
  const operator = values.operator === undefined ? undefined : serviceAccount(values.operator);
  if (!values.detach) return up({ manifests: values.apply, operator });
  await upDetached(
    fileURLToPath(import.meta.url),
    args.filter((arg) => arg !== '--detach'),
  );
}

function serviceAccount(text: string): ServiceAccount {
  const [namespace, name, ...rest] = text.split('/');
  if (namespace && name && rest.length === 0) return { namespace, serviceAccount: name };
  throw new Error(`--operator takes NAMESPACE/SERVICEACCOUNT, not ${text}`);
}

/** 0 when a stack is up, 1 when none is. */
function status(): number {
  const state = readState();
  console.log(state ? describe(state) : '# no stack is up');
  return state?.stack ? 0 : 1;
}
