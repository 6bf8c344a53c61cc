/** What a leased credential lives through, each as one thing that happens to it and the end it comes to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { conditionOf } from '../stage/kube-admin.ts';
import type { TenantOptions } from '../stage/tenant.ts';
import type { Rig } from './rig.ts';
import { currentContent, declare, NAME, type Scene } from './scene.ts';

export interface Story {
  readonly name: string;
  readonly tenant: TenantOptions;
  /** Up to where the story begins; others may be playing meanwhile. */
  prepare(rig: Rig, scene: Scene): Promise<void>;
  /** Makes sure that it can begin at once. Nothing that the operator would notice. */
  poise(rig: Rig, scene: Scene): Promise<void>;
  /** What the operator must react to. */
  trigger(rig: Rig, scene: Scene): Promise<void>;
  /** Whether the credential in the Secret is the one that the story ends with. */
  endsWith(leaseId: string, scene: Scene): boolean;
  /** Credentials that live at the end. */
  readonly credentials: 0 | 1;
}

const LEASE_TTL_S = 15;
const LONG_TTL_S = 3600;
const POLL_MS = 50;

const nothing = async (): Promise<void> => {};

/** The first credential is in the Secret, and the operator has told so: its event is sent after the status. */
async function inPlace(rig: Rig, scene: Scene): Promise<void> {
  await declare(scene);
  const { namespace } = scene.tenant;
  const isReady = async (): Promise<boolean> => {
    const object = await rig.kube.get('vaultdynamicsecrets', namespace, NAME);
    return conditionOf(object, 'Ready')?.status === 'True';
  };
  const isTold = async (): Promise<boolean> => {
    const events = await rig.kube.list('events', namespace);
    return events.some((event) => event['reason'] === 'SecretSynced');
  };
  while (!(await isReady()) || !(await isTold())) await sleep(POLL_MS);
}

const CREATE: Story = {
  name: 'create',
  tenant: {},
  prepare: nothing,
  poise: nothing,
  trigger: (_, scene) => declare(scene),
  endsWith: (leaseId, { tenant }) => leaseId.startsWith(`${tenant.leasePrefix}/`),
  credentials: 1,
};

/** The lease ends in Vault, and the next renewal finds out. */
const ROTATE: Story = {
  name: 'rotate',
  tenant: { leaseTtl: LEASE_TTL_S },
  prepare: inPlace,
  poise: async (rig, scene) => {
    await untilRenewable(rig, scene);
    await rig.vault.call('POST', `database/roles/${scene.tenant.role}`, {
      default_ttl: LONG_TTL_S,
    });
    const leaseId = (await currentContent(rig, scene))?.leaseId;
    await rig.vault.call('POST', 'sys/leases/revoke', { lease_id: leaseId, sync: true });
  },
  // Due at once in the life of the short lease, and not for minutes in that of its successor.
  trigger: (_, scene) => declare(scene, { renewalPercent: 0 }),
  endsWith: (leaseId, { tenant, secrets }) => {
    const [first] = secrets.changes;
    const was = first?.object.metadata.annotations ?? {};
    return leaseId.startsWith(`${tenant.leasePrefix}/`) && !JSON.stringify(was).includes(leaseId);
  },
  credentials: 1,
};

/** The credential shall come from another role. */
export const EDIT: Story = {
  name: 'edit',
  tenant: {},
  prepare: inPlace,
  poise: nothing,
  trigger: (_, scene) => declare(scene, { path: `creds/${scene.otherRole}` }),
  endsWith: (leaseId, { tenant }) => leaseId.startsWith(`${tenant.leasePrefix}-b/`),
  credentials: 1,
};

const DELETE: Story = {
  name: 'delete',
  tenant: {},
  prepare: inPlace,
  poise: nothing,
  trigger: ({ kube }, { tenant }) => kube.remove('vaultdynamicsecrets', tenant.namespace, NAME),
  endsWith: () => false,
  credentials: 0,
};

export const STORIES: readonly Story[] = [CREATE, ROTATE, EDIT, DELETE];

/** With renewalPercent 0 a lease is due between 5 and 14.5 percent of its life; with 90, not before 90. */
async function untilRenewable(rig: Rig, scene: Scene): Promise<void> {
  const leaseId = (await currentContent(rig, scene))?.leaseId;
  for (;;) {
    const { data } = await rig.vault.call('POST', 'sys/leases/lookup', { lease_id: leaseId });
    if (data.ttl <= LEASE_TTL_S * 0.8 && data.ttl >= LEASE_TTL_S * 0.3) return;
    await sleep(POLL_MS);
  }
}
