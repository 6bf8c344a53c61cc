import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { selfSigned } from '../../test/fakes/api-server/self-signed.ts';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { seal } from '../runtime/sealed.ts';
import { ClientCertificates, type TlsSecret } from './client-certificates.ts';
import { callTo, door, faultFrom, NEVER } from './testing/door.ts';
import { scriptedVault, secretOf } from './testing/scripted-vault.ts';
import { until } from './testing/vault-rooms.ts';

const REF = { namespace: 'infra', name: 'client' };
const ASKING = { tls: { requestCert: true, rejectUnauthorized: false } };

function secretWith(pem: { cert: string; key: string }, type = 'kubernetes.io/tls'): TlsSecret {
  return { type, pem: seal(pem) };
}

/** Certificates from a Secret that a test may replace. */
function cupboard(first: TlsSecret | undefined) {
  const held = { secret: first, reads: 0 };
  const certificates = new ClientCertificates(async () => {
    held.reads += 1;
    return held.secret;
  });
  const clientMaterial = (): ReturnType<ClientCertificates['material']> =>
    certificates.material(REF, NEVER);
  return { held, certificates, http: door(new VirtualClock(), [], { clientMaterial }) };
}

describe('a client certificate', () => {
  it('is shown to the server; a replaced one closes the old sockets and is shown next', async () => {
    const shown: (string | undefined)[] = [];
    const sockets = new Set<object>();
    const note = (response: ServerResponse): object => {
      const { socket } = response.req;
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      shown.push(socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.subject : '');
      return secretOf({});
    };
    await using vault = await scriptedVault((_, response) => note(response), ASKING);
    const { held, certificates, http } = cupboard(secretWith(selfSigned('first')));
    const client = { ...REF, digest: await certificates.look(REF, NEVER) };
    const call = callTo({ ...vault.endpoint, client });

    await http.call(call, NEVER);
    await http.call(call, NEVER);
    held.secret = secretWith(selfSigned('second'));
    assert.notEqual(await certificates.look(REF, NEVER), client.digest);
    await http.call(call, NEVER);
    await until(() => sockets.size === 1);

    assert.deepEqual(shown, ['CN=first', 'CN=first', 'CN=second']);
    assert.equal(vault.connections(), 2);
    assert.equal(held.reads, 2, 'no Secret is read for a call');
    http.close();
  });

  it('is read for what an earlier process made, and kept when its Secret goes', async () => {
    await using vault = await scriptedVault(() => secretOf({}), ASKING);
    const { held, certificates, http } = cupboard(secretWith(selfSigned()));
    const call = callTo({ ...vault.endpoint, client: { ...REF, digest: 'of long ago' } });
    assert.equal((await http.call(call, NEVER)).status, 200);
    held.secret = undefined;
    await faultFrom(certificates.look(REF, NEVER));
    assert.equal((await http.call(call, NEVER)).status, 200);
    http.close();
  });

  it('prints no key', async () => {
    const pair = selfSigned();
    const { certificates } = cupboard(secretWith(pair));
    const material = await certificates.material(REF, NEVER);
    for (const text of [inspect(material, { depth: 9 }), JSON.stringify(material)])
      assert.doesNotMatch(text, /PRIVATE KEY/);
  });

  const unfit: readonly [string, TlsSecret | undefined, RegExp][] = [
    ['that is not there', undefined, /Secret client of spec\.clientCertSecretRef does not exist/],
    ['of another type', secretWith(selfSigned(), 'Opaque'), /not of type kubernetes\.io\/tls/],
    ['that is no PEM', secretWith({ cert: 'canary', key: 'canary' }), /no PEM certificate/],
    [
      'without its key',
      secretWith({ cert: selfSigned().cert, key: '' }),
      /no unencrypted PEM key under tls\.key/,
    ],
    [
      'with the key of another',
      secretWith({ cert: selfSigned().cert, key: selfSigned().key }),
      /not the one of its certificate/,
    ],
  ];
  for (const [name, secret, message] of unfit)
    it(`${name} is told, naming the field`, async () => {
      const fault = await faultFrom(cupboard(secret).certificates.look(REF, NEVER));
      assert.deepEqual([fault.kind, fault.reason], ['waiting', 'ClientCertificateInvalid']);
      assert.match(fault.message, message);
      assert.doesNotMatch(fault.message, /canary/);
    });
});
