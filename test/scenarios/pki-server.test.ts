/**
 * A server that is fed from the Secret: it takes a new certificate without dropping anybody. Its clients trust the root
 * and nothing else, so what the Secret holds must be a chain that they can follow.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { authorities, type Certified, certified } from '../stage/certified.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';

/** Long enough for clients that go by the real time, whatever time the servers have. */
const YEARS = '70080h';

describe('a TLS server', () => {
  let play: Stage;
  let server: Server;
  const clients: TLSSocket[] = [];

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(async () => {
    for (const client of clients) client.destroy();
    server.close();
    await closeStage();
  });

  async function handshake(ca: string): Promise<TLSSocket> {
    const { port } = server.address() as AddressInfo;
    const client = connect({ port, host: '127.0.0.1', servername: 'web.example.com', ca });
    clients.push(client);
    await once(client, 'secureConnect');
    return client;
  }

  const serialOf = (client: TLSSocket) => client.getPeerCertificate().serialNumber;

  it('picks the new certificate up while an open connection goes on', async () => {
    const web = await certified(play, { pkiRole: { max_ttl: YEARS } });
    await web.applied({ ttl: YEARS });
    const { root } = await authorities(play);
    const first = await web.certificate();
    server = createServer(await contextOf(web), (socket) => socket.pipe(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const early = await handshake(root);
    assert.ok(early.authorized);
    assert.equal(serialOf(early), first.serialNumber);

    await web.edited({ altNames: ['www.example.com'] });
    await web.replaced(await web.serial());
    server.setSecureContext(await contextOf(web));
    const late = await handshake(root);

    assert.ok(late.authorized);
    assert.equal(serialOf(late), (await web.certificate()).serialNumber);
    assert.notEqual(serialOf(late), serialOf(early));
    early.write('still there');
    const [echo] = await once(early, 'data');
    assert.equal(String(echo), 'still there');
  });
});

async function contextOf(web: Certified): Promise<{ cert: string; key: string }> {
  const { 'tls.crt': cert = '', 'tls.key': key = '' } = await web.texts();
  return { cert, key };
}
