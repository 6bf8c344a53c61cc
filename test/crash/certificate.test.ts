/**
 * The operator is killed around every call that it makes for a certificate, on the fakes: before the call takes effect,
 * or when it has and the reply is on its way. Whoever comes after it ends with one certificate that Vault knows, whose
 * key is in the Secret and that is on record; with at most one more issue, and none once the Secret is written; with the
 * restarts that the change is worth; and with nothing left to revoke. There is no overlap, so
 * that nothing waits for time.
 */
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Match, Parking } from '../fakes/api-server/faults.ts';
import { matching } from '../fakes/vault/faults.ts';
import { type Certified, certified, MAY_REVOKE } from '../stage/certified.ts';
import { buildFakeStage, type FakeStage } from '../stage/fake-stage.ts';

const FLAGS = ['--lease-overlap=0s', '--lease-owner-grace=0s'];
const OPERATOR = 'vault-operator';
/** Turns of the event loop between moves of the clock, and moves until a call must have been made. */
const TURNS = 500;
const MOVES = 100;
/** Several restarts of a workload are gathered for a while. */
const MOVE_MS = 100;

/** A call, and whether the Secret holds what was issued by then. */
interface Point {
  readonly call: string;
  readonly isWritten: boolean;
  readonly api?: Match;
  readonly vault?: string;
}

function disposable(parked: Parking): Parking & Disposable {
  return Object.assign(parked, { [Symbol.dispose]: () => parked.release() });
}

const record = (verb: string): Match => ({ verb, resource: 'secrets', namespace: OPERATOR });

const ISSUING: readonly Point[] = [
  { call: 'the login', vault: 'auth/kubernetes/login', isWritten: false },
  { call: 'shortening the token', vault: 'auth/token/renew-self', isWritten: false },
  { call: 'opening the record', api: record('create'), isWritten: false },
  { call: 'issuing', vault: 'pki/issue/*', isWritten: false },
  { call: 'giving the token back', vault: 'auth/token/revoke-self', isWritten: false },
];
const RECORDING: Point = { call: 'the record', api: record('update'), isWritten: true };
const STATUS: Point = {
  call: 'the status',
  api: { verb: 'patch', resource: 'vaultpkisecrets.secrets.hashicorp.com', subresource: 'status' },
  isWritten: true,
};
const REVOKING: readonly Point[] = [
  { call: 'revoking', vault: 'pki/revoke', isWritten: true },
  { call: 'dropping the record', api: record('delete'), isWritten: true },
];

describe('a certificate, when the operator is killed around', () => {
  let play: FakeStage;

  before(async () => {
    play = await buildFakeStage();
    await play.operator.start({ args: FLAGS });
  });
  after(() => play.close());

  /** Kills the operator at the call that follows from `trigger`, and starts another. */
  async function killedAt(
    { api, vault }: Point,
    when: 'before' | 'after',
    trigger: () => Promise<unknown>,
  ): Promise<void> {
    using parked = api && disposable(play.api.faults.park(api, when));
    using held = vault === undefined ? undefined : holding(vault, when === 'after');
    await trigger();
    await untilMade(() => ((parked ?? held)?.waiting ?? 0) > 0);
    await play.operator.kill();
    parked?.release();
    held?.release();
    await play.operator.start({ args: FLAGS });
  }

  const holding = (pattern: string, done: boolean) =>
    play.vaultHooks.faults.hold(matching(pattern), { done });

  /** Without settling: a call that is held never does. */
  async function untilMade(isMade: () => boolean): Promise<void> {
    for (let moves = 0; moves < MOVES; moves += 1) {
      for (let turns = 0; turns < TURNS; turns += 1) {
        if (isMade()) return;
        await turn();
      }
      play.clock.advanceBy(MOVE_MS);
    }
    assert.fail('the call is never made');
  }

  async function isWhole(web: Certified): Promise<string> {
    await web.ready();
    const certificate = await web.certificate();
    const serial = (await web.serial()) ?? '';
    const { 'tls.key': key = '' } = await web.texts();
    assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
    assert.equal(await web.isRevoked(serial), false);
    assert.equal((await web.status()).serialNumber, serial);
    const states = (await web.ledger()).map(
      ({ metadata }) => metadata.labels?.['vault-lease-operator/state'],
    );
    assert.deepEqual(states, ['current']);
    return serial;
  }

  const opened = () => certified(play, { policy: MAY_REVOKE });
  const created: Match = { verb: 'create', resource: 'secrets' };
  const replaced: Match = { verb: 'update', resource: 'secrets' };

  for (const when of ['before', 'after'] as const) {
    const isDone = when === 'after';

    for (const point of [
      ...ISSUING,
      { call: 'creating the Secret', api: created, isWritten: isDone },
      RECORDING,
      STATUS,
    ])
      it(`${point.call}, ${when} it took effect: created`, async () => {
        const web = await opened();
        await web.home.deployment('web');
        const { namespace } = web.home;
        const api = point.api === created ? { ...created, namespace } : point.api;

        await killedAt({ ...point, ...(api && { api }) }, when, () => web.edited({ revoke: true }));

        await isWhole(web);
        assert.ok((await web.issues()) <= (point.isWritten ? 1 : 2));
        assert.equal(await web.restarts(), 0);
      });

    for (const point of [
      ...ISSUING,
      { call: 'replacing the Secret', api: replaced, isWritten: isDone },
      RECORDING,
      {
        call: 'the restart',
        api: { verb: 'patch', resource: 'deployments.apps' },
        isWritten: true,
      },
      STATUS,
      ...REVOKING,
    ])
      it(`${point.call}, ${when} it took effect: edited`, async () => {
        const web = await opened();
        await web.applied({ revoke: true });
        const first = (await web.serial()) ?? '';
        const { namespace } = web.home;
        const api = point.api === replaced ? { ...replaced, namespace } : point.api;

        await killedAt({ ...point, ...(api && { api }) }, when, () =>
          web.edited({ altNames: ['www.example.com'] }),
        );

        await web.restarted(1);
        await web.revoked(first);
        await play.until('one record is left', async () => (await web.ledger()).length === 1);
        assert.notEqual(await isWhole(web), first);
        assert.ok((await web.issues()) <= (point.isWritten ? 2 : 3));
      });

    for (const point of [RECORDING, ...REVOKING])
      it(`${point.call}, ${when} it took effect: deleted`, async () => {
        const web = await opened();
        await web.applied({ revoke: true });
        const serial = (await web.serial()) ?? '';
        const [kept] = await web.ledger();

        await killedAt(point, when, () => web.remove());

        await web.revoked(serial);
        const name = kept?.metadata.name ?? '';
        const recorded = () => play.kube.get('secrets', OPERATOR, name);
        await play.until('its record is gone', async () => !(await recorded()));
        assert.equal(await web.issues(), 1);
      });
  }
});
