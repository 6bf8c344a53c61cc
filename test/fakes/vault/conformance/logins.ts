/** Logins of service accounts, and the tokens that they give. */
import type { Conversations } from './exchange.ts';

const BOUND = {
  bound_service_account_names: 'app',
  bound_service_account_namespaces: 'team-a',
};

export const LOGINS: Conversations = {
  'logins of service accounts': [
    { ask: 'POST auth/kubernetes/role/empty', body: {} },
    { ask: 'POST auth/kubernetes/role/empty', body: { bound_service_account_names: 'app' } },
    { ask: 'GET auth/kubernetes/role/none' },
    {
      ask: 'POST auth/kubernetes/role/app',
      body: { ...BOUND, token_policies: 'app,extra', token_ttl: '1h', token_max_ttl: '2h' },
    },
    { as: 'nobody', ask: 'POST auth/kubernetes/login', body: {} },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'app', jwt: 'x' },
      statusOnly: true,
    },
    { as: 'nobody', ask: 'POST auth/kubernetes/login', body: { role: 'app' } },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'none', jwt: '<jwt:team-a/app>' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'app', jwt: '<jwt:team-a/other>' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'app', jwt: '<jwt:team-b/app>' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'app', jwt: '<jwt:team-a/app/elsewhere>' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'app', jwt: '<jwt:team-a/app>' },
      keep: 'app',
    },
    { as: 'app', ask: 'GET auth/token/lookup-self' },
    { as: 'app', ask: 'POST auth/token/renew-self', body: { increment: 120 } },
    { as: 'app', ask: 'POST auth/token/renew-self', body: { increment: 10_800 } },
    { as: 'app', ask: 'POST auth/token/renew-self', body: {} },
    {
      as: 'hvs.never',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'app', jwt: '<jwt:team-a/app>' },
    },
    { ask: 'POST auth/kubernetes/role/app', body: { token_ttl: '3h' } },
    { ask: 'DELETE auth/kubernetes/role/app' },
    { as: 'app', ask: 'POST auth/token/renew-self', body: {} },
    { as: 'app', ask: 'POST auth/token/revoke-self' },
    { as: 'app', ask: 'POST auth/token/revoke-self' },
    {
      ask: 'POST auth/kubernetes/role/meant',
      body: { ...BOUND, audience: 'vault', token_ttl: '1h' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'meant', jwt: '<jwt:team-a/app>' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'meant', jwt: '<jwt:team-a/app/vault>' },
    },
    {
      ask: 'POST auth/kubernetes/role/open',
      body: {
        bound_service_account_names: '*',
        bound_service_account_namespaces: 'team-*',
        token_no_default_policy: true,
        token_policies: 'app',
      },
    },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'open', jwt: '<jwt:team-b/other>' },
      keep: 'bare',
    },
    { as: 'bare', ask: 'GET auth/token/lookup-self' },
    { as: 'bare', ask: 'POST auth/token/renew-self', body: {} },
    { as: 'bare', ask: 'POST auth/token/revoke-self' },
    { ask: 'POST auth/kubernetes/role/periodic', body: { ...BOUND, token_period: '1h' } },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'periodic', jwt: '<jwt:team-a/app>' },
      keep: 'periodic',
    },
    { as: 'periodic', ask: 'POST auth/token/renew-self', body: { increment: 120 } },
    { ask: 'POST auth/kubernetes/role/counted', body: { ...BOUND, token_num_uses: 2 } },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'counted', jwt: '<jwt:team-a/app>' },
      keep: 'counted',
    },
    { as: 'counted', ask: 'GET auth/token/lookup-self' },
    { as: 'counted', ask: 'GET kv1/a' },
    { as: 'counted', ask: 'GET kv1/a', afterMs: 1_000 },
    {
      ask: 'POST auth/kubernetes/role/batch',
      body: { ...BOUND, token_type: 'batch', token_ttl: '1h' },
    },
    {
      as: 'nobody',
      ask: 'POST auth/kubernetes/login',
      body: { role: 'batch', jwt: '<jwt:team-a/app>' },
      keep: 'batch',
    },
    { as: 'batch', ask: 'GET auth/token/lookup-self' },
    { as: 'batch', ask: 'POST auth/token/revoke-self' },
    {
      ask: 'POST auth/kubernetes/role/wrong',
      body: { ...BOUND, token_type: 'batch', token_period: '1h' },
    },
  ],
  'a login method that is not configured': [
    { ask: 'POST sys/auth/raw', body: { type: 'kubernetes' } },
    { ask: 'POST auth/raw/role/app', body: BOUND },
    { as: 'nobody', ask: 'POST auth/raw/login', body: { role: 'app', jwt: '<jwt:team-a/app>' } },
  ],
};
