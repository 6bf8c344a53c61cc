import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { Sending } from './sending.ts';

describe('a request whose connection does not come about', () => {
  it('is given up after five seconds, and known as not sent', async () => {
    const clock = new VirtualClock();
    const sending = new Sending(clock);
    const socket = new Socket();
    Object.defineProperty(socket, 'connecting', { value: true });
    const request = sending.request({ protocol: 'http:', createConnection: () => socket }, () =>
      assert.fail('there is no answer'),
    );
    await once(request, 'socket');
    clock.advanceBy(4_999);
    assert.equal(request.destroyed, false);
    const failed = once(request, 'error');
    clock.advanceBy(1);
    const [error] = await failed;
    assert.equal(error.code, 'CONNECT_TIMEOUT');
    assert.equal(sending.sent, false);
  });
});
