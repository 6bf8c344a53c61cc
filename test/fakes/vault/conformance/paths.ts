/** Who may ask what where: paths, namespaces, mounts, policies, tools. */
import type { Conversations } from './exchange.ts';

export const PATHS: Conversations = {
  'nobody, and tokens that never were': [
    { as: 'nobody', ask: 'GET auth/token/lookup-self' },
    { as: 'nobody', ask: 'GET kv1/a' },
    { as: 'hvs.never', ask: 'GET auth/token/lookup-self' },
    { as: 'hvs.never', ask: 'POST auth/token/renew-self', body: { increment: 5 } },
    { as: 'hvs.never', ask: 'POST auth/token/revoke-self' },
    { as: 'hvs.never', ask: 'GET kv1/a' },
    { as: 'hvs.never', ask: 'PUT sys/leases/renew', body: { lease_id: 'x' } },
    { as: 'hvs.never', ask: 'GET nowhere/a' },
    { as: 'nobody', ask: 'GET nowhere/a' },
  ],
  'paths that lead nowhere': [
    { ask: 'GET nowhere/a' },
    { ask: 'POST nowhere/a', body: { a: '1' } },
    { ask: 'GET sys/nowhere' },
    { ask: 'GET sys/leases/lookup' },
    { ask: 'DELETE sys/capabilities-self' },
    { ask: 'POST kv/data/a', body: 'not JSON', statusOnly: true },
    { ask: 'GET auth/nowhere/login' },
    { as: 'nobody', ask: 'POST auth/nowhere/login', body: { role: 'r', jwt: 'j' } },
    { ask: 'GET auth/token/nowhere' },
  ],
  'what needs no token': [
    { as: 'nobody', ask: 'GET sys/health' },
    { as: 'nobody', ask: 'GET sys/health?activecode=299' },
    { as: 'nobody', ask: 'GET sys/seal-status', statusOnly: true },
    { as: 'nobody', ask: 'GET sys/init' },
    { as: 'nobody', ask: 'PUT sys/init', body: { secret_shares: 1, secret_threshold: 1 } },
  ],
  'a namespace header, which community Vault does not know': [
    { ask: 'POST kv1/in-namespace', body: { a: '1' } },
    { ask: 'GET kv1/in-namespace', namespace: 'team' },
  ],
  'mounting and unmounting': [
    { ask: 'POST sys/mounts/extra', body: { type: 'kv', options: { version: '1' } } },
    { ask: 'POST sys/mounts/extra', body: { type: 'kv' } },
    { ask: 'POST sys/mounts/unknown', body: { type: 'unknown' } },
    { ask: 'POST extra/a', body: { a: '1' } },
    { ask: 'GET sys/mounts', statusOnly: true },
    { ask: 'DELETE sys/mounts/extra' },
    { ask: 'GET extra/a' },
    { ask: 'DELETE sys/mounts/extra' },
    { ask: 'POST sys/auth/second', body: { type: 'kubernetes' } },
    { ask: 'GET sys/auth', statusOnly: true },
    { ask: 'DELETE sys/auth/second' },
    { as: 'nobody', ask: 'POST auth/second/login', body: { role: 'r', jwt: 'j' } },
  ],
  policies: [
    { ask: 'GET sys/policies/acl/none' },
    {
      ask: 'PUT sys/policies/acl/mixed',
      body: {
        policy: `# read most
          path "kv1/p/*" { capabilities = ["read", "list"] }
          path "kv1/p/+/public" { capabilities = ["create", "update"] }
          path "kv1/p/team/*" { capabilities = ["delete"] }
          path "kv1/p/+/+/public" { capabilities = ["list"] }
          path "kv1/p/hidden" { capabilities = ["deny"] }
          path "kv1/p/exact" { capabilities = ["read", "update"] }`,
      },
    },
    {
      ask: 'PUT sys/policies/acl/second',
      body: { policy: '{"path":{"kv1/p/exact":{"capabilities":["delete"]}}}' },
    },
    { ask: 'GET sys/policies/acl/second' },
    { ask: 'PUT sys/policies/acl/empty', body: { policy: '' } },
    {
      ask: 'PUT sys/policies/acl/broken',
      body: { policy: 'path "a" { capabilities = ["fly"] }' },
      statusOnly: true,
    },
    {
      ask: 'POST auth/token/create',
      body: { policies: ['mixed', 'second'], ttl: '1h' },
      keep: 'user',
    },
    { as: 'user', ask: 'GET kv1/p/a' },
    { as: 'user', ask: 'POST kv1/p/a', body: { a: '1' } },
    { as: 'user', ask: 'GET kv1/p?list=true' },
    { as: 'user', ask: 'POST kv1/p/x/public', body: { a: '1' } },
    { as: 'user', ask: 'POST kv1/p/x/public', body: { a: '2' } },
    { as: 'user', ask: 'GET kv1/p/x/public' },
    { as: 'user', ask: 'GET kv1/p/hidden' },
    { as: 'user', ask: 'POST kv1/p/exact', body: { a: '1' } },
    { as: 'user', ask: 'DELETE kv1/p/exact' },
    { as: 'user', ask: 'GET sys/policies/acl/mixed' },
    { as: 'user', ask: 'GET sys/leases/lookup/kv1?list=true' },
    { as: 'user', ask: 'PUT sys/leases/revoke', body: { lease_id: 'x' } },
    { as: 'user', ask: 'GET nowhere/a' },
    {
      as: 'user',
      ask: 'POST sys/capabilities-self',
      body: {
        paths: [
          'kv1/p/a',
          'kv1/p/hidden',
          'kv1/p/exact',
          'kv1/p/x/public',
          'kv1/p/x/y/public',
          'kv1/p/team/public',
          'kv1/q',
        ],
      },
    },
    { as: 'user', ask: 'POST sys/capabilities-self', body: { paths: ['kv1/p/a'] } },
    { ask: 'POST sys/capabilities-self', body: { path: 'kv1/p/a' } },
    { ask: 'DELETE sys/policies/acl/mixed' },
    { as: 'user', ask: 'GET kv1/p/a' },
  ],
  tools: [
    { ask: 'POST auth/token/create', body: { policies: 'default', ttl: '1h' }, keep: 'user' },
    { as: 'user', ask: 'POST sys/tools/hash', body: { input: 'YQ==' } },
    { as: 'user', ask: 'POST sys/tools/hash/sha2-512', body: { input: 'YQ==', format: 'base64' } },
    { as: 'user', ask: 'POST sys/tools/hash', body: {} },
    { as: 'user', ask: 'POST sys/tools/hash/none', body: { input: 'YQ==' } },
    { as: 'user', ask: 'GET sys/tools/hash' },
    { as: 'user', ask: 'POST sys/tools/random', body: {} },
    { ask: 'POST sys/tools/random/16', body: { format: 'hex' } },
    { ask: 'GET sys/tools/random' },
  ],
};
