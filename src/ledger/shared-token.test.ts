import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FaultError } from '../runtime/fault.ts';
import { giveBack } from './give-back.ts';
import { MemoryRecords } from './memory-records.ts';
import type { SharedTokens, VaultTokens } from './ports.ts';
import type { LedgerRecord, RecordToken } from './record.ts';
import { bookOf, LEASE, recordOf } from './testing/records.ts';

const NEVER = new AbortController().signal;
const DENIED = { kind: 'denied', reason: 'PermissionDenied', message: 'denied' } as const;

/** Of a token that credentials share. */
function shared(revision: string, token: Partial<RecordToken> = {}): LedgerRecord {
  const record = recordOf(revision, { lease: { ...LEASE, id: `lease-of-${revision}` } });
  return { ...record, token: { ...record.token, sharedBy: 'app', ...token } };
}

/** What reached Vault, in order. */
class Ground {
  readonly book = bookOf(new MemoryRecords());
  readonly asked: string[] = [];
  /** Reads go on with the token. */
  inUse = false;
  mayRevokeLeases = true;

  readonly #tokens: Partial<VaultTokens> = {
    revokeToken: async () => {
      this.asked.push('token');
      return 'revoked';
    },
    revokeLease: async (_, leaseId) => {
      this.asked.push(leaseId);
      if (!this.mayRevokeLeases) throw new FaultError(DENIED);
    },
  };

  async onRecord(...records: readonly LedgerRecord[]): Promise<void> {
    for (const record of records) await this.book.open(record, NEVER);
  }

  giveBack(record: LedgerRecord) {
    const sharedTokens: SharedTokens = {
      borrow: () => assert.fail('nothing is issued here'),
      refused: () => assert.fail('nothing is issued here'),
      handBack: () => this.inUse,
    };
    const tokens = this.#tokens as VaultTokens;
    return giveBack({ book: this.book, tokens, sharedTokens }, record, NEVER);
  }
}

describe('giving back what hangs on a shared token', () => {
  it('revokes the lease alone while another hangs on it, and the token with the last', async () => {
    const ground = new Ground();
    const [one, two] = [shared('one'), shared('two')];
    await ground.onRecord(one, two);

    assert.equal(await ground.giveBack(one), 'revoked');
    assert.equal(await ground.giveBack(two), 'revoked');

    assert.deepEqual(ground.asked, ['lease-of-one', 'token']);
    assert.deepEqual(ground.book.all(), []);
  });

  it('leaves a token alone that reads go on with', async () => {
    const ground = new Ground();
    await ground.onRecord(shared('one'));
    ground.inUse = true;

    await ground.giveBack(shared('one'));

    assert.deepEqual(ground.asked, ['lease-of-one']);
  });

  it('keeps the record where Vault refuses, and never takes the others along', async () => {
    const ground = new Ground();
    await ground.onRecord(shared('one'), shared('two'));
    ground.mayRevokeLeases = false;

    await assert.rejects(ground.giveBack(shared('one')), /denied/);

    assert.deepEqual(ground.asked, ['lease-of-one']);
    assert.equal(ground.book.all().length, 2);
  });

  it('counts a lease as orphaned whose id a crash has lost', async () => {
    const ground = new Ground();
    const { lease: _, ...lost } = shared('lost');
    await ground.onRecord(lost, shared('two'));

    assert.equal(await ground.giveBack(lost), 'orphaned');

    assert.deepEqual(ground.asked, []);
    assert.equal(ground.book.get('lost'), undefined);
  });

  it('takes such a lease along with the token when it is the last', async () => {
    const ground = new Ground();
    const { lease: _, ...lost } = shared('lost');
    await ground.onRecord(lost);

    assert.equal(await ground.giveBack(lost), 'revoked');

    assert.deepEqual(ground.asked, ['token']);
  });

  it('does nothing for a record under which nothing was issued', async () => {
    const ground = new Ground();
    const { lease: _, ...empty } = shared('empty', { released: true });
    await ground.onRecord(empty, shared('two'));

    assert.equal(await ground.giveBack(empty), 'left');

    assert.deepEqual(ground.asked, []);
  });

  it('counts tokens of another login, or of another identity, as others', async () => {
    const ground = new Ground();
    const one = shared('one');
    await ground.onRecord(
      one,
      shared('two', { accessor: 'b' }),
      shared('three', { sharedBy: 'c' }),
    );

    await ground.giveBack(one);

    assert.deepEqual(ground.asked, ['token']);
  });
});

describe('a shared token', () => {
  it('is renewed for all that hang on it', async () => {
    const { book } = new Ground();
    await book.open(shared('one'), NEVER);
    await book.open(shared('two'), NEVER);
    await book.open(shared('other', { accessor: 'b' }), NEVER);

    book.noteToken('one', { askedAt: 5, ttlMs: 9, renewable: true }, false);

    const asked = book.all().map(({ revision, token }) => [revision, token.askedAt]);
    assert.deepEqual(asked, [
      ['one', 5],
      ['two', 5],
      ['other', 0],
    ]);
  });
});
