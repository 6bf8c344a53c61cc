/**
 * What must be true after every crash, from the servers' own records: Vault's leases and tokens, PostgreSQL's roles,
 * and every revision of the Secret and the Deployment. What the operator says of itself counts only where it is what
 * was promised: that it says "ready".
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { RECORD_LABELS } from '../../src/ledger/record-secret.ts';
import { restartAnnotation } from '../../src/plan/rollout.ts';
import { conditionOf, type KubeObject, textsOf } from '../stage/kube-admin.ts';
import { databaseUsers, notesOf } from '../stage/real-stage.ts';
import { VaultRefusal } from '../stage/vault-admin.ts';
import { OPERATOR_NAMESPACE, type Rig } from './rig.ts';
import { type Content, contentOf, currentContent, NAME, type Scene } from './scene.ts';
import type { Story } from './stories.ts';

const KEYS = ['_raw', 'password', 'username'];
const RESTART = restartAnnotation({ kind: 'VaultDynamicSecret', name: NAME });

/** What is not yet as it shall be at the end; empty when all is. The cheap looks come first. */
export async function unsettled(rig: Rig, story: Story, scene: Scene): Promise<string[]> {
  const said = await unsaid(rig, story, scene);
  if (said.length > 0) return said;
  const content = await currentContent(rig, scene);
  const leases = await leasesOf(rig, scene);
  const found = (await strayLeases(rig, scene)).map((id) => `no Secret uses the lease ${id}`);
  if (content && !leases.includes(content.leaseId)) found.push('the lease in use is not alive');
  return found.length > 0 ? found : wrongUsers(rig, scene, content);
}

/** Leases of the tenant that no Secret uses. */
export async function strayLeases(rig: Rig, scene: Scene): Promise<readonly string[]> {
  const content = await currentContent(rig, scene);
  return (await leasesOf(rig, scene)).filter((id) => id !== content?.leaseId);
}

/** Objects that are not at their end: the ledger, the custom resource, the Secret. */
async function unsaid(rig: Rig, story: Story, scene: Scene): Promise<string[]> {
  const { namespace } = scene.tenant;
  const content = await currentContent(rig, scene);
  const object = await rig.kube.get('vaultdynamicsecrets', namespace, NAME);
  const states = (await recordsOf(rig, scene)).map(({ state }) => state);
  const wanted = story.credentials === 1 ? 'current' : '';
  const found = states.join() === wanted ? [] : [`ledger records: ${states.join() || 'none'}`];
  if (story.credentials === 0)
    return [
      ...found,
      ...(object ? ['the object is still there'] : []),
      ...(content ? ['the Secret is still there'] : []),
    ];
  if (!content || !story.endsWith(content.leaseId, scene))
    found.push(`the Secret holds ${content?.leaseId ?? 'nothing'}`);
  return [...found, ...notReady(object)];
}

function notReady(object: KubeObject | undefined): string[] {
  const ready = conditionOf(object, 'Ready');
  if (ready?.status !== 'True') return [`not ready: ${JSON.stringify(ready)}`];
  const isCurrent = object?.['status'].lastGeneration === object?.metadata.generation;
  return isCurrent ? [] : ['the status is not of the latest generation'];
}

async function wrongUsers(rig: Rig, { tenant }: Scene, content: Content | undefined) {
  // Vault's names for users hold the beginning of the role's.
  const users = (await databaseUsers(rig.stack)).filter((name) =>
    name.includes(`-${tenant.role.slice(0, 8)}-`),
  );
  const wanted = content ? [content.username] : [];
  return users.join() === wanted.join()
    ? []
    : [`database users ${users.join()} instead of ${wanted.join() || 'none'}`];
}

export async function leasesOf({ vault }: Rig, { tenant }: Scene): Promise<readonly string[]> {
  const { leasePrefix } = tenant;
  return [...(await vault.leases(leasePrefix)), ...(await vault.leases(`${leasePrefix}-b`))];
}

interface Recorded {
  readonly state: string;
  readonly accessor: string;
}

async function recordsOf({ kube }: Rig, { uid }: Scene): Promise<Recorded[]> {
  const labels = Object.entries(RECORD_LABELS).map(([key, value]) => `${key}=${value}`);
  const secrets = await kube.list('secrets', OPERATOR_NAMESPACE, labels.join());
  const records = secrets.map((secret) => JSON.parse(textsOf(secret)['record'] ?? '{}'));
  return records
    .filter(({ owner }) => owner.uid === uid)
    .map(({ state, token }) => ({ state, accessor: token.accessor }));
}

/** Half-written, mixed, empty or vanished Secrets, and credentials that never worked. */
export async function secretFaults(story: Story, scene: Scene): Promise<string[]> {
  const faults = scene.secrets.changes.flatMap(({ type, object }, index) => {
    if (type === 'DELETED')
      return story.credentials === 0 ? [] : ['the Secret was gone for a time'];
    return contentFaults(contentOf(object)).map((fault) => `revision ${index + 1}: ${fault}`);
  });
  for (const [username, login] of scene.logins)
    if (!(await login)) faults.push(`the credential of ${username} did not open the database`);
  return faults;
}

function contentFaults({ keys, username, password, raw, leaseId }: Content): string[] {
  if (keys.join() !== KEYS.join()) return [`keys ${keys.join() || 'none'}`];
  if (!username || !password || !leaseId) return ['an empty value'];
  const isWhole = isDeepStrictEqual(raw, { username, password });
  return isWhole ? [] : ['values of two credentials'];
}

/** Contents that the Secret had, one after another. */
export function contentsOf({ secrets }: Scene): readonly Content[] {
  const contents = secrets.changes
    .filter(({ type }) => type !== 'DELETED')
    .map(({ object }) => contentOf(object));
  return contents.filter(({ username }, index) => username !== contents[index - 1]?.username);
}

/** Changes of the pod template, one after another: what was stamped. */
export function stampsOf({ deployments }: Scene): readonly string[] {
  const stamps = deployments.changes.map(
    ({ object }) => object['spec'].template.metadata.annotations?.[RESTART] ?? '',
  );
  return stamps.filter((stamp, index) => stamp !== (stamps[index - 1] ?? ''));
}

/** Restarts without a change, changes without a restart. The first content of a Secret restarts nobody. */
export function restartFaults(scene: Scene): string[] {
  const contents = contentsOf(scene);
  const stamps = stampsOf(scene);
  const changes = contents.length - 1;
  const faults: string[] = [];
  if (stamps.length > Math.max(0, changes))
    faults.push(`${stamps.length} restarts for ${changes} changes`);
  if (changes > 0 && stamps.at(-1) !== contents.at(-1)?.revision)
    faults.push(`the last content ${contents.at(-1)?.revision} was not rolled out`);
  const generation = scene.deployments.changes.at(-1)?.object.metadata.generation ?? 1;
  if (generation !== 1 + stamps.length)
    faults.push(`the Deployment changed ${generation - 1} times`);
  return faults;
}

/** How often each path was asked for that reached Vault. */
export function issueCounts({ stack }: Rig): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of notesOf(readFileSync(stack.vault.auditPath, 'utf8')))
    counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}

/** Credentials asked for in this scene. */
export function issuesOf(counts: ReadonlyMap<string, number>, { tenant }: Scene): number {
  const { leasePrefix } = tenant;
  return (counts.get(leasePrefix) ?? 0) + (counts.get(`${leasePrefix}-b`) ?? 0);
}

export interface Token {
  readonly accessor: string;
  readonly expiresAt: number;
}

/** Live tokens of the tenant's role that no current record of the ledger owns. */
export async function idleTokens(rig: Rig, scene: Scene): Promise<readonly Token[]> {
  const owned = (await recordsOf(rig, scene))
    .filter(({ state }) => state === 'current')
    .map(({ accessor }) => accessor);
  const tokens = await Promise.all(
    (await rig.vault.accessors())
      .filter((accessor) => !owned.includes(accessor))
      .map((accessor) => tokenOf(rig, scene, accessor)),
  );
  return tokens.filter((token) => token !== undefined);
}

/** What the tenant's login role grants a token. */
export async function roleTtlMs({ vault }: Rig, { tenant }: Scene): Promise<number> {
  const { data } = await vault.call('GET', `auth/kubernetes/role/${tenant.role}`);
  return Number(data.token_ttl) * 1000;
}

async function tokenOf({ vault }: Rig, { tenant }: Scene, accessor: string) {
  const found = await vault.call('POST', 'auth/token/lookup-accessor', { accessor }).catch(ifGone);
  if (found?.data.meta?.role !== tenant.role) return undefined;
  return { accessor, expiresAt: Date.parse(found.data.expire_time) };
}

/** It may end between the list and the look. */
function ifGone(error: unknown): undefined {
  if (error instanceof VaultRefusal && [403, 404].includes(error.status)) return undefined;
  throw error;
}
