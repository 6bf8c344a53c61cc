import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seal } from '../../runtime/sealed.ts';
import { faultBy, json } from '../testing.ts';
import { issuedCertificate, type PkiForm } from './pki-data.ts';
import { AUTHORITY, LEAF } from './testing-certificates.ts';

const KEY = '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----';
const ANSWER = {
  certificate: LEAF,
  issuing_ca: AUTHORITY,
  private_key: KEY,
  private_key_type: 'ec',
  serial_number: '40:01:02:03',
  expiration: 1_769_904_000,
};
const TLS: PkiForm = { isTls: true, keyFormat: undefined };

function dataOf(answer: object, form: PkiForm = TLS) {
  const whole = seal(json(JSON.stringify(answer)));
  return { ...issuedCertificate(whole, form).source.data.open() };
}

const der = (pem: string): string => pem.replaceAll(/-----[^-]+-----|\s/g, '');

describe('the answer of a PKI engine', () => {
  it('gives every field, the chain as one text, and for _raw what Vault said', () => {
    const answer = { ...ANSWER, ca_chain: [AUTHORITY, LEAF] };
    const whole = seal(json(JSON.stringify(answer)));

    const { facts, source } = issuedCertificate(whole, { ...TLS, isTls: false });

    assert.equal(facts.serial, ANSWER.serial_number);
    assert.equal(facts.endsAt, ANSWER.expiration * 1000);
    assert.equal(source.whole, whole);
    const { ca_chain: chain, ...rest } = source.data.open();
    assert.equal(chain, `${AUTHORITY}\n${LEAF}`);
    assert.deepEqual({ ...rest }, { ...json(JSON.stringify(ANSWER)) });
  });

  it('without a chain presents the issuer, which is what clients trust', () => {
    const data = dataOf(ANSWER);

    assert.equal(data['tls.crt'], `${LEAF}\n${AUTHORITY}`);
    assert.equal(data['tls.key'], KEY);
    assert.equal(data['ca.crt'], AUTHORITY);
  });

  it('with an empty chain does as without', () => {
    assert.equal(dataOf({ ...ANSWER, ca_chain: [] })['ca.crt'], AUTHORITY);
  });

  it('with a chain presents it, and clients trust its upper end', () => {
    const data = dataOf({ ...ANSWER, issuing_ca: LEAF, ca_chain: [LEAF, AUTHORITY] });

    assert.equal(data['tls.crt'], `${LEAF}\n${AUTHORITY}`, 'none is told twice');
    assert.equal(data['ca.crt'], AUTHORITY);
  });

  it('as a bundle presents certificates only', () => {
    const certificate = [KEY, LEAF, AUTHORITY].join('\n');
    const data = dataOf({ ...ANSWER, certificate, ca_chain: [AUTHORITY] });

    assert.equal(data['certificate'], certificate);
    assert.equal(data['tls.crt'], `${LEAF}\n${AUTHORITY}`);
  });

  const keys: readonly [type: string, format: string | undefined, label: string][] = [
    ['ec', undefined, 'EC PRIVATE KEY'],
    ['ec', 'der', 'EC PRIVATE KEY'],
    ['rsa', undefined, 'RSA PRIVATE KEY'],
    ['rsa', 'pkcs8', 'PRIVATE KEY'],
    ['ed25519', undefined, 'PRIVATE KEY'],
  ];
  for (const [type, keyFormat, label] of keys)
    it(`in DER gives PEM, and a key of type ${type} as ${keyFormat} as ${label}`, () => {
      const answer = {
        ...ANSWER,
        certificate: der(LEAF),
        issuing_ca: der(AUTHORITY),
        ca_chain: [der(AUTHORITY)],
        private_key: 'AAAA',
        private_key_type: type,
      };
      const data = dataOf(answer, { isTls: true, keyFormat });

      assert.equal(data['certificate'], der(LEAF));
      assert.equal(data['tls.crt'], `${LEAF}\n${AUTHORITY}`);
      assert.equal(data['ca.crt'], AUTHORITY);
      assert.equal(data['tls.key'], `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----`);
    });

  const unusable: readonly [what: string, answer: object][] = [
    ['no certificate', { ...ANSWER, certificate: undefined }],
    ['a certificate that is none', { ...ANSWER, certificate: 'nonsense' }],
    ['a certificate that is a list', { ...ANSWER, certificate: [LEAF] }],
    ['no key', { ...ANSWER, private_key: '' }],
  ];
  for (const [what, answer] of unusable)
    it(`is refused with ${what}, and the message repeats none of it`, () => {
      const fault = faultBy(() => dataOf(answer));

      assert.equal(fault.reason, 'VaultAnswerInvalid');
      assert.doesNotMatch(fault.message, /AAAA|nonsense|BEGIN/);
    });
});
