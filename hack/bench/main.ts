/**
 * `npm run bench -- calls`: what the operator's promises about calls, CPU, memory and time come to on the real
 * servers, as a Markdown table. Fails when a count is over its budget; times depend on the machine and fail nothing.
 */
import { parseArgs } from 'node:util';
import { measureForeignSecrets } from './foreign-secrets.ts';
import { startGround } from './ground.ts';
import { measureKubernetesCalls } from './kubernetes-calls.ts';
import { measureLeasedSecrets } from './leased-secrets.ts';
import { measureStaticSecrets } from './static-secrets.ts';
import { broken, markdown } from './table.ts';

const USAGE = `usage: npm run bench -- calls [--objects N] [--leases N] [--foreign N]
  --objects  VaultStaticSecrets, 1000 unless given
  --leases   VaultDynamicSecrets, 100 unless given
  --foreign  Secrets of others, 10000 unless given`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    return await measure(wishes());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

interface Wishes {
  readonly objects: number;
  readonly leases: number;
  readonly foreign: number;
}

function wishes(): Wishes {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      objects: { type: 'string', default: '1000' },
      leases: { type: 'string', default: '100' },
      foreign: { type: 'string', default: '10000' },
    },
  });
  const wished = {
    objects: Number(values.objects),
    leases: Number(values.leases),
    foreign: Number(values.foreign),
  };
  if (positionals.join() === 'calls' && Object.values(wished).every(isCount)) return wished;
  throw new Error(USAGE);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

async function measure({ objects, leases, foreign }: Wishes): Promise<number> {
  const perCall = await measureKubernetesCalls(say);
  await using ground = await startGround();
  try {
    const leased = await measureLeasedSecrets(ground, leases, say);
    const own = [...(await measureStaticSecrets(ground, objects, say)), ...leased];
    const rows = [...own, await measureForeignSecrets(ground, foreign, say), perCall];
    console.log(markdown(rows));
    for (const { what } of broken(rows)) say(`over its budget in calls: ${what}`);
    return broken(rows).length === 0 ? 0 : 1;
  } catch (error) {
    say(`the operator's last words:\n${ground.operator.logs().slice(-3_000)}`);
    throw error;
  }
}

/** The table alone is standard output. */
function say(text: string): void {
  console.error(`bench: ${text}`);
}
