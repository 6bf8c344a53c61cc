/** What is asked while the target is sealed. */
import type { Exchange } from './exchange.ts';

export const SEALED: readonly Exchange[] = [
  { as: 'nobody', ask: 'GET sys/health' },
  { as: 'nobody', ask: 'GET sys/seal-status', statusOnly: true },
  { as: 'nobody', ask: 'GET sys/init' },
  { ask: 'GET kv1/a' },
  { as: 'nobody', ask: 'GET kv1/a' },
  { ask: 'GET auth/token/lookup-self' },
  { ask: 'PUT sys/leases/renew', body: { lease_id: 'x' } },
  { as: 'nobody', ask: 'POST auth/kubernetes/login', body: { role: 'app', jwt: 'x' } },
  { as: 'nobody', ask: 'PUT sys/unseal', body: { key: 'bm90IHRoZSBrZXk=' }, statusOnly: true },
];
