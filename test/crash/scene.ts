/** One tenant with one leased credential and one Deployment that uses it, and everything that was seen of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RealStack } from '../../hack/real/stack.ts';
import { LEASE_ANNOTATION } from '../../src/plan/credential/lease-mark.ts';
import { conditionOf, type KubeObject, textsOf } from '../stage/kube-admin.ts';
import { type Tenant, type TenantOptions, tenant } from '../stage/tenant.ts';
import { type Change, History } from './history.ts';
import type { Rig } from './rig.ts';

/** Of the custom resource and of its Secret. */
export const NAME = 'app';
export const WORKLOAD = 'web';

const POLL_MS = 50;

/** What a revision of the Secret holds. */
export interface Content {
  readonly keys: readonly string[];
  readonly username: string;
  readonly password: string;
  /** `_raw`: what Vault answered, whole. */
  readonly raw: unknown;
  readonly leaseId: string;
  readonly revision: string;
}

export interface Scene {
  readonly tenant: Tenant;
  /** A second database role, for those who move on. */
  readonly otherRole: string;
  readonly secrets: History;
  readonly deployments: History;
  /** By user name: whether the password that stood beside it opened the database when it was first seen. */
  readonly logins: ReadonlyMap<string, Promise<boolean>>;
  /** uid of the custom resource, once it exists. */
  uid?: string;
  /** Resolves when the histories hold what the API server holds, and every password was tried. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

const CAUGHT_UP_WITHIN_MS = 30_000;

export async function setScene(rig: Rig, options: TenantOptions): Promise<Scene> {
  const policy = 'path "database/creds/*" { capabilities = ["read"] }';
  const home = await tenant(rig, { ...options, policy });
  const otherRole = await secondRole(rig, home);
  const logins = new Map<string, Promise<boolean>>();
  const tryOut = ({ type, object }: Change): void => {
    const { username, password } = contentOf(object);
    if (type !== 'DELETED' && !logins.has(username))
      logins.set(username, canLogIn(rig.stack, username, password));
  };
  const core = `/api/v1/namespaces/${home.namespace}/secrets`;
  const apps = `/apis/apps/v1/namespaces/${home.namespace}/deployments`;
  const secrets = await History.of(rig.stack.apiServer, core, NAME, tryOut);
  const deployments = await History.of(rig.stack.apiServer, apps, WORKLOAD);
  await home.deployment(WORKLOAD);
  while (!(await isSettled(rig, home))) await sleep(POLL_MS);
  const histories = { secrets, deployments };
  const caughtUp = async (): Promise<void> => {
    await untilReached(rig, home, histories);
    await Promise.all(logins.values());
  };
  const close = async (): Promise<void> => {
    await Promise.all([secrets.close(), deployments.close()]);
  };
  return { tenant: home, otherRole, ...histories, logins, caughtUp, close };
}

type Histories = Pick<Scene, 'secrets' | 'deployments'>;

async function untilReached(
  { kube }: Rig,
  { namespace }: Tenant,
  { secrets, deployments }: Histories,
): Promise<void> {
  const end = Date.now() + CAUGHT_UP_WITHIN_MS;
  for (;;) {
    const secret = await kube.get('secrets', namespace, NAME);
    const deployment = await kube.get('deployments', namespace, WORKLOAD);
    if (secrets.hasReached(secret) && deployments.hasReached(deployment)) return;
    if (Date.now() > end) throw new Error(`a watch of ${namespace} is far behind`);
    await sleep(POLL_MS);
  }
}

export function contentOf(secret: KubeObject): Content {
  const texts = textsOf(secret);
  const { username = '', password = '' } = texts;
  const mark = secret.metadata.annotations?.[LEASE_ANNOTATION];
  const { leaseId = '', revision = '' } = mark ? JSON.parse(mark) : {};
  const raw: unknown = JSON.parse(texts['_raw'] || '{}');
  return { keys: Object.keys(texts).sort(), username, password, raw, leaseId, revision };
}

/** What the Secret holds now, read live; undefined when there is none. */
export async function currentContent(rig: Rig, { tenant: home }: Scene) {
  const secret = await rig.kube.get('secrets', home.namespace, NAME);
  return secret && contentOf(secret);
}

/** Makes the custom resource, or changes it. */
export async function declare(scene: Scene, spec: object = {}): Promise<void> {
  const rolloutRestartTargets = [{ kind: 'Deployment', name: WORKLOAD }];
  const object = await scene.tenant.dynamicSecret(NAME, {
    renewalPercent: 90,
    rolloutRestartTargets,
    ...spec,
  });
  Object.assign(scene, { uid: object.metadata.uid });
}

/** The operator has said its say of the connection and the login, so that the story begins with the credential. */
async function isSettled({ kube }: Rig, { namespace }: Tenant): Promise<boolean> {
  const connection = await kube.get('vaultconnections', namespace, 'vault');
  const auth = await kube.get('vaultauths', namespace, 'app');
  return [connection, auth].every((each) => conditionOf(each, 'Ready')?.status === 'True');
}

async function secondRole({ vault }: Rig, home: Tenant): Promise<string> {
  const { data } = await vault.call('GET', `database/roles/${home.role}`);
  const role = `${home.role}-b`;
  await vault.call('POST', `database/roles/${role}`, data);
  return role;
}

async function canLogIn({ postgres }: RealStack, user: string, password: string) {
  return postgres.query('SELECT current_user', { user, password }).then(
    ([row]) => row?.[0] === user,
    () => false,
  );
}
