import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { secretMac } from '../secret/mac.ts';
import type { SecretData } from '../secret/secret.ts';
import { json, KEY } from '../testing.ts';
import { credentialIn, credentialMark, isDone, type Rotation, rotationOf } from './static-role.ts';

const LAST = '"last_vault_rotation":"2026-03-01T12:00:00.123456789Z"';
const AT = 1_772_366_400;

describe('rotationOf', () => {
  const rows: readonly [string, string, Rotation | undefined][] = [
    [
      'a period',
      `{"username":"a","password":"b","ttl":12,"rotation_period":60,${LAST}}`,
      { last: AT, period: 60, schedule: '', ttl: 12 },
    ],
    [
      'a schedule',
      `{"ttl":0,"rotation_schedule":"0 * * * *","rotation_window":3600,${LAST}}`,
      { last: AT, period: 0, schedule: '0 * * * *', ttl: 0 },
    ],
    [
      'an instant with an offset',
      '{"ttl":1,"rotation_period":60,"last_vault_rotation":"2026-03-01T13:00:00+01:00"}',
      { last: AT, period: 60, schedule: '', ttl: 1 },
    ],
    [
      'a password that was given and not rotated yet',
      '{"ttl":1,"rotation_period":60}',
      { last: 0, period: 60, schedule: '', ttl: 1 },
    ],
    [
      'an instant that cannot be read is none',
      '{"ttl":1,"rotation_period":60,"last_vault_rotation":"yesterday"}',
      { last: 0, period: 60, schedule: '', ttl: 1 },
    ],
    ['no TTL is no static role', `{"rotation_period":60,${LAST}}`, undefined],
    ['neither is a TTL alone', `{"ttl":60,${LAST}}`, undefined],
    ['nor a period of 0', '{"ttl":60,"rotation_period":0}', undefined],
    ['nor texts that look like numbers', '{"ttl":"60","rotation_period":"60"}', undefined],
    ['nor a TTL below 0', '{"ttl":-1,"rotation_period":60}', undefined],
    ['nor other values', '{"ttl":null,"rotation_period":{},"rotation_schedule":[]}', undefined],
  ];
  for (const [sentence, text, expected] of rows)
    it(sentence, () => assert.deepEqual(rotationOf(json(text)), expected));
});

const DATA: SecretData = {
  username: 'dQ==',
  password: 'cA==',
  ttl: 'MQ==',
  last_vault_rotation: 'Mg==',
  next_vault_rotation: 'Mw==',
  rotation_period: 'NA==',
  rotation_schedule: 'NQ==',
  rotation_window: 'Ng==',
  rotation_policy: 'Nw==',
  _raw: 'OA==',
};

describe('credentialIn', () => {
  it('leaves out what moves by itself, and exactly that', () => {
    const more = { ttl_note: 'a', my_raw: 'b', old_last_vault_rotation: 'c', rotation: 'd' };

    const kept = credentialIn({ ...DATA, ...more });

    assert.deepEqual({ ...kept }, { username: 'dQ==', password: 'cA==', ...more });
  });
});

describe('isDone', () => {
  const mac = (data: SecretData) => secretMac(KEY, data);
  const { username = '', password = '', rotation_window = '' } = DATA;
  const rows: readonly [string, SecretData, SecretData, boolean][] = [
    ['the same credential', { username, password }, DATA, true],
    ['as VSO 1.4 reckons it', { username, password, rotation_window }, knownToVso(), true],
    [
      'as VSO 1.4 reckons it, which leaves out too much',
      { username, password },
      { username, password, ttl: 'MQ==', my_raw: 'b' },
      true,
    ],
    ['another password', { username, password: 'cQ==' }, DATA, false],
    ['the whole data', DATA, DATA, false],
  ];
  for (const [sentence, done, data, expected] of rows)
    it(sentence, () => assert.equal(isDone(KEY, mac(done), data), expected));

  it('is not said of nothing', () => assert.equal(isDone(KEY, undefined, DATA), false));
});

/** What VSO 1.4 knows. */
function knownToVso(): SecretData {
  const { rotation_policy: _, next_vault_rotation: __, rotation_period: ___, ...data } = DATA;
  return data;
}

describe('credentialMark', () => {
  const mark = (over: Partial<Parameters<typeof credentialMark>[1]>) =>
    Object.values(credentialMark(KEY, { uid: 'u', mac: 'm', data: DATA, ...over })).join();

  it('stays while only the metadata of a rotation move', () =>
    assert.equal(mark({ data: { ...DATA, ttl: 'OQ==', _raw: 'OQ==' } }), mark({})));

  const others: readonly [string, Parameters<typeof mark>[0]][] = [
    ['another object', { uid: 'v' }],
    ['other data in the Secret', { mac: 'n' }],
    ['another password', { data: { ...DATA, password: 'OQ==' } }],
    ['a key more', { data: { ...DATA, more: 'OQ==' } }],
    ['a key less', { data: knownToVso() }],
  ];
  for (const [sentence, over] of others)
    it(`is another for ${sentence}`, () => assert.notEqual(mark(over), mark({})));
});
