/**
 * An HTTPS server that gives one prepared answer to everything, in a process of its own so that only its client is
 * measured. Prints its port and its certificate as one line of JSON, and ends when its standard input does.
 */
import { createServer } from 'node:https';
import { selfSigned } from '../../test/fakes/api-server/self-signed.ts';

/** Of the size that a custom resource has. */
const BODY = JSON.stringify({
  apiVersion: 'secrets.hashicorp.com/v1beta1',
  kind: 'VaultStaticSecret',
  metadata: { name: 'app', namespace: 'shop', annotations: { note: 'x'.repeat(2_500) } },
});

const { key, cert } = selfSigned();
const server = createServer({ key, cert }, (request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': BODY.length,
    });
    response.end(BODY);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ port, cert })}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
