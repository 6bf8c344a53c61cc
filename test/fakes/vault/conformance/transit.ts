/** The transit engine: texts encrypted and decrypted, bound to associated data, and refused with other data. */
import type { Conversations } from './exchange.ts';

const [HELLO, ONE, OTHER] = ['aGVsbG8=', 'b25l', 'b3RoZXI='];

export const TRANSIT: Conversations = {
  transit: [
    { ask: 'PUT transit/decrypt/none', body: { ciphertext: 'vault:v1:AAAA' } },
    { ask: 'POST transit/keys/ledger', body: {}, statusOnly: true },
    { ask: 'PUT transit/encrypt/ledger', body: { plaintext: HELLO } },
    { ask: 'PUT transit/encrypt/ledger', body: {} },
    { ask: 'PUT transit/encrypt/ledger', body: { batch_input: [] } },
    {
      ask: 'PUT transit/encrypt/ledger',
      body: { batch_input: [{ plaintext: HELLO, associated_data: ONE }] },
      keep: 'bound',
    },
    {
      ask: 'PUT transit/decrypt/ledger',
      body: { batch_input: [{ ciphertext: '<bound.ciphertext>', associated_data: ONE }] },
    },
    {
      ask: 'PUT transit/decrypt/ledger',
      body: { batch_input: [{ ciphertext: '<bound.ciphertext>', associated_data: OTHER }] },
    },
    {
      ask: 'PUT transit/decrypt/ledger',
      body: {
        partial_failure_response_code: 200,
        batch_input: [
          { ciphertext: '<bound.ciphertext>', associated_data: ONE },
          { ciphertext: '<bound.ciphertext>', associated_data: OTHER },
          { ciphertext: 'nonsense', associated_data: ONE },
          { ciphertext: '', associated_data: ONE },
        ],
      },
    },
    {
      ask: 'PUT transit/decrypt/ledger',
      body: {
        partial_failure_response_code: 200,
        batch_input: [{ ciphertext: '<bound.ciphertext>', associated_data: OTHER }],
      },
    },
    { ask: 'PUT transit/decrypt/ledger', body: { ciphertext: '<bound.ciphertext>' } },
    { ask: 'POST transit/keys/ledger/rotate', body: {}, statusOnly: true },
    {
      ask: 'PUT transit/decrypt/ledger',
      body: { batch_input: [{ ciphertext: '<bound.ciphertext>', associated_data: ONE }] },
    },
    { ask: 'POST transit/keys/rsa', body: { type: 'rsa-2048' }, statusOnly: true },
    {
      ask: 'PUT transit/encrypt/rsa',
      body: { batch_input: [{ plaintext: HELLO, associated_data: ONE }] },
    },
    {
      ask: 'PUT sys/policies/acl/transit',
      body: { policy: 'path "transit/encrypt/*" { capabilities = ["update"] }' },
    },
    { ask: 'POST auth/token/create', body: { policies: 'transit', ttl: '1h' }, keep: 'weak' },
    { as: 'weak', ask: 'PUT transit/encrypt/ledger', body: { plaintext: HELLO }, statusOnly: true },
    { as: 'weak', ask: 'PUT transit/encrypt/another', body: { plaintext: HELLO } },
    { as: 'weak', ask: 'PUT transit/decrypt/ledger', body: { ciphertext: 'vault:v1:AAAA' } },
  ],
};
