/** What a login is made from, one line each. Names and places only: what proves who we are is never looked at. */
import type { Login, LoginSource, ServiceAccountToken } from '../../api/vault-exchange.ts';
import { nameOf } from '../identity/references.ts';

/** Same shape as a part of an explanation. */
interface LoginFact {
  readonly name: string;
  readonly state: string;
}

export function loginFacts(login: Login): readonly LoginFact[] {
  switch (login.method) {
    case 'kubernetes':
      return [{ name: 'Role', state: login.role }, ...accountFacts(login)];
    case 'jwt':
      return [
        { name: 'Role', state: login.role },
        ...(login.token.kind === 'serviceAccount'
          ? accountFacts(login.token)
          : [{ name: 'Token source', state: sayOf(login.token) }]),
      ];
    case 'appRole':
      return [
        { name: 'Role id', state: login.roleId },
        { name: 'Secret id source', state: sayOf(login.secretId) },
      ];
    case 'cert':
      return [
        { name: 'Role', state: login.role || '(the first that the certificate fits)' },
        { name: 'Certificate', state: 'that of the VaultConnection' },
      ];
  }
}

function accountFacts({
  serviceAccount,
  audiences,
}: Pick<ServiceAccountToken, 'serviceAccount' | 'audiences'>): readonly LoginFact[] {
  return [
    { name: 'Service account', state: nameOf(serviceAccount) },
    { name: 'Audiences', state: audiences.join(', ') || "(the API server's own)" },
  ];
}

function sayOf(source: LoginSource): string {
  if (source.kind === 'file') return `file ${source.path} of the operator's pod`;
  return `key ${source.key} of Secret ${nameOf(source)}`;
}
