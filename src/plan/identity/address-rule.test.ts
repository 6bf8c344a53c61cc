import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AddressRule } from './address-rule.ts';

function flaw(list: readonly string[], address: string, resolved?: readonly string[]) {
  return new AddressRule(list).flawOf(new URL(address), resolved);
}

describe('an address', () => {
  const rows: readonly [string, readonly string[], string, boolean][] = [
    ['that is listed as it is', ['vault.example.com:8200'], 'https://vault.example.com:8200', true],
    ['whose case and last dot differ', ['Vault.example.com'], 'https://VAULT.example.com.', true],
    ['of another port', ['vault.example.com:8200'], 'https://vault.example.com', false],
    ['of any port', ['vault.example.com'], 'https://vault.example.com:1', true],
    ['of the port of its scheme', ['vault.example.com:443'], 'https://vault.example.com', true],
    ['below a listed domain', ['*.example.com'], 'https://a.b.example.com', true],
    ['that is the domain itself', ['*.example.com'], 'https://example.com', false],
    ['that only ends alike', ['*.example.com'], 'https://badexample.com', false],
    [
      'that begins with a listed one',
      ['vault.example.com'],
      'https://vault.example.com.evil.io',
      false,
    ],
    ['of nobody', [], 'https://vault.example.com', false],
    ['of anybody', ['*'], 'https://vault.example.com', true],
    ['over http', ['*'], 'http://vault.example.com', false],
    ['over http that is listed so', ['http://vault.example.com'], 'http://vault.example.com', true],
    [
      'over http beside one that is listed so',
      ['http://a.io', '*'],
      'http://vault.example.com',
      false,
    ],
    ['in a listed network', ['10.0.0.0/8'], 'https://10.2.3.4:8200', true],
    ['beside a listed network', ['10.0.0.0/8'], 'https://11.2.3.4', false],
    ['that is a listed address and port', ['10.1.2.3:8200'], 'https://10.1.2.3:8200', true],
    ['that is a listed address at another port', ['10.1.2.3:8200'], 'https://10.1.2.3', false],
    ['in a listed IPv6 network', ['fd00::/8'], 'https://[fd12::1]', true],
    ['with brackets and a port', ['[fd12::1]:8200'], 'https://[fd12::1]:8200', true],
    ['of loopback among any', ['*'], 'https://127.0.0.1', false],
    ['of loopback that is listed', ['*', '127.0.0.0/8'], 'https://127.0.0.1', true],
    ['of loopback by name', ['*'], 'https://localhost', false],
    ['of a metadata service by name', ['*'], 'https://metadata.google.internal', false],
    ['of the API server by name', ['*'], 'https://kubernetes.default.svc', false],
    ['of a Vault beside the API server', ['*'], 'https://vault.vault.svc', true],
  ];
  for (const [name, list, address, isFine] of rows)
    it(`${name} is ${isFine ? 'fine' : 'refused'}`, () =>
      assert.equal(flaw(list, address) === undefined, isFine));

  /** All are 169.254.169.254, the metadata service of the clouds. */
  const spellings = [
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '0xa9.254.0251.254',
    '１６９.254.169.254',
    '169。254。169。254',
    '%31%36%39.254.169.254',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[::a9fe:a9fe]',
    '[2002:a9fe:a9fe::]',
  ];
  for (const spelling of spellings)
    it(`written ${spelling} is refused, and not without the rule on networks`, () => {
      const address = `https://${spelling}`;
      assert.match(flaw(['*'], address) ?? '', /leads to/);
      assert.equal(flaw(['*', '0.0.0.0/0', '::/0'], address), undefined);
    });

  for (const address of [
    '0.0.0.0',
    '[::]',
    '[::1]',
    '[fe80::1]',
    '224.0.0.1',
    '255.255.255.255',
    '[ff02::1]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
  ])
    it(`${address} is refused unless listed`, () =>
      assert.match(flaw(['*'], `https://${address}`) ?? '', /leads to/));
});

describe('a name that was resolved', () => {
  const list = ['vault.example.com', '10.0.0.0/8'];
  const rows: readonly [string, string, readonly string[], RegExp | undefined][] = [
    [
      'to anything public, when the name is listed',
      'vault.example.com',
      ['203.0.113.7'],
      undefined,
    ],
    ['to loopback, though the name is listed', 'vault.example.com', ['127.0.0.1'], /loopback/],
    ['to one good and one bad address', 'vault.example.com', ['203.0.113.7', '::1'], /loopback/],
    ['into a listed network', 'other.example.com', ['10.1.1.1', '10.2.2.2'], undefined],
    ['out of a listed network', 'other.example.com', ['10.1.1.1', '203.0.113.7'], /not listed/],
    ['to a mapped address', 'vault.example.com', ['::ffff:169.254.169.254'], /link-local/],
    ['with a zone', 'vault.example.com', ['fe80::1%eth0'], /link-local/],
  ];
  for (const [name, host, resolved, says] of rows)
    it(name, () => {
      const found = flaw(list, `https://${host}`, resolved);
      if (says) assert.match(found ?? '', says);
      else assert.equal(found, undefined);
    });

  it('is not judged before, where a network is listed', () =>
    assert.equal(flaw(list, 'https://other.example.com'), undefined));
});

describe('a list', () => {
  for (const text of [
    '10.0.0.0/33',
    '300.1.1.1',
    'https://',
    'a b',
    'ftp://vault',
    'vault/path',
    'fd00::/129',
    'user@vault',
  ])
    it(`with ${text} is refused, naming it`, () =>
      assert.throws(() => new AddressRule([text]), new RegExp('is no address; write')));
});
