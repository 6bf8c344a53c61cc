import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seal } from '../runtime/sealed.ts';
import { ownAudiences } from './own-audiences.ts';

function accessWith(headers: Record<string, string>) {
  return {
    server: 'https://kubernetes',
    proxyUrl: undefined,
    namespace: undefined,
    credentials: async () => ({ headers: seal(headers), tls: seal({}) }),
  };
}

const bearer = (claims: string): Record<string, string> => ({
  Authorization: `Bearer head.${Buffer.from(claims).toString('base64url')}.signature`,
});

describe('the audiences of our own token', () => {
  const rows: readonly [string, Record<string, string>, readonly string[]][] = [
    [
      'are those that it names',
      bearer('{"aud":["https://issuer.example"]}'),
      ['https://issuer.example'],
    ],
    ['may be one alone', bearer('{"aud":"api"}'), ['api']],
    ['are none where it names none', bearer('{"sub":"me"}'), []],
    ['are none in a token that is no JWT', { authorization: 'Bearer static' }, []],
    ['are none in what only looks like one', bearer('canary'), []],
    ['are none without a token', {}, []],
  ];
  for (const [name, headers, want] of rows)
    it(name, async () => assert.deepEqual(await ownAudiences(accessWith(headers)), want));
});
