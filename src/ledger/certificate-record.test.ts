import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Book } from './book.ts';
import { MemoryRecords } from './memory-records.ts';
import {
  credentialEndsAt,
  decodeRecord,
  encodeRecord,
  type LedgerRecord,
  type RecordCertificate,
} from './record.ts';
import { bookOf, recordOf } from './testing/records.ts';

const NEVER = new AbortController().signal;
const ENDPOINT = { address: 'https://v', skipVerify: false, headers: {}, timeoutMs: 1 };
const LOGIN = {
  method: 'kubernetes',
  role: 'r',
  serviceAccount: { namespace: 'n', name: 'app' },
  audiences: [],
  expirationSeconds: 600,
} as const;

const CERTIFICATE: RecordCertificate = {
  serial: '4a:01',
  issuedAt: 1_000,
  endsAt: 90_000,
  mount: 'pki',
  identity: {
    key: 'k',
    authName: 'n/a',
    connectionName: 'n/c',
    endpoint: ENDPOINT,
    mount: 'kubernetes',
    namespace: '',
    loginHeaders: {},
    login: LOGIN,
  },
  revoke: true,
  clear: false,
};

const BEGUN = recordOf('r', {
  owner: { kind: 'VaultPKISecret', namespace: 'n', name: 'web', uid: 'u' },
  destination: 'web',
  endpoint: ENDPOINT,
});
const RECORD: LedgerRecord = {
  ...BEGUN,
  token: { ...BEGUN.token, loginTtlMs: 3_600_000, askedAt: 1_000, ttlMs: 120_000 },
};

const STORED = { form: 'plain', token: RECORD.secretToken } as const;

async function bookOver(store: MemoryRecords): Promise<Book> {
  const book = bookOf(store);
  await book.load(NEVER);
  return book;
}

describe('the record of a certificate', () => {
  it('takes what was issued along with the next change of state, and keeps it', async () => {
    const store = new MemoryRecords();
    const book = await bookOver(store);
    await book.open(RECORD, NEVER);
    book.noteCertificate('r', CERTIFICATE, true);
    await book.makeCurrent('r', undefined, NEVER);

    const record = (await bookOver(store)).get('r');

    assert.equal(record?.state, 'current');
    assert.equal(record?.lease, undefined);
    assert.deepEqual(record?.certificate, CERTIFICATE);
    assert.equal(record?.token.released, true);
  });

  it('keeps changed wishes', async () => {
    const store = new MemoryRecords();
    const book = await bookOver(store);
    await book.open({ ...RECORD, certificate: CERTIFICATE }, NEVER);
    await book.rewriteCertificate('r', { revoke: false, clear: true }, NEVER);

    const { certificate } = (await bookOver(store)).get('r') ?? {};

    assert.deepEqual(certificate, { ...CERTIFICATE, revoke: false, clear: true });
  });

  it('ends with the certificate, whatever becomes of a token that was given back', () => {
    const released = { ...RECORD.token, released: true as const };

    assert.equal(
      credentialEndsAt({ ...RECORD, certificate: CERTIFICATE, token: released }),
      90_000,
    );
    const brief = { ...RECORD.token, ttlMs: 5_000 };
    assert.equal(credentialEndsAt({ ...RECORD, certificate: CERTIFICATE, token: brief }), 6_000);
  });

  it('is read as before where there is none, and left alone where it could undo nothing', () => {
    const read = (record: LedgerRecord) => decodeRecord(encodeRecord(record, STORED));

    assert.equal(read(RECORD)?.record.certificate, undefined);
    assert.ok(read({ ...RECORD, certificate: CERTIFICATE }));
    for (const broken of [{ serial: '' }, { mount: '' }, { endsAt: Number.NaN }])
      assert.equal(read({ ...RECORD, certificate: { ...CERTIFICATE, ...broken } }), undefined);
  });
});
