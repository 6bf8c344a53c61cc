import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseRenewal } from '../api/vault-exchange.ts';
import type { AuthHealth, VaultProbes, VaultReads, VaultTokens } from '../reconcile/ports.ts';
import type { LoginBook } from './login-book.ts';
import type { OwnTokens } from './own-tokens.ts';
import type { Probes } from './probe.ts';
import type { Sessions } from './sessions.ts';
import { faultFrom, NEVER } from './testing/door.ts';
import {
  authOf,
  type Script,
  type ScriptedVault,
  scriptedVault,
  secretOf,
  sendErrors,
  sendJson,
} from './testing/scripted-vault.ts';
import { accessAt, rooms, until } from './testing/vault-rooms.ts';

/** Only the compiler reads this: the adapters fit the ports of those who use them. */
export type Fits = [
  OwnTokens extends VaultTokens ? true : never,
  Sessions extends VaultReads ? true : never,
  Probes extends VaultProbes ? true : never,
  LoginBook extends AuthHealth ? true : never,
];
const fits: Fits = [true, true, true, true];

const DEAD = '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n';
const creds = { namespace: '', method: 'GET', path: 'database/creds/app' } as const;

describe('the adapters', () => {
  it('fit the ports', () => assert.equal(fits.length, 4));
});

describe('issuing', () => {
  it('gives the credential with its lease', async () => {
    const lease = { lease_id: 'database/creds/app/1', lease_duration: 60, renewable: true };
    await using vault = await scriptedVault(() =>
      secretOf({ username: 'u', password: 'p', port: 5432 }, { ...lease, warnings: ['careful'] }),
    );
    const { tokens, clock } = rooms();
    const answer = await tokens.issue(accessAt(vault.endpoint), creds, NEVER);
    const { data, ...rest } = answer;
    assert.equal(JSON.stringify(data?.open()), '{"username":"u","password":"p","port":5432}');
    assert.deepEqual(rest, {
      askedAt: clock.now(),
      requestId: 'request-1',
      leaseId: 'database/creds/app/1',
      leaseMs: 60_000,
      renewable: true,
      warnings: ['careful'],
      status: 200,
    });
    assert.equal(vault.seen[0]?.headers['x-vault-token'], 'hvs.own');
  });

  it('sends params in the body, and takes no content for an answer without data', async () => {
    await using vault = await scriptedVault((_, response) => void response.writeHead(204).end());
    const request = { ...creds, method: 'PUT', body: { ttl: '60s' } } as const;
    const answer = await rooms().tokens.issue(accessAt(vault.endpoint), request, NEVER);
    assert.deepEqual([answer.status, answer.data, answer.leaseId], [204, undefined, '']);
    assert.deepEqual(vault.seen[0]?.body, '{"ttl":"60s"}');
  });

  const unknown: Record<string, Script> = {
    'a lost reply': (_, response) => void response.socket?.destroy(),
    'status 500': (_, response) => sendErrors(response, 500, 'canary'),
    'status 502 of a proxy': (_, response) => void response.writeHead(502).end('<html>'),
    'status 503': (_, response) => sendErrors(response, 503, 'Vault is sealed'),
    'an empty 200': (_, response) => void response.end(),
    'HTML with 200': (_, response) => void response.end('<html>'),
    'JSON that is not an envelope': () => ({ hello: 'canary' }),
    'data that is no object': () => secretOf(['canary']),
    'a wrapped answer': () => secretOf(null, { wrap_info: { token: 'canary' } }),
    'a lease without a usable duration': () => secretOf({}, { lease_duration: 'canary' }),
  };
  for (const [what, script] of Object.entries(unknown)) {
    it(`is done once and ambiguous after ${what}`, async () => {
      await using vault = await scriptedVault(script);
      const fault = await faultFrom(rooms().tokens.issue(accessAt(vault.endpoint), creds, NEVER));
      assert.deepEqual([fault.ambiguous, vault.seen.length], [true, 1]);
      assert.doesNotMatch(fault.message, /canary/);
    });
  }

  const certain: readonly [number, string, string, string][] = [
    [400, 'unknown role: app', 'denied', 'VaultRequestRefused'],
    [403, 'permission denied', 'denied', 'PermissionDenied'],
    [403, DEAD, 'denied', 'TokenInvalid'],
    [404, 'no handler for route "database/creds/app"', 'waiting', 'SourceMissing'],
    [405, 'unsupported operation', 'denied', 'VaultRequestRefused'],
    [412, 'required index state not present', 'transient', 'VaultStandby'],
    [413, 'canary', 'denied', 'VaultRequestRefused'],
    [429, 'lease count quota exceeded', 'throttled', 'VaultThrottled'],
    [501, 'canary', 'throttled', 'VaultUninitialized'],
  ];
  for (const [status, error, kind, reason] of certain) {
    it(`did not happen after ${status} ${JSON.stringify(error)}: ${reason}`, async () => {
      await using vault = await scriptedVault((_, response) => sendErrors(response, status, error));
      const fault = await faultFrom(rooms().tokens.issue(accessAt(vault.endpoint), creds, NEVER));
      assert.deepEqual([fault.kind, fault.reason, fault.ambiguous], [kind, reason, undefined]);
      assert.match(fault.message, /^GET database\/creds\/app at https:/);
      assert.doesNotMatch(fault.message, /canary/);
    });
  }

  it('names the capability that is missing', async () => {
    await using vault = await scriptedVault((_, response) => sendErrors(response, 403, 'x'));
    const request = { ...creds, namespace: 'team-a', method: 'PUT' } as const;
    const fault = await faultFrom(rooms().tokens.issue(accessAt(vault.endpoint), request, NEVER));
    assert.match(fault.message, /in Vault namespace team-a/);
    assert.match(fault.message, /policies need "update" on database\/creds\/app/);
  });

  it("takes a version's tombstone for an answer, but not Vault's errors", async () => {
    const metadata = { version: 3, deletion_time: '2026-01-01T00:00:00Z', destroyed: false };
    const tombstone = secretOf({ data: null, metadata });
    await using vault = await scriptedVault((_, response) => sendJson(response, 404, tombstone));
    const answer = await rooms().tokens.issue(accessAt(vault.endpoint), creds, NEVER);
    assert.equal(answer.status, 404);
    assert.equal(JSON.stringify(answer.data?.open()), JSON.stringify({ data: null, metadata }));
  });
});

describe('renewing a lease of its own token', () => {
  it('is tried again when the database behind it failed, which is no fault of the request', async () => {
    const down =
      'failed to renew entry: resp: (*logical.Response)(nil) err: canary lease not found';
    await using vault = await scriptedVault((_, response) =>
      vault.seen.length < 3
        ? sendErrors(response, 400, down)
        : secretOf(null, { lease_duration: 12, renewable: true }),
    );
    const { clock, tokens } = rooms();
    const work = tokens.renewLease(accessAt(vault.endpoint), 'x', 1_000, NEVER);
    await throughRepeats(clock, work);
    assert.equal((await work).kind, 'granted');
  });

  it('asks by id in the body, in whole seconds, and returns a capped grant as it is', async () => {
    await using vault = await scriptedVault(() =>
      secretOf(null, { lease_id: 'x', lease_duration: 12, renewable: true }),
    );
    const renewal = await renew(vault);
    assert.deepEqual(
      { ...renewal, askedAt: 0 },
      { kind: 'granted', askedAt: 0, ttlMs: 12_000, renewable: true },
    );
    assert.equal(vault.seen[0]?.url, '/v1/sys/leases/renew');
    assert.deepEqual(JSON.parse(vault.seen[0].body), {
      lease_id: 'database/creds/app/1',
      increment: 90,
    });
  });

  const gone: readonly [number, string][] = [
    [400, 'lease not found'],
    [400, 'lease expired'],
    [400, 'lease is not renewable'],
    [400, 'past the max TTL, cannot renew'],
    [400, 'lease is expired and has failed previous revocation attempts'],
    [403, DEAD],
    [403, 'bad token'],
  ];
  for (const [status, error] of gone) {
    it(`finds it gone after ${status} ${JSON.stringify(error)}`, async () => {
      await using vault = await scriptedVault((_, response) => sendErrors(response, status, error));
      assert.equal((await renew(vault)).kind, 'gone');
    });
  }

  for (const [status, error] of [
    [400, 'lease_id must be specified'],
    [403, 'permission denied'],
    [404, ''],
    [429, 'lease not found'],
    [500, 'lease not found'],
  ] as const) {
    it(`does not find it gone after ${status} ${JSON.stringify(error)}`, async () => {
      await using vault = await scriptedVault((_, response) => sendErrors(response, status, error));
      const { clock, tokens } = rooms();
      const fault = faultFrom(tokens.renewLease(accessAt(vault.endpoint), 'x', 1_000, NEVER));
      await throughRepeats(clock, fault);
      assert.notEqual((await fault).reason, '');
    });
  }
});

describe('what may be done twice', () => {
  const blinks: Record<string, Script> = {
    'a cut connection': (_, response) => void response.socket?.destroy(),
    'status 500': (_, response) => sendErrors(response, 500),
    'status 502 of a proxy': (_, response) => void response.writeHead(502).end('<html>'),
    'status 412': (_, response) => sendErrors(response, 412),
  };
  for (const [what, script] of Object.entries(blinks)) {
    it(`is done again after ${what}, twice at most`, async () => {
      for (const failures of [2, 3]) {
        await using vault = await scriptedVault((seen, response) =>
          vault.seen.length <= failures ? script(seen, response) : authOf('hvs.own'),
        );
        const { clock, tokens } = rooms();
        const work = tokens.renewToken(accessAt(vault.endpoint), 120_000, NEVER);
        const ended = failures === 2 ? work : faultFrom(work);
        await throughRepeats(clock, ended);
        assert.equal(vault.seen.length, 3);
        assert.equal(vault.seen[2]?.body, '{"increment":120}');
      }
    });
  }

  const waits: Record<string, Script> = {
    'status 429': (_, response) => sendErrors(response, 429),
    'a sealed Vault': (_, response) => sendErrors(response, 503, 'Vault is sealed'),
    'a denial': (_, response) => sendErrors(response, 403, 'permission denied'),
    'an answer that is not JSON': (_, response) => void response.end('<html>'),
  };
  for (const [what, script] of Object.entries(waits)) {
    it(`is not done again at once after ${what}`, async () => {
      await using vault = await scriptedVault(script);
      await faultFrom(rooms().tokens.renewToken(accessAt(vault.endpoint), 1_000, NEVER));
      assert.equal(vault.seen.length, 1);
    });
  }
});

describe('giving back', () => {
  for (const [status, error, ends] of [
    [204, '', 'revoked'],
    [403, DEAD, 'dead'],
    [403, 'bad token', 'dead'],
  ] as const) {
    it(`a token, answered ${status} ${JSON.stringify(error)}: ${ends}`, async () => {
      await using vault = await scriptedVault((_, response) => sendErrors(response, status, error));
      const revocation = await rooms().tokens.revokeToken(accessAt(vault.endpoint), NEVER);
      assert.equal(revocation, ends);
      assert.equal(vault.seen[0]?.url, '/v1/auth/token/revoke-self');
    });
  }

  it('a token: any other refusal is no proof that it is dead', async () => {
    for (const body of ['{"errors":["permission denied"]}', '<html>invalid token</html>']) {
      await using vault = await scriptedVault(
        (_, response) => void response.writeHead(403).end(body),
      );
      const fault = await faultFrom(rooms().tokens.revokeToken(accessAt(vault.endpoint), NEVER));
      assert.notEqual(fault.reason, 'TokenInvalid');
    }
  });

  it('a batch token says that it cannot be', async () => {
    await using vault = await scriptedVault((_, response) =>
      sendErrors(response, 400, 'batch tokens cannot be revoked'),
    );
    const fault = await faultFrom(rooms().tokens.revokeToken(accessAt(vault.endpoint), NEVER));
    assert.match(fault.message, /batch tokens can be neither renewed nor revoked/);
  });

  it('a lease by its id waits until it is undone', async () => {
    await using vault = await scriptedVault((_, response) => void response.writeHead(204).end());
    await rooms().tokens.revokeLease(accessAt(vault.endpoint), 'a/1', NEVER);
    assert.deepEqual(JSON.parse(vault.seen[0]?.body ?? ''), { lease_id: 'a/1', sync: true });
  });
});

function renew(vault: ScriptedVault): Promise<LeaseRenewal> {
  const access = accessAt(vault.endpoint);
  return rooms().tokens.renewLease(access, 'database/creds/app/1', 90_999, NEVER);
}

/** Moves the clock over the waits between tries. */
async function throughRepeats(clock: { advanceBy(ms: number): void }, work: Promise<unknown>) {
  let over = false;
  const end = (): void => {
    over = true;
  };
  work.then(end, end);
  await until(() => {
    clock.advanceBy(1);
    return over;
  });
}
