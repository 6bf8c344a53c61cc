import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { innocent } from './innocent.ts';

const said = (words: string): string => `<svg><text x="1">${words}</text></svg>`;

describe('a picture is not published', () => {
  for (const [what, words] of [
    ['a Vault token', 'hvs.CAESIJ'],
    ['a private key', '-----BEGIN EC PRIVATE KEY-----'],
    ['a token of a service account', 'eyJhbGciOiJSUzI1NiIsImtpZCI6'],
    ['a database user', 'v-kubernet-shop-MXbu51'],
    ['an address', 'operator 10.0.0.7:8080'],
    ['a path of the machine', 'made in /home/ada/operator'],
  ] as const)
    it(`with ${what}`, () => {
      assert.throws(() => innocent(said(words), []), /would hold what looks like/);
    });

  it('with a value of a Secret, which the error does not repeat', () => {
    assert.throws(
      () => innocent(said('open sesame 1'), ['open sesame']),
      (error: Error) => /a value of a Secret/.test(error.message) && !/sesame/.test(error.message),
    );
  });
});

describe('a picture is published', () => {
  it('with routes of Vault, versions, times and names of objects', () => {
    const svg = said('auth/:mount/login, shop/vault, 0.1.0-dev, 1:05, 0.5 req/s, ec');
    assert.equal(innocent(svg, ['ec']), svg);
  });
});
