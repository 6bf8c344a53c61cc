import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FaultError } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import { Book } from './book.ts';
import { MemoryRecords } from './memory-records.ts';
import type { NewRecord, StoredRecord, TokenCipher } from './ports.ts';
import type { StoredToken } from './record.ts';
import { LEASE, recordOf } from './testing/records.ts';

const NEVER = new AbortController().signal;

/** Writes texts in hex, behind their bond. */
class InHex implements TokenCipher {
  isAway = false;
  encryptions = 0;

  async encrypt({ bond, text }: { bond: string; text: Sealed<string> }): Promise<string> {
    this.#assertThere();
    this.encryptions += 1;
    return `${bond}:${Buffer.from(text.open()).toString('hex')}`;
  }

  async decrypt(texts: readonly { bond: string; text: string }[]) {
    this.#assertThere();
    return texts.map(({ bond, text }) => {
      const [, hex] = text.split(`${bond}:`);
      return hex === undefined ? undefined : seal(Buffer.from(hex, 'hex').toString());
    });
  }

  #assertThere(): void {
    if (this.isAway)
      throw new FaultError({ kind: 'transient', reason: 'VaultUnreachable', message: 'away' });
  }
}

class Ground {
  readonly store = new MemoryRecords();
  readonly cipher = new InHex();

  async book(form: StoredToken['form'] = 'encrypted'): Promise<Book> {
    const { store, cipher } = this;
    const book = new Book({ store, cluster: 'here', clock: { now: () => 0 }, cipher, form });
    await book.load(NEVER);
    return book;
  }

  /** The keys of each record's Secret beside `record`, with their values. */
  async tokens(): Promise<readonly Record<string, string>[]> {
    const stored = await this.store.list();
    return stored.map(({ data }) => {
      const { record: _, ...token } = data.open();
      return token;
    });
  }
}

const tokenIn = (book: Book, revision: string) => book.get(revision)?.secretToken.open();

describe('the book of an encrypted ledger', () => {
  it('encrypts a token once, and no plain token reaches the store', async () => {
    const ground = new Ground();
    const book = await ground.book();

    await book.open(recordOf('r'), NEVER);
    await book.makeCurrent('r', LEASE, NEVER);
    const retirement = { why: 'unused', at: 1, successor: '', targets: [] } as const;
    await book.retire('r', retirement, NEVER);

    assert.equal(ground.cipher.encryptions, 1);
    const [stored] = await ground.store.list();
    assert.doesNotMatch(JSON.stringify(stored?.data.open()), /token-of-r/);
    assert.deepEqual(await ground.tokens(), [
      { ciphertext: `vault-lease-operator/here/r:${Buffer.from('token-of-r').toString('hex')}` },
    ]);
  });

  it('knows records that are locked, and opens them', async () => {
    const ground = new Ground();
    await (await ground.book()).open(recordOf('r'), NEVER);

    const book = await ground.book();
    assert.deepEqual([book.all(), book.counts().locked], [[], 1]);
    assert.equal(book.locked.ofOwner(recordOf('r').owner).length, 1);
    const opened = await book.unlock(NEVER);

    assert.deepEqual(
      opened.map(({ revision }) => revision),
      ['r'],
    );
    assert.equal(tokenIn(book, 'r'), 'token-of-r');
    assert.deepEqual([book.counts().locked, book.counts().pending], [0, 1]);
  });

  it('doubts what is opened after a restore', async () => {
    const ground = new Ground();
    await (await ground.book()).open(recordOf('r'), NEVER);
    const book = await ground.book();

    book.doubtAll();
    await book.unlock(NEVER);
    await book.open(recordOf('s'), NEVER);

    assert.deepEqual([book.isDoubted('r'), book.isDoubted('s')], [true, false]);
  });

  it('keeps what cannot be decrypted now, and changes states all the same', async () => {
    const ground = new Ground();
    const before = await ground.book();
    await before.open(recordOf('r'), NEVER);
    ground.cipher.isAway = true;
    await before.makeCurrent('r', LEASE, NEVER);

    const book = await ground.book();
    await assert.rejects(book.unlock(NEVER), FaultError);
    assert.equal(book.counts().locked, 1);
    ground.cipher.isAway = false;

    assert.equal((await book.unlock(NEVER)).length, 1);
    assert.equal(book.get('r')?.state, 'current');
  });

  it('opens nothing, and records nothing, while the token cannot be encrypted', async () => {
    const ground = new Ground();
    const book = await ground.book();
    ground.cipher.isAway = true;

    await assert.rejects(book.open(recordOf('r'), NEVER), FaultError);

    assert.deepEqual([book.all(), await ground.tokens()], [[], []]);
  });

  it('tells by a trial whether tokens can be encrypted, once and only where they are to be', async () => {
    const ground = new Ground();
    const book = await ground.book();
    ground.cipher.isAway = true;
    await assert.rejects(book.tryCipher(NEVER), FaultError);
    ground.cipher.isAway = false;

    assert.deepEqual([await book.tryCipher(NEVER), await book.tryCipher(NEVER)], [true, false]);

    assert.equal(ground.cipher.encryptions, 1);
    assert.deepEqual(await ground.tokens(), []);
    const used = await ground.book();
    await used.open(recordOf('r'), NEVER);
    assert.equal(await used.tryCipher(NEVER), false);
    const plain = await ground.book('plain');
    ground.cipher.isAway = true;
    assert.equal(await plain.tryCipher(NEVER), false);
  });

  it('leaves the token of another record locked, and opens the others', async () => {
    const ground = new Ground();
    const before = await ground.book();
    await before.open(recordOf('r'), NEVER);
    await before.open(recordOf('s'), NEVER);
    const [one, other] = await ground.store.list();
    assert.ok(one && other);
    const swapped = { ...one.data.open(), ciphertext: other.data.open()['ciphertext'] ?? '' };
    await ground.store.replace(one, { ...one, data: seal(swapped) });

    const book = await ground.book();

    assert.deepEqual(
      (await book.unlock(NEVER)).map(({ revision }) => revision),
      ['s'],
    );
    assert.equal(book.counts().locked, 1);
  });

  for (const [from, to] of [
    ['plain', 'encrypted'],
    ['encrypted', 'plain'],
  ] as const)
    it(`takes over ${from} records, and makes them ${to}`, async () => {
      const ground = new Ground();
      const before = await ground.book(from);
      for (const revision of ['r', 's']) await before.open(recordOf(revision), NEVER);

      const book = await ground.book(to);
      await book.unlock(NEVER);
      assert.equal(await book.convert(NEVER), 2);

      assert.equal(await book.convert(NEVER), 0);
      const key = to === 'plain' ? 'token' : 'ciphertext';
      assert.deepEqual(
        (await ground.tokens()).map((token) => Object.keys(token)),
        [[key], [key]],
      );
      const again = await ground.book(to);
      await again.unlock(NEVER);
      assert.equal(tokenIn(again, 's'), 'token-of-s');
    });

  it('loses no change of state that comes while it converts', async () => {
    const ground = new Ground();
    await (await ground.book('plain')).open(recordOf('r'), NEVER);
    const book = await ground.book();

    await Promise.all([book.convert(NEVER), book.makeCurrent('r', LEASE, NEVER)]);
    await book.convert(NEVER);

    const again = await ground.book();
    await again.unlock(NEVER);
    assert.equal(again.get('r')?.state, 'current');
    assert.equal(tokenIn(again, 'r'), 'token-of-r');
    assert.deepEqual(
      (await ground.tokens()).map((token) => Object.keys(token)),
      [['ciphertext']],
    );
  });

  it('makes good a conversion whose reply was lost', async () => {
    const ground = new Ground();
    await (await ground.book('plain')).open(recordOf('r'), NEVER);
    const book = await ground.book();
    const replace = ground.store.replace.bind(ground.store);
    ground.store.replace = async (over: StoredRecord, next: NewRecord) => {
      await replace(over, next);
      throw new FaultError({ kind: 'transient', reason: 'KubernetesUnavailable', message: 'lost' });
    };
    await assert.rejects(book.convert(NEVER), FaultError);
    ground.store.replace = replace;

    await book.convert(NEVER);

    assert.equal(await book.convert(NEVER), 0);
    await book.makeCurrent('r', LEASE, NEVER);
    assert.deepEqual(
      (await ground.tokens()).map((token) => Object.keys(token)),
      [['ciphertext']],
    );
  });
});
