/**
 * What every bad input must come to: a condition with a documented reason that names the field and the remedy, one
 * event, no harm to what is in place, none to a neighbour. A row says what is bad and what is said of it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { KindName } from '../../src/api/kinds.ts';
import { REASONS, type Reason } from '../../src/api/reasons.ts';
import { checked } from '../../src/reconcile/load.ts';
import { FaultError } from '../../src/runtime/fault.ts';
import { type KubeObject, KubeRefusal, type Resource, textsOf } from './kube-admin.ts';
import { Sights } from './sights.ts';
import { closeStage, type Stage, stage } from './stage.ts';
import { type Tenant, tenant } from './tenant.ts';

export interface Place {
  readonly play: Stage;
  readonly home: Tenant;
}

export interface BadInput {
  readonly title: string;
  /** What is good before; the object and its Secret are called `app`. */
  readonly good: Good;
  /** What must be there besides. */
  readonly given?: (place: Place) => Promise<unknown>;
  /** Fields of the specification that are bad; undefined takes one away. */
  readonly bad: object | ((place: Place) => object);
  readonly reason: Reason;
  /** Field and remedy, as the message names them. */
  readonly says: RegExp;
  /** The API server refuses it by the schema, naming the field; the operator refuses one that was stored before. */
  readonly isRefusedAtOnce?: boolean;
}

export interface Good {
  readonly kind: KindName;
  readonly resource: Resource;
  readonly spec: (place: Place) => object;
  /** Writes what its source holds. */
  readonly source: (place: Place) => Promise<void>;
}

const NAME = 'app';
/** A transient fault is told at its third failure. */
const TOLD_WITHIN_MS = 60_000;
/** Long enough for a second event of the same. */
const QUIET_MS = 3_000;

export const STATIC: Good = {
  kind: 'VaultStaticSecret',
  resource: 'vaultstaticsecrets',
  spec: ({ home }) => ({
    vaultAuthRef: 'app',
    mount: 'kv',
    path: `${home.prefix}/${NAME}`,
    type: 'kv-v2',
    refreshAfter: '1s',
    destination: { name: NAME, create: true },
  }),
  source: ({ play, home }) => play.vault.writeKv2('kv', `${home.prefix}/${NAME}`, { user: 'ada' }),
};

export const DYNAMIC: Good = {
  kind: 'VaultDynamicSecret',
  resource: 'vaultdynamicsecrets',
  spec: ({ home }) => ({
    vaultAuthRef: 'app',
    mount: 'database',
    path: `creds/${home.role}`,
    destination: { name: NAME, create: true },
  }),
  source: async () => undefined,
};

/** Each row is a scenario of its own, with a tenant of its own. */
export function describeBadInput(title: string, rows: readonly BadInput[]): void {
  describe(title, () => {
    let play: Stage;

    before(async () => {
      play = await stage();
      await play.operator.start();
    });
    after(closeStage);

    for (const row of rows) it(row.title, async () => suffer(play, row));
  });
}

async function suffer(play: Stage, row: BadInput): Promise<void> {
  const home = await tenant(play);
  const place = { play, home };
  const sights = new Sights(play, home);
  await goodOnes(place, sights, row.good);
  const before = await sights.version('secrets', NAME);
  const object = await badObject(place, row);

  if (row.isRefusedAtOnce) await refused(place, sights, row, object);
  else await told(place, sights, row, object);

  assert.equal(await sights.version('secrets', NAME), before, 'the Secret stays as it is');
  await neighbourLives(place, sights);
  assert.doesNotMatch(play.operator.logs(), /"the reconcile threw"/);
}

/** The object itself, and a neighbour of another name. */
async function goodOnes(place: Place, sights: Sights, good: Good): Promise<void> {
  const { play, home } = place;
  await good.source(place);
  await play.vault.writeKv2('kv', `${home.prefix}/neighbour`, { user: 'eve' });
  await home.staticSecret('neighbour', { refreshAfter: '1s' });
  await home.apply(good.kind, NAME, good.spec(place));
  await sights.until(good.resource, NAME, 'Ready', 'True');
  await sights.synced('neighbour');
}

async function badObject(place: Place, { good, given, bad }: BadInput): Promise<KubeObject> {
  await given?.(place);
  const fields = typeof bad === 'function' ? bad(place) : bad;
  const spec = JSON.parse(JSON.stringify({ ...good.spec(place), ...fields }));
  const { namespace } = place.home;
  const apiVersion = 'secrets.hashicorp.com/v1beta1';
  return { apiVersion, kind: good.kind, metadata: { name: NAME, namespace }, spec };
}

/** By the API server; and by the operator, should an older schema have let it in. */
async function refused(
  { play }: Place,
  sights: Sights,
  { good, reason, says }: BadInput,
  object: KubeObject,
): Promise<void> {
  const stored = await sights.get(good.resource, NAME);
  await assert.rejects(
    play.kube.apply(object),
    (error) => error instanceof KubeRefusal && error.status === 422 && says.test(error.message),
  );
  assert.equal(await sights.says(good.resource, NAME, 'Ready'), 'True');
  assert.throws(
    () => checked(good.kind, storedAs(stored, object)),
    (thrown) => {
      assert.ok(thrown instanceof FaultError);
      assert.equal(thrown.fault.reason, reason);
      assert.match(thrown.fault.message, says);
      return true;
    },
  );
}

function storedAs(stored: KubeObject | undefined, { apiVersion, kind, spec }: KubeObject) {
  const {
    name,
    namespace = '',
    uid = '',
    resourceVersion = '',
  } = stored?.metadata ?? { name: NAME };
  const creationTimestamp = '2026-01-01T00:00:00Z';
  const metadata = { name, namespace, uid, resourceVersion, generation: 2, creationTimestamp };
  return { apiVersion, kind, metadata, spec };
}

async function told(
  { play }: Place,
  sights: Sights,
  { good, reason, says }: BadInput,
  object: KubeObject,
): Promise<void> {
  assert.notEqual(REASONS[reason].remedy, '', 'the reason is documented with a remedy');
  await play.kube.apply(object);
  // What the row has made besides may come into view a moment later than the object.
  const message = async (): Promise<string> => sights.message(good.resource, NAME, 'Healthy');
  await play.until(
    `${NAME} says ${reason}`,
    async () => (await message()).startsWith(`${reason}: `),
    TOLD_WITHIN_MS,
  );
  assert.equal(await sights.says(good.resource, NAME, 'Healthy'), 'False Unhealthy');
  assert.match(await message(), says);

  const events = async () => (await sights.events(NAME)).filter((event) => event.reason === reason);
  await play.until(
    'it is told by an event',
    async () => (await events()).length > 0,
    TOLD_WITHIN_MS,
  );
  await play.pass(QUIET_MS);
  assert.deepEqual(
    (await events()).map(({ count }) => count),
    [1],
  );
}

async function neighbourLives({ play, home }: Place, sights: Sights): Promise<void> {
  await play.vault.writeKv2('kv', `${home.prefix}/neighbour`, { user: 'adam' });
  await play.until(
    'the neighbour follows its source',
    async () => textsOf(await sights.secret('neighbour'))['user'] === 'adam',
  );
}
