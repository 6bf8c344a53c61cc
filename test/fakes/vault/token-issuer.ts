/** Somebody who signs tokens for Vault's method jwt, as an identity provider does. */
import { generateKeyPairSync, sign } from 'node:crypto';

export class TokenIssuer {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  /** PEM, for the configuration of the mount. */
  get publicKey(): string {
    return this.#keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  signed(claims: object): string {
    const content = [{ alg: 'ES256', typ: 'JWT' }, claims].map(encoded).join('.');
    const key = { key: this.#keys.privateKey, dsaEncoding: 'ieee-p1363' as const };
    return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
  }
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
