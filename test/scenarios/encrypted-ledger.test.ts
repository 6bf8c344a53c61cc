/** Lease records whose tokens are encrypted by Vault's Transit: kept, opened, and never lost when Transit is away. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { textsOf } from '../stage/kube-admin.ts';
import { FLAGS, Leased } from '../stage/leased.ts';
import { ENCRYPTED, LedgerKey, PLAIN } from '../stage/ledger-key.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

/** A killed leader would be waited for otherwise. */
const ALONE = ['--leader-elect=false', '--hardened', ...FLAGS];

describe('an encrypted ledger', () => {
  let play: Stage;
  let key: LedgerKey;

  before(async () => {
    play = await stage();
    key = await LedgerKey.create(play);
    await play.operator.start({ args: args(ENCRYPTED) });
  });
  after(closeStage);

  /** Under the rules of production. */
  function args(form: string): readonly string[] {
    return [...ALONE, `--allowed-vault-addresses=${new URL(play.vault.url).host}`, form];
  }

  async function killed(form: string, meanwhile = async (): Promise<unknown> => undefined) {
    await play.operator.kill();
    await meanwhile();
    await play.operator.start({ args: args(form) });
  }

  /** 'token' or 'ciphertext', by the keys of the record's Secret. */
  async function formOf(db: Leased): Promise<string> {
    const [record] = await db.ledger();
    const { record: _, ...token } = textsOf(record);
    return Object.keys(token).join();
  }

  const isIn = (db: Leased, form: string) =>
    play.until(`the record holds ${form}`, async () => (await formOf(db)) === form, 60_000);

  async function locked(): Promise<number> {
    const [, count] =
      /ledger_records\{state="locked"\} (\d+)/.exec(await play.operator.metrics()) ?? [];
    return Number(count);
  }

  const renewed = async (db: Leased): Promise<void> => {
    const last = await db.renewedAt();
    await play.until('it was renewed', async () => (await db.renewedAt()) > last, 60_000);
  };

  /** Nothing was issued, written or restarted since. */
  async function isUntouched(db: Leased, user: string): Promise<void> {
    assert.equal(await db.user(), user);
    assert.equal(await db.issues(), 1);
    assert.equal(await db.restarts(), 0);
    assert.ok(await db.exists(user));
  }

  it('tells at its start, before anybody wants a credential, what is missing, and when it is there', async () => {
    const times = (what: RegExp): number => play.operator.logs().match(what)?.length ?? 0;
    const missing = /"message":"[\w ]* cannot be encrypted: [^"]*; none has the label"/g;
    const there = /records can be encrypted/g;
    await play.until('all is there', async () => times(there) === 1);
    assert.equal(times(missing), 0);

    await killed(ENCRYPTED, () => key.label({}));
    await play.until('it is told', async () => times(missing) === 1);
    await key.label();
    await play.until('it is told', async () => times(there) === 2, 120_000);

    assert.equal(times(missing), 1, 'a trouble is told once');
  });

  it('holds no token that a reader of Secrets could use, renews and gives back', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 6 }));

    const user = await db.applied();
    const [record] = await db.ledger();
    const texts = textsOf(record);
    assert.deepEqual(Object.keys(texts).sort(), ['ciphertext', 'record']);
    assert.match(texts['ciphertext'] ?? '', /^vault:v1:/);
    assert.doesNotMatch(JSON.stringify(texts), /hvs\./);
    await renewed(db);
    await isUntouched(db, user);
    await db.remove();

    await db.holds(0);
    assert.equal(await db.exists(user), false);
  });

  it('survives a killed operator: nothing is issued, written or restarted', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 8 }));
    const user = await db.applied();
    const version = (await db.secret())?.metadata.resourceVersion;

    await killed(ENCRYPTED);
    await renewed(db);

    await isUntouched(db, user);
    assert.equal((await db.secret())?.metadata.resourceVersion, version);
    await db.remove();
    await db.holds(0);
  });

  it('renews and gives back while Transit is denied, and issues nothing', async () => {
    const [db, other] = [
      new Leased(play, await tenant(play, { leaseTtl: 6 })),
      new Leased(play, await tenant(play)),
    ];
    const user = await db.applied();

    await key.allow();
    await renewed(db);
    await renewed(db);
    await isUntouched(db, user);
    await db.remove();
    await db.holds(0);
    await other.edited();
    await play.until('it is refused', async () =>
      (await other.condition('Ready'))?.message.includes('cannot be encrypted'),
    );
    assert.match((await other.condition('Ready'))?.message ?? '', /transit\/encrypt.*update/);
    await key.allow('encrypt', 'decrypt');

    await play.until(
      'it is ready',
      async () => (await other.condition('Ready'))?.status === 'True',
      120_000,
    );
    await other.remove();
    await other.holds(0);
  });

  it('gives back what retired before a crash', async () => {
    const db = new Leased(play, await tenant(play));
    await db.applied();

    await killed(ENCRYPTED, () => db.remove());

    await db.holds(0);
  });

  it('that cannot be decrypted at a start: everything else goes on, and nothing is lost', async () => {
    const home = await tenant(play, { leaseTtl: 120 });
    const [db, sights] = [new Leased(play, home), new Sights(play, home)];
    const user = await db.applied();
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { a: '1' });

    await killed(ENCRYPTED, () => key.allow('encrypt'));
    await home.staticSecret('app');
    await sights.synced('app');
    await play.until('it is told', async () =>
      (await db.condition('Healthy'))?.message.startsWith('LedgerLocked'),
    );
    assert.match(
      (await db.condition('Healthy'))?.message ?? '',
      /cannot be decrypted.*transit\/decrypt/,
    );
    assert.equal((await db.condition('Ready'))?.status, 'True', 'the credential lives');
    assert.equal(await locked(), 1);
    await play.pass(5_000);
    await isUntouched(db, user);
    assert.match(play.operator.logs(), /lease records cannot be opened/);
    await key.allow('encrypt', 'decrypt');

    await play.until('it is opened', async () => (await locked()) === 0, 120_000);
    await play.until(
      'it is healthy',
      async () => (await db.condition('Healthy'))?.status === 'True',
    );
    await isUntouched(db, user);
    await db.remove();
    await db.holds(0);
  });

  it('waits for a sealed Vault', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 120 }));
    const user = await db.applied();

    await killed(ENCRYPTED, () => play.sealVault());
    await play.until('it is told', async () => (await db.condition('Healthy'))?.status === 'False');
    await play.unsealVault();

    await play.until('it is opened', async () => (await locked()) === 0, 120_000);
    await play.until(
      'it is healthy',
      async () => (await db.condition('Healthy'))?.status === 'True',
      90_000,
    );
    await isUntouched(db, user);
    await db.remove();
    await db.holds(0);
  });

  it('takes over plain records and gives them back to those who want them plain', async () => {
    const [one, other] = [
      new Leased(play, await tenant(play, { leaseTtl: 10 })),
      new Leased(play, await tenant(play, { leaseTtl: 10 })),
    ];
    const users = [await one.applied(), await other.applied()] as const;

    await killed(PLAIN);
    await isIn(one, 'token');
    await isIn(other, 'token');
    await renewed(one);
    await killed(ENCRYPTED);
    await isIn(one, 'ciphertext');
    await isIn(other, 'ciphertext');
    await renewed(one);

    await isUntouched(one, users[0]);
    await isUntouched(other, users[1]);
    for (const db of [one, other]) {
      await db.remove();
      await db.holds(0);
    }
  });

  it('refuses the token of another record, and opens the others', async () => {
    const home = await tenant(play);
    const [one, other] = [new Leased(play, home, 'one'), new Leased(play, home, 'other')];
    const user = await one.applied();
    await other.applied();
    const [[mine], [theirs]] = [await one.ledger(), await other.ledger()];
    const put = (ciphertext: string) =>
      play.kube.patch('secrets', play.operatorNamespace, mine?.metadata.name ?? '', {
        data: { ciphertext },
      });

    await killed(ENCRYPTED, () => put(theirs?.['data'].ciphertext));
    await play.until('it is told', async () =>
      (await one.condition('Healthy'))?.message.startsWith('LedgerLocked'),
    );
    assert.match((await one.condition('Healthy'))?.message ?? '', /belongs to another record/);
    assert.equal((await other.condition('Healthy'))?.status, 'True');
    assert.equal(await locked(), 1);
    assert.ok(await one.exists(user));
    await put(mine?.['data'].ciphertext);
    await killed(ENCRYPTED);

    await play.until(
      'it is opened',
      async () => (await one.condition('Healthy'))?.status === 'True',
    );
    assert.equal(await one.user(), user);
    for (const db of [one, other]) await db.remove();
    await one.holds(0);
  });

  for (const [sentence, label, mend, found] of [
    ['without a key', () => key.label({}), () => key.label(), '; none has the label'],
    [
      'with two keys',
      () => key.label({ cacheStorageEncryption: 'true' }, 'second'),
      () => key.remove('second'),
      '; lease-records and second have the label',
    ],
    [
      'with a key that is not there',
      () => key.name('lease-records-elsewhere'),
      () => key.label(),
      'The key must exist, too',
    ],
    [
      'with a key that binds nothing',
      () => key.replaceBy('rsa-2048'),
      () => key.label(),
      'such as aes256-gcm96',
    ],
  ] as const)
    it(`${sentence} issues nothing, says what is missing, and leaves nothing behind`, async () => {
      const db = new Leased(play, await tenant(play));

      await label();
      await db.edited();
      await play.until('it is refused', async () =>
        (await db.condition('Ready'))?.message.includes(found),
      );
      const { reason, message = '' } = (await db.condition('Ready')) ?? {};
      assert.match(reason ?? '', /^(StorageEncryption(Invalid|Failed)|PermissionDenied)$/);
      assert.match(
        message,
        /cannot be encrypted: .*(cacheStorageEncryption=true|Transit mount transit|transit\/encrypt)/,
      );
      assert.deepEqual(await db.leases(), []);
      await play.until(
        'no token is left',
        async () => (await play.vault.accessorsOf(db.home.role)).length === 0,
      );
      await mend();

      await play.until(
        'it is ready',
        async () => (await db.condition('Ready'))?.status === 'True',
        120_000,
      );
      await db.remove();
      await db.holds(0);
    });
});
