/** What most tests of this room begin with. */
import assert from 'node:assert/strict';
import { VirtualClock } from '../../../test/fakes/clock.ts';
import type { VaultEndpoint } from '../../api/vault-exchange.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Fault, FaultError } from '../../runtime/fault.ts';
import { seal } from '../../runtime/sealed.ts';
import type { RequestNote, VaultCall } from '../call.ts';
import { VaultHttp, type VaultHttpOptions } from '../http.ts';
import { type Script, secretOf } from './scripted-vault.ts';

export const NEVER = new AbortController().signal;

export function door(
  clock: Clock = new VirtualClock(),
  notes: RequestNote[] = [],
  more: Partial<VaultHttpOptions> = {},
): VaultHttp {
  return new VaultHttp({
    clock,
    userAgent: 'test/1',
    onRequest: (note) => notes.push(note),
    clientMaterial: () => assert.fail('no endpoint here names a client certificate'),
    ...more,
  });
}

export function callTo(endpoint: VaultEndpoint, more: Partial<VaultCall> = {}): VaultCall {
  return {
    operation: 'read',
    route: ':secret',
    endpoint,
    namespace: '',
    method: 'GET',
    path: 'secret/data/app',
    token: seal('hvs.canary'),
    ...more,
  };
}

export async function faultFrom(work: Promise<unknown>): Promise<Fault> {
  try {
    await work;
  } catch (thrown) {
    assert.ok(thrown instanceof FaultError, String(thrown));
    assert.equal(thrown.cause, undefined);
    return thrown.fault;
  }
  return assert.fail('nothing was thrown');
}

export const ok: Script = () => secretOf({});
