import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VaultConnectionSpec } from '../../api/vault-connection.ts';
import type { Login } from '../../api/vault-exchange.ts';
import { faultBy } from '../testing.ts';
import { AddressRule } from './address-rule.ts';
import {
  connectionFindings,
  type Finding,
  fileFindings,
  type HardenedRules,
  loginFindings,
  opennessFindings,
  refuseFindings,
  UNHARDENED,
  warningOf,
} from './hardening.ts';

const HARDENED: HardenedRules = {
  apiServerAudiences: ['https://kubernetes.default.svc'],
  addresses: new AddressRule(['vault.example.com']),
  audienceRequired: true,
  openAuths: ['infra/shared'],
  secretIdPathsAllowed: false,
  skipTlsVerifyAllowed: false,
};

/** Every rule off; what the API server's audiences are stays known. */
const OFF = {
  ...UNHARDENED,
  apiServerAudiences: HARDENED.apiServerAudiences,
  addresses: undefined,
};

const ACCOUNT = {
  serviceAccount: { namespace: 'apps', name: 'web' },
  expirationSeconds: 600,
} as const;
const kubernetes = (audiences: readonly string[]): Login => ({
  method: 'kubernetes',
  role: 'r',
  audiences,
  ...ACCOUNT,
});
const jwt = (audiences: readonly string[]): Login => ({
  method: 'jwt',
  role: 'r',
  token: { kind: 'serviceAccount', audiences, ...ACCOUNT },
});
const BY_FILE: Login = {
  method: 'appRole',
  roleId: 'r',
  secretId: { kind: 'file', path: '/etc/id' },
};
const connection = (spec: Partial<VaultConnectionSpec>): VaultConnectionSpec => ({
  address: 'https://vault.example.com',
  skipTLSVerify: false,
  ...spec,
});
const open = (rules: HardenedRules, name: string, allowedNamespaces: string[]): Finding[] => {
  const [namespace = '', own = ''] = name.split('/');
  const object = { namespace, name: own, allowedNamespaces };
  return opennessFindings('VaultAuth', object, { ...rules, operatorNamespace: 'operator' });
};

describe('the hardened rules', () => {
  const rows: readonly [string, (rules: HardenedRules) => Finding[], string, RegExp][] = [
    [
      'a loopback address',
      (rules) => connectionFindings(connection({ address: 'https://127.0.0.1:8200' }), rules),
      'VaultAddressRefused',
      /spec\.address .*--allowed-vault-addresses/,
    ],
    [
      'plain http',
      (rules) => connectionFindings(connection({ address: 'http://vault.example.com' }), rules),
      'VaultAddressRefused',
      /spec\.address is plain http/,
    ],
    [
      'no verification',
      (rules) => connectionFindings(connection({ skipTLSVerify: true }), rules),
      'TLSVerificationSkipped',
      /spec\.skipTLSVerify .*spec\.caCertSecretRef/,
    ],
    [
      'a kubernetes login without an audience',
      (rules) => loginFindings(kubernetes([]), rules),
      'AudienceTooWide',
      /spec\.kubernetes\.audiences is empty/,
    ],
    [
      'a jwt login for the API server',
      (rules) => loginFindings(jwt(['vault', 'https://kubernetes.default.svc']), rules),
      'AudienceTooWide',
      /spec\.jwt\.audiences names https:\/\/kubernetes\.default\.svc/,
    ],
    [
      "a file of the operator's pod",
      (rules) => fileFindings(BY_FILE, { namespace: 'apps', name: 'auth' }, rules, 'operator'),
      'SecretIdPathOpen',
      /spec\.appRole\.secretIDPath .*spec\.appRole\.secretRef/,
    ],
  ];
  for (const [name, find, reason, message] of rows) {
    it(`find ${name} and warn of it`, () => {
      const found = find({ ...HARDENED, ...OFF });
      refuseFindings(found);
      const warning = warningOf(found);
      assert.deepEqual([warning?.type, warning?.status], ['Hardened', 'False']);
      assert.equal(warning?.reason, reason);
      assert.match(warning.message, message);
    });
    it(`refuse ${name} when they are on, and do not warn besides`, () => {
      const found = find(HARDENED);
      const fault = faultBy(() => refuseFindings(found));
      assert.deepEqual([fault.kind, fault.reason], ['refused', reason]);
      assert.match(fault.message, message);
      assert.equal(warningOf(found), undefined);
    });
  }

  const fine: readonly [string, Finding[]][] = [
    ['an address that is listed', connectionFindings(connection({}), HARDENED)],
    ['any name when nothing is listed', connectionFindings(connection({}), UNHARDENED)],
    ['an audience of its own', loginFindings(kubernetes(['vault']), HARDENED)],
    ['a login without a token', loginFindings({ method: 'cert', role: '' }, HARDENED)],
    ['an object that lists namespaces', open(UNHARDENED, 'infra/auth', ['a', '*'])],
    [
      "a file that the operator's own namespace names",
      fileFindings(BY_FILE, { namespace: 'operator', name: 'auth' }, HARDENED, 'operator'),
    ],
    ['an open object that is listed', open(HARDENED, 'infra/shared', ['*'])],
  ];
  for (const [name, found] of fine)
    it(`find nothing in ${name}`, () => assert.deepEqual(found, []));

  it('tell that an object is open, and that it no longer is', () => {
    const said = (rules: HardenedRules): string =>
      warningOf(open(rules, 'infra/auth', ['*']))?.message ?? '';
    assert.match(said(UNHARDENED), /VaultAuth infra\/auth is open to every namespace/);
    assert.match(said(HARDENED), /asks to be open .* and is not/);
    assert.equal(open(UNHARDENED, 'operator/default', []).length, 1);
  });

  it('say all that they find in one condition', () => {
    const spec = connection({ address: 'http://127.0.0.1', skipTLSVerify: true });
    const warning = warningOf(connectionFindings(spec, UNHARDENED));
    assert.match(warning?.message ?? '', /plain http.*; spec\.skipTLSVerify/);
  });
});
