// The MACs in the golden file were made by Go 1.26.8: crypto/hmac over json.Marshal of map[string][]byte.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Json } from '../../api/json.ts';
import { seal } from '../../runtime/sealed.ts';
import { json, KEY } from '../testing.ts';
import { goJson } from './go-json.ts';
import { contentRevision, deriveKey, purposeMac, sameMac, secretMac } from './mac.ts';
import type { SecretData } from './secret.ts';

interface Golden {
  readonly name: string;
  readonly json: string;
  readonly mac: string;
}

const GOLDEN: readonly Golden[] = JSON.parse(
  readFileSync(new URL('go-json.golden.json', import.meta.url), 'utf8'),
);

function dataOf(text: string): SecretData {
  const data: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(json(text))) data[key] = base64(value);
  return data;
}

function base64(value: Json): string {
  return Buffer.from(typeof value === 'string' ? value : goJson(value)).toString('base64');
}

describe('secretMac is what VSO computes', () => {
  for (const { name, json: text, mac } of GOLDEN)
    it(name, () => assert.equal(secretMac(KEY, dataOf(text)), mac));
});

const DATA = { user: 'YQ==', password: 'Yg==' };

describe('keys', () => {
  it('of different purposes differ, and from the raw key', () => {
    const keys = [KEY, deriveKey(KEY, 'content-revision'), deriveKey(KEY, 'lease-mark')];
    assert.equal(new Set(keys.map((key) => Buffer.from(key.open()).toString('hex'))).size, 3);
  });

  it('are derived as RFC 5869 says', () => {
    // openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt key:0123456789abcdef -kdfopt info:vault-lease-operator/lease-mark HKDF
    assert.equal(
      Buffer.from(deriveKey(KEY, 'lease-mark').open()).toString('hex'),
      '43cec1bb5316a31c7e5c8f2a71d6f583046d66f24fdc5fe933df7293dc43927c',
    );
  });

  it('do not print themselves', () => {
    assert.equal(JSON.stringify(deriveKey(KEY, 'lease-mark')), '"[sealed]"');
  });
});

describe('contentRevision', () => {
  it('is a short word', () => assert.match(contentRevision(KEY, DATA), /^[0-9a-f]{16}$/));
  it('is the same for the same data in another order', () =>
    assert.equal(
      contentRevision(KEY, { password: 'Yg==', user: 'YQ==' }),
      contentRevision(KEY, DATA),
    ));
  it('changes with a value', () =>
    assert.notEqual(contentRevision(KEY, { ...DATA, user: 'Yg==' }), contentRevision(KEY, DATA)));
  it('changes with the key', () =>
    assert.notEqual(contentRevision(seal(new Uint8Array(16)), DATA), contentRevision(KEY, DATA)));
  it('tells nothing about the MAC in the status', () => {
    const hex = Buffer.from(secretMac(KEY, DATA), 'base64').toString('hex');
    assert.notEqual(contentRevision(KEY, DATA), hex.slice(0, 16));
  });
});

describe('purposeMac and sameMac', () => {
  const mac = purposeMac(KEY, 'lease-mark', 'text');
  it('equal texts have equal codes', () =>
    assert.equal(sameMac(mac, purposeMac(KEY, 'lease-mark', 'text')), true));
  it('another text has another code', () =>
    assert.equal(sameMac(mac, purposeMac(KEY, 'lease-mark', 'text!')), false));
  it('another purpose has another code', () =>
    assert.equal(sameMac(mac, purposeMac(KEY, 'content-revision', 'text')), false));
  it('a code cut short is no code', () => assert.equal(sameMac(mac, mac.slice(0, 8)), false));
});
