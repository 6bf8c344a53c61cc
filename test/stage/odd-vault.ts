/** A tenant's way to a Vault that logs in as it should and answers reads as nobody should. */
import type { ServerResponse } from 'node:http';
import type { Place } from './bad-input.ts';
import { object } from './tenant.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** The VaultAuth `odd`, and the VaultConnection behind it. */
export async function oddVault(
  { play, home }: Place,
  answer: (response: ServerResponse) => void,
): Promise<void> {
  const { url, ca } = await play.standIn(({ url: path = '' }, response) => {
    if (path.endsWith('/sys/health')) return json(response, { initialized: true, sealed: false });
    if (path.includes('/v1/auth/')) return json(response, { auth: AUTH });
    return answer(response);
  });
  await play.kube.apply({
    ...object('v1', 'Secret', home.namespace, 'odd-ca'),
    stringData: { 'ca.crt': ca },
  });
  await home.apply('VaultConnection', 'odd', { address: url, caCertSecretRef: 'odd-ca' });
  await home.apply('VaultAuth', 'odd', {
    vaultConnectionRef: 'odd',
    method: 'kubernetes',
    mount: 'kubernetes',
    kubernetes: { role: home.role, serviceAccount: 'app' },
  });
}

/** What a proxy says in place of a Vault. */
export function webPage(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
}

export function leaseOfNothing(response: ServerResponse): void {
  const lease = { lease_id: 'database/creds/odd/1', lease_duration: 0, renewable: true };
  json(response, { request_id: 'odd', ...lease, data: { username: 'u', password: 'p' } });
}

/** JSON that never ends. */
export function endless(response: ServerResponse): void {
  response.writeHead(200, JSON_TYPE).write('{"data":{"data":{"value":"');
  const chunk = 'x'.repeat(64 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    response.once('drain', more);
  };
  more();
}

const AUTH = {
  client_token: 'hvs.odd',
  accessor: 'odd',
  lease_duration: 3600,
  renewable: true,
  policies: ['default'],
  token_policies: ['default'],
  token_type: 'service',
  num_uses: 0,
};

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, JSON_TYPE).end(JSON.stringify(body));
}
