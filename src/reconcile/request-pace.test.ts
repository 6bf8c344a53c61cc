import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { PAUSED_ANNOTATION } from '../plan/pause.ts';
import { REQUEST_INTERVAL_MS, SYNC_ANNOTATION } from '../plan/requests.ts';
import type { StoredObject } from './ports.ts';
import { RequestPace } from './request-pace.ts';

function object(annotations: Record<string, string>, kind = 'VaultStaticSecret'): StoredObject {
  return {
    apiVersion: 'secrets.hashicorp.com/v1beta1',
    kind,
    metadata: {
      name: 'app',
      namespace: 'team',
      uid: 'u',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '',
      annotations,
    },
  };
}

function rig() {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const looks: number[] = [];
  const pace = new RequestPace({
    clock,
    lookNow: () => void looks.push(clock.now() - startedAt),
    lookAt: (_, at) => void looks.push(at - startedAt),
  });
  return { clock, looks, pace, after: (ms: number) => clock.advanceTo(startedAt + ms) };
}

const ask = (from: string, to: string) => ({
  before: object({ [SYNC_ANNOTATION]: from }),
  after: object({ [SYNC_ANNOTATION]: to }),
});

describe('the pace of requests', () => {
  it('is a look at once, and one for all that come soon after it', () => {
    const { looks, pace, after } = rig();
    pace.noticed(ask('', '1'));
    after(1_000);
    pace.noticed(ask('1', '2'));
    after(2_000);
    pace.noticed(ask('2', '3'));
    assert.deepEqual(looks, [0, REQUEST_INTERVAL_MS]);
  });

  it('starts anew when the interval is over, and with an object made anew', () => {
    const { looks, pace, after } = rig();
    pace.noticed(ask('', '1'));
    after(REQUEST_INTERVAL_MS);
    pace.noticed(ask('1', '2'));
    after(REQUEST_INTERVAL_MS + 1);
    pace.noticed({ before: object({}) });
    pace.noticed(ask('', '1'));
    assert.deepEqual(looks, [0, REQUEST_INTERVAL_MS, REQUEST_INTERVAL_MS + 1]);
  });

  it('counts the end of a pause, and lets a pause begin at any time', () => {
    const { looks, pace } = rig();
    const [paused, running] = [object({ [PAUSED_ANNOTATION]: 'true' }), object({})];
    for (let count = 0; count < 2; count += 1) {
      pace.noticed({ before: running, after: paused });
      pace.noticed({ before: paused, after: running });
    }
    assert.deepEqual(looks, [0, 0, 0, REQUEST_INTERVAL_MS]);
  });

  it('is not asked for by anything else', () => {
    const { looks, pace } = rig();
    pace.noticed({ before: object({}), after: object({ 'example.com/a': 'b' }) });
    pace.noticed({ after: object({ [SYNC_ANNOTATION]: '1' }) });
    pace.noticed({
      before: object({}, 'VaultAuth'),
      after: object({ [SYNC_ANNOTATION]: '1' }, 'VaultAuth'),
    });
    assert.deepEqual(looks, []);
  });
});
