import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VaultConnectionSpec } from '../../api/vault-connection.ts';
import { faultBy } from '../testing.ts';
import { type CaSource, checkCa, checkConnection } from './connection.ts';

const SPEC: VaultConnectionSpec = { address: 'https://vault:8200', skipTLSVerify: false };
const ENDPOINT = {
  address: 'https://vault:8200',
  skipVerify: false,
  headers: {},
  timeoutMs: 60_000,
};
const SYSTEM = { kind: 'system' };

describe('checkConnection takes', () => {
  const rows: readonly [string, Partial<VaultConnectionSpec>, object, object][] = [
    ['an address alone', {}, {}, SYSTEM],
    ['a slash at the end off', { address: 'https://vault:8200/' }, {}, SYSTEM],
    [
      'a path prefix as it is',
      { address: 'http://proxy/vault//' },
      { address: 'http://proxy/vault' },
      SYSTEM,
    ],
    [
      'an address of IPv6',
      { address: 'https://[::1]:8200' },
      { address: 'https://[::1]:8200' },
      SYSTEM,
    ],
    [
      'everything else as it is written',
      { skipTLSVerify: true, headers: { a: 'b' }, tlsServerName: 'v', timeout: '1.5m' },
      { skipVerify: true, headers: { a: 'b' }, serverName: 'v', timeoutMs: 90_000 },
      SYSTEM,
    ],
    [
      'empty fields for absent ones',
      { tlsServerName: '', timeout: '', caCertPath: '', caCertSecretRef: '' },
      {},
      SYSTEM,
    ],
    ['no timeout at all for the default, as nothing may hang', { timeout: '0s' }, {}, SYSTEM],
    [
      'a CA from a Secret',
      { caCertSecretRef: 'vault-ca' },
      {},
      { kind: 'secret', name: 'vault-ca' },
    ],
    [
      'a CA from a file',
      { caCertPath: '/etc/a..b.pem' },
      {},
      { kind: 'file', path: '/etc/a..b.pem' },
    ],
  ];
  for (const [name, spec, endpoint, ca] of rows)
    it(name, () =>
      assert.deepEqual(checkConnection({ ...SPEC, ...spec }), {
        endpoint: { ...ENDPOINT, ...endpoint },
        ca,
      }),
    );

  it('a client certificate from a Secret', () =>
    assert.equal(
      checkConnection({ ...SPEC, clientCertSecretRef: 'client' }).clientSecret,
      'client',
    ));
});

describe('checkConnection refuses, naming the field', () => {
  const rows: readonly [string, Partial<VaultConnectionSpec>, RegExp][] = [
    ['no URL', { address: 'vault:8200' }, /^spec\.address is no/],
    ['an empty address', { address: '' }, /^spec\.address is no/],
    ['a socket', { address: 'unix:///run/vault.sock' }, /^spec\.address is no/],
    ['an address that only looks like one', { address: 'https:vault' }, /^spec\.address is no/],
    ['a password', { address: 'https://u:hunter2@vault' }, /^spec\.address holds a user/],
    ['a user', { address: 'https://u@vault' }, /^spec\.address holds a user/],
    ['a query', { address: 'https://vault?list=true' }, /^spec\.address holds a query/],
    ['an empty query', { address: 'https://vault?' }, /^spec\.address holds a query/],
    ['a fragment', { address: 'https://vault#x' }, /^spec\.address holds a query/],
    ['a timeout that is none', { timeout: '1h30m' }, /^spec\.timeout/],
    ['a timeout of centuries', { timeout: '99999999h' }, /^spec\.timeout/],
    [
      'two places for the CA',
      { caCertPath: '/a', caCertSecretRef: 'a' },
      /caCertSecretRef and spec\.caCertPath/,
    ],
    ['a Secret that is no name', { caCertSecretRef: 'other/ca' }, /^spec\.caCertSecretRef/],
    [
      'a client certificate that is no name',
      { clientCertSecretRef: 'other/client' },
      /^spec\.clientCertSecretRef is no name/,
    ],
    [
      'a client certificate over plain http',
      { address: 'http://vault', clientCertSecretRef: 'client' },
      /^spec\.clientCertSecretRef has no meaning/,
    ],
    ['a relative path', { caCertPath: 'ca.pem' }, /^spec\.caCertPath/],
    ['a path that climbs', { caCertPath: '/etc/../proc/self/environ' }, /^spec\.caCertPath/],
    [
      'a place of the operator itself',
      { caCertPath: '/proc/self/pagemap' },
      /^spec\.caCertPath is/,
    ],
    [
      'its service account',
      { caCertPath: '/run//secrets/./kubernetes.io/x' },
      /^spec\.caCertPath is/,
    ],
    ['a path that is cut', { caCertPath: '/etc/ca\0.pem' }, /^spec\.caCertPath/],
  ];
  for (const [name, spec, message] of rows)
    it(name, () => {
      const fault = faultBy(() => checkConnection({ ...SPEC, ...spec }));
      assert.deepEqual([fault.kind, fault.reason], ['refused', 'InvalidSpec']);
      assert.match(fault.message, message);
      assert.doesNotMatch(fault.message, /hunter2/);
    });
});

describe('checkCa', () => {
  const secret: CaSource = { kind: 'secret', name: 'vault-ca' };
  const file: CaSource = { kind: 'file', path: '/etc/ca.pem' };
  const pem = 'x\n-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n';
  it('gives the PEM as it was found', () => assert.equal(checkCa(secret, pem), pem));

  const rows: readonly [string, CaSource, string | undefined, RegExp][] = [
    ['a Secret that is not there', secret, undefined, /Secret vault-ca .*does not exist.*ca\.crt/],
    ['a Secret without a certificate', secret, 'x', /Secret vault-ca .*no certificate.*ca\.crt/],
    ['a file', file, undefined, /^the file of spec\.caCertPath .*no certificate.*PEM$/],
  ];
  for (const [name, ca, found, message] of rows)
    it(`waits for ${name}`, () => {
      const fault = faultBy(() => checkCa(ca, found));
      assert.deepEqual([fault.kind, fault.reason], ['waiting', 'CASecretInvalid']);
      assert.match(fault.message, message);
    });

  it('tells nobody whether a file exists', () => {
    const message = (found?: string) => faultBy(() => checkCa(file, found)).message;
    assert.equal(message('x'), message());
  });
});
