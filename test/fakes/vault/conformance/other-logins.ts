/** Logins by AppRole, by a signed token and by a certificate, each on a mount of its own. */
import type { Conversations } from './exchange.ts';

const ROLE = { role_type: 'jwt', user_claim: 'sub', bound_audiences: ['vault'] };

export const OTHER_LOGINS: Conversations = {
  'logins by app role': [
    { ask: 'POST sys/auth/roles', body: { type: 'approle' } },
    {
      ask: 'POST auth/roles/role/app',
      body: { token_policies: 'app', token_ttl: '1h', secret_id_num_uses: 1 },
    },
    { ask: 'POST auth/roles/role/none/secret-id', body: {} },
    { ask: 'GET auth/roles/role/app/role-id', keep: 'role' },
    { ask: 'GET auth/roles/role/none/role-id' },
    { ask: 'POST auth/roles/role/app/secret-id', body: {}, keep: 'once' },
    { as: 'nobody', ask: 'POST auth/roles/login', body: {} },
    { as: 'nobody', ask: 'POST auth/roles/login', body: { role_id: 'x', secret_id: 'y' } },
    { as: 'nobody', ask: 'POST auth/roles/login', body: { role_id: '<role.id>' } },
    { as: 'nobody', ask: 'POST auth/roles/login', body: { role_id: '<role.id>', secret_id: 'y' } },
    {
      as: 'nobody',
      ask: 'POST auth/roles/login',
      body: { role_id: '<role.id>', secret_id: '<once.id>' },
      keep: 'app',
    },
    { as: 'app', ask: 'GET auth/token/lookup-self' },
    { as: 'app', ask: 'POST auth/token/renew-self', body: {} },
    {
      as: 'nobody',
      ask: 'POST auth/roles/login',
      body: { role_id: '<role.id>', secret_id: '<once.id>' },
    },
    { ask: 'POST auth/roles/role/app', body: { secret_id_num_uses: 0, secret_id_ttl: '1s' } },
    { ask: 'POST auth/roles/role/app/secret-id', body: {}, keep: 'brief' },
    {
      as: 'nobody',
      ask: 'POST auth/roles/login',
      body: { role_id: '<role.id>', secret_id: '<brief.id>' },
      afterMs: 3_000,
    },
    { ask: 'POST auth/roles/role/app', body: { secret_id_ttl: 0 } },
    { ask: 'POST auth/roles/role/app/secret-id', body: {}, keep: 'gone' },
    { ask: 'POST auth/roles/role/app/secret-id/destroy', body: { secret_id: '<gone.id>' } },
    {
      as: 'nobody',
      ask: 'POST auth/roles/login',
      body: { role_id: '<role.id>', secret_id: '<gone.id>' },
    },
    { ask: 'DELETE auth/roles/role/app' },
    { as: 'app', ask: 'POST auth/token/renew-self', body: {} },
  ],
  'logins by a signed token': [
    { ask: 'POST sys/auth/tokens', body: { type: 'jwt' } },
    { ask: 'POST auth/tokens/config', body: { jwt_validation_pubkeys: ['<issuer>'] } },
    { ask: 'POST auth/tokens/role/app', body: { role_type: 'jwt', bound_audiences: ['vault'] } },
    {
      ask: 'POST auth/tokens/role/app',
      body: { ...ROLE, bound_subject: 'app', token_policies: 'app', token_ttl: '1h' },
    },
    { as: 'nobody', ask: 'POST auth/tokens/login', body: {} },
    { as: 'nobody', ask: 'POST auth/tokens/login', body: { role: 'app' } },
    {
      as: 'nobody',
      ask: 'POST auth/tokens/login',
      body: { role: 'none', jwt: '<signed:app/vault>' },
    },
    { as: 'nobody', ask: 'POST auth/tokens/login', body: { role: 'app', jwt: 'x' } },
    {
      as: 'nobody',
      ask: 'POST auth/tokens/login',
      body: { role: 'app', jwt: '<signed:app/vault>x' },
      statusOnly: true,
    },
    {
      as: 'nobody',
      ask: 'POST auth/tokens/login',
      body: { role: 'app', jwt: '<signed:app/other>' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/tokens/login',
      body: { role: 'app', jwt: '<signed:other/vault>' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/tokens/login',
      body: { role: 'app', jwt: '<signed:app/vault/expired>' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/tokens/login',
      body: { role: 'app', jwt: '<signed:app/vault>' },
      keep: 'app',
    },
    { as: 'app', ask: 'GET auth/token/lookup-self' },
    { as: 'app', ask: 'POST auth/token/renew-self', body: {} },
    { ask: 'POST auth/tokens/role/open', body: { role_type: 'jwt', user_claim: 'sub' } },
    { ask: 'DELETE auth/tokens/role/app' },
    { as: 'app', ask: 'POST auth/token/renew-self', body: {} },
  ],
  'logins by a certificate that is not shown': [
    { ask: 'POST sys/auth/certificates', body: { type: 'cert' } },
    { as: 'nobody', ask: 'POST auth/certificates/login', body: { name: 'app' } },
  ],
};
