/** Logins by the client certificate of the connection: a role holds the very certificate that it lets in. */
import { X509Certificate } from 'node:crypto';
import { type Call, type Engine, follow, type Outcome, type Route } from './call.ts';
import { badRequest } from './envelope.ts';
import { textOf } from './json.ts';
import type { Seeded } from './seeded.ts';
import { entities, type TokenRole, tokenRoleOf, tokenWishOf } from './token-role.ts';

interface CertRole {
  readonly fingerprint: string;
  readonly terms: TokenRole;
}

export function certAuth({ random }: { random: Seeded }): Engine {
  const roles = new Map<string, CertRole>();
  const entityOf = entities(random);
  const routes: Route[] = [
    {
      path: /^certs\/([^/]+)$/,
      acts: {
        update: ({ body }, name = '') => {
          const fields = { ...roles.get(name)?.terms.fields, ...body };
          const { fingerprint256 } = new X509Certificate(textOf(fields['certificate']));
          roles.set(name, { fingerprint: fingerprint256, terms: tokenRoleOf(fields) });
          return undefined;
        },
        delete: (_call, name = '') => void roles.delete(name),
      },
    },
    { path: /^login$/, acts: { update: (call) => logIn(roles, entityOf, call) } },
  ];
  return {
    type: 'cert',
    answer: (call) => follow(routes, call),
    isOpen: (path) => path === 'login',
  };
}

function logIn(
  roles: ReadonlyMap<string, CertRole>,
  entityOf: (name: string) => string,
  { body, peer, limits }: Call,
): Outcome {
  if (!peer) throw badRequest('client certificate must be supplied');
  const wanted = textOf(body['name']);
  const found = [...roles].find(
    ([name, role]) => role.fingerprint === peer.fingerprint256 && (!wanted || wanted === name),
  );
  if (!found) throw badRequest('invalid certificate or no client certificate supplied');
  const [name, { terms }] = found;
  const subject = /CN=(.*)/.exec(peer.subject)?.[1] ?? '';
  const meta = { cert_name: name, common_name: subject };
  const who = { meta, displayName: `cert-${subject}`, entityId: entityOf(subject) };
  return { login: tokenWishOf(name, terms, who, limits, () => roles.get(name)?.terms) };
}
