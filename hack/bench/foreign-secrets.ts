/**
 * The row about Secrets of others: the operator watches only those that carry its labels, so that the rest of the
 * cluster costs it nothing. Two processes are compared that have the same work, before and after the crowd came.
 */
import { randomBytes } from 'node:crypto';
import { type Tenant, tenant } from '../../test/stage/tenant.ts';
import { kubernetesCaller } from './callers.ts';
import { many } from './crowd.ts';
import type { Ground } from './ground.ts';
import type { Row } from './table.ts';

const SIZE_KIB = 10;
/** Its own work: one secret that is read. */
const OWN = 'own';

/** Leaves the operator stopped. */
export async function measureForeignSecrets(
  ground: Ground,
  count: number,
  say: (text: string) => void,
): Promise<Row> {
  const home = await tenant(ground);
  await ground.vault.writeKv2('kv', `${home.prefix}/${OWN}`, { a: 'b' });
  await home.staticSecret(OWN);
  const before = await residentMiB(ground);
  say(`${count} Secrets of others, ${SIZE_KIB} KiB each`);
  await createSecrets(ground, home, count);
  const after = await residentMiB(ground);
  return {
    what: `${count} foreign Secrets of ${SIZE_KIB} KiB`,
    budget: 'under 20 MiB',
    figures: [{ name: 'more RSS', value: after - before, unit: ' MiB', most: 20 }],
    note: `${before.toFixed(0)} MiB without them, ${after.toFixed(0)} MiB with them`,
  };
}

/** Of a new process that has done its first work. */
async function residentMiB(ground: Ground): Promise<number> {
  await ground.start();
  await ground.quiet();
  const resident = await ground.residentMiB();
  await ground.kill();
  return resident;
}

async function createSecrets(ground: Ground, { namespace }: Tenant, count: number): Promise<void> {
  await using admin = kubernetesCaller(ground);
  const data = { blob: randomBytes(SIZE_KIB * 1024).toString('base64') };
  await many(count, (index) =>
    admin.send('POST', `api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `foreign-${index}` },
      data,
    }),
  );
}
