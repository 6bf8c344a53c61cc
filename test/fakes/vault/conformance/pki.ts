/** Certificates: what the engine answers, refuses and revokes. The mount `pki` has the issuers `intermediate` and `spare`. */
import type { Conversations } from './exchange.ts';

const ROLE = {
  allowed_domains: 'example.com',
  allow_subdomains: true,
  key_type: 'ec',
  ttl: '1h',
  max_ttl: '2h',
};
const WISH = { common_name: 'web.example.com' };
/** With every field that VSO sends. */
const WHOLE_WISH = {
  common_name: 'web.example.com',
  alt_names: '',
  ip_sans: '',
  uri_sans: '',
  other_sans: '',
  user_ids: '',
  ttl: '',
  not_after: '',
  exclude_cn_from_sans: false,
  remove_roots_from_chain: true,
};

export const CERTIFICATES: Conversations = {
  certificates: [
    { ask: 'POST pki/issue/none', body: WISH },
    { ask: 'POST pki/roles/web', body: ROLE, statusOnly: true },
    { ask: 'POST pki/issue/web', body: WHOLE_WISH, keep: 'one' },
    { ask: 'POST pki/issue/web', body: WISH },
    { ask: 'GET pki/issue/web' },
    { ask: 'POST pki/issue/web', body: { ...WISH, format: 'der' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, format: 'pem_bundle' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, format: 'p12' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, private_key_format: 'pkcs8' } },
    { ask: 'POST pki/issue/web', body: {} },
    { ask: 'POST pki/issue/web', body: { common_name: 'web.example.org' } },
    { ask: 'POST pki/issue/web', body: { common_name: 'example.com' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, alt_names: 'a.example.com,a.example.org' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, ip_sans: '127.0.0.1,nonsense' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, uri_sans: 'spiffe://example.com/web' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, user_ids: 'u1' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, ttl: '3h' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, ttl: '1d' } },
    { ask: 'POST pki/issue/web', body: { ...WISH, ttl: '1h', not_after: '2030-01-01T00:00:00Z' } },
    { ask: 'POST pki/issuer/spare/issue/web', body: WHOLE_WISH },
    { ask: 'POST pki/issuer/none/issue/web', body: WHOLE_WISH },
    { ask: 'POST pki/issuer/spare/web', body: WHOLE_WISH },
    { as: 'nobody', ask: 'GET pki/cert/ca' },
    { as: 'nobody', ask: 'POST pki/issue/web', body: WISH },
  ],
  'revoked certificates': [
    { ask: 'POST pki/roles/brief', body: { ...ROLE, ttl: '3s' }, statusOnly: true },
    { ask: 'POST pki/issue/brief', body: WISH, keep: 'brief' },
    { ask: 'GET pki/cert/<brief.serial>' },
    { ask: 'POST pki/revoke', body: { serial_number: '<brief.serial>' } },
    { ask: 'POST pki/revoke', body: { serial_number: '<brief.serial>' } },
    { ask: 'GET pki/cert/<brief.serial>' },
    { ask: 'POST pki/revoke', body: { serial_number: '11:22' } },
    { ask: 'POST pki/revoke', body: {} },
    { ask: 'POST pki/issue/brief', body: WISH, keep: 'over' },
    { ask: 'POST pki/revoke', body: { serial_number: '<over.serial>' }, afterMs: 5_000 },
    { ask: 'POST pki/roles/unkept', body: { ...ROLE, no_store: true }, statusOnly: true },
    { ask: 'POST pki/issue/unkept', body: WISH, keep: 'unkept' },
    { ask: 'GET pki/cert/<unkept.serial>' },
    { ask: 'POST pki/revoke', body: { serial_number: '<unkept.serial>' } },
  ],
  'leased certificates': [
    { ask: 'POST pki/roles/leased', body: { ...ROLE, generate_lease: true }, statusOnly: true },
    {
      ask: 'PUT sys/policies/acl/leased',
      body: { policy: 'path "pki/issue/leased" { capabilities = ["update"] }' },
    },
    { ask: 'POST auth/token/create', body: { policies: 'leased', ttl: '1h' }, keep: 'owner' },
    { as: 'owner', ask: 'PUT pki/issue/leased', body: WISH, keep: 'leased' },
    { as: 'owner', ask: 'PUT pki/revoke', body: { serial_number: '<leased.serial>' } },
    { as: 'owner', ask: 'PUT sys/leases/renew', body: { lease_id: '<leased.lease>' } },
    { as: 'owner', ask: 'POST auth/token/revoke-self' },
    { ask: 'GET pki/cert/<leased.serial>', afterMs: 1_000 },
  ],
};
