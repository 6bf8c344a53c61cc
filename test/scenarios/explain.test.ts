/** The commands for people, as processes with kubeconfigs of their own, against servers that are in use. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { certified } from '../stage/certified.ts';
import { FLAGS, Leased } from '../stage/leased.ts';
import { EVERYTHING, type Person, person } from '../stage/person.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const CANARY = 'canary-of-the-value';
/** Of a certificate: its serial number is in events. */
const PUBLIC = new Set(['serial_number']);
/** What is shorter may be in a text by chance. */
const SHORTEST = 8;

let play: Stage;

before(async () => {
  play = await stage();
  await play.operator.start({ args: [...FLAGS, '--leader-elect=true'] });
});
after(closeStage);

interface Ground {
  readonly home: Tenant;
  readonly sights: Sights;
  readonly admin: Person;
  /** Explains, and sees to it that no value of a Secret is told. */
  readonly explained: (...words: readonly string[]) => Promise<string>;
}

async function ground(options: object = {}): Promise<Ground> {
  const home = await tenant(play, options);
  const admin = await person(play, home.namespace, 'admin', [EVERYTHING]);
  const explained = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await admin.run('explain', '-n', home.namespace, ...words);
    assert.equal(stderr, '');
    assert.equal(code, 0);
    await tellsNoValue(home, stdout);
    return stdout;
  };
  return { home, sights: new Sights(play, home), admin, explained };
}

/** Neither of the tenant's Secrets nor of the operator's, among which are Vault tokens, in any form. */
async function tellsNoValue(home: Tenant, said: string): Promise<void> {
  const namespaces = [home.namespace, play.operatorNamespace];
  const lists = await Promise.all(namespaces.map((each) => play.kube.list('secrets', each)));
  const values = lists.flat().flatMap(({ data }) => Object.entries<string>(data ?? {}));
  for (const [key, encoded] of values.filter(([name]) => !PUBLIC.has(name))) {
    const value = Buffer.from(encoded, 'base64').toString();
    const isTold = value.length >= SHORTEST && [value, encoded].some((form) => said.includes(form));
    assert.ok(!isTold, `the value of ${key} is told`);
  }
}

/** The value after a label of the text form. */
function field(text: string, label: string): string | undefined {
  return new RegExp(`^ {2}${label}: +(.*)$`, 'mu').exec(text)?.[1];
}

describe('explain', () => {
  it('tells of a static secret that is well who it is, what it asks and what comes next', async () => {
    const { home, sights, explained } = await ground();
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { password: CANARY });
    await home.staticSecret('app', { refreshAfter: '60s' });
    await sights.synced('app');

    const text = await explained('vaultstaticsecret/app');

    assert.equal(text.split('\n')[0], `VaultStaticSecret ${home.namespace}/app`);
    assert.equal(field(text, 'State'), 'Ready');
    assert.equal(field(text, 'Waits for'), 'nothing');
    assert.equal(field(text, 'Next'), 'Vault is read again 48 to 54 s after the last time');
    assert.equal(field(text, 'Service account'), `${home.namespace}/app`);
    assert.equal(field(text, 'Role'), home.role);
    assert.equal(field(text, 'Mount'), 'kubernetes');
    assert.equal(field(text, 'Request'), `GET kv/data/${home.prefix}/app`);
    assert.equal(field(text, 'Secret'), 'app: there, made for this object');
    assert.match(
      text,
      new RegExp(`path "kv/data/${home.prefix}/app" \\{\n +capabilities = \\["read"\\]`),
    );
    assert.match(text, new RegExp(`VaultConnection ${home.namespace}/vault: found`));
    assert.match(
      field(text, 'Operator') ?? '',
      new RegExp(`(leads|led) in ${play.operatorNamespace}`),
    );
    assert.match(text, /SecretSynced/);
    assert.ok(!text.includes(CANARY));
  });

  it('tells of a leased secret its lease, its record and how its workloads roll out', async () => {
    const { home, explained } = await ground();
    const db = new Leased(play, home);
    const user = await db.applied();
    await play.kube.patch('vaultdynamicsecrets', home.namespace, 'db', {
      metadata: { annotations: { 'vault-lease-operator/rotate': '1' } },
    });
    await db.replaced(user);
    await db.restarted(1);
    await db.holds(1);
    const status = (await db.object())?.['status'];

    const text = await explained('vds', 'db');

    assert.equal(field(text, 'State'), 'Ready');
    assert.equal(field(text, 'Lease'), status.secretLease.id);
    assert.match(
      field(text, 'On record') ?? '',
      new RegExp(`^${status.revision}: current, since `),
    );
    assert.match(text, /Deployment web: restarted/);
    assert.match(field(text, 'Next') ?? '', /^the lease is renewed/);
  });

  it('names the reference that is missing, the namespace that was searched and the remedy', async () => {
    const { home, sights, explained } = await ground();
    await home.staticSecret('app', { vaultAuthRef: 'nobody' });
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False VaultAuthNotFound');

    const text = await explained('vss/app');

    assert.equal(field(text, 'State'), 'NotReady');
    assert.equal(field(text, 'Blocked by'), `VaultAuth ${home.namespace}/nobody`);
    assert.match(text, new RegExp(`VaultAuth ${home.namespace}/nobody: does not exist`));
    assert.match(text, new RegExp(`does not exist in namespace ${home.namespace}`));
    assert.match(
      text,
      /VaultAuthNotFound \(this object\)\n.*create it or correct spec\.vaultAuthRef/,
    );
  });

  it('names the connection that blocks, with its trouble', async () => {
    const { home, sights, explained } = await ground();
    await home.apply('VaultConnection', 'vault', { address: 'https://127.0.0.1:1' });
    await sights.until('vaultconnections', 'vault', 'Ready', 'False VaultUnreachable');
    await home.staticSecret('app');
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False VaultUnreachable');

    const text = await explained('vss/app');

    assert.equal(field(text, 'Blocked by'), `VaultConnection ${home.namespace}/vault`);
    assert.match(text, /Check the address, the network and that Vault runs\./);
    assert.match(await explained('vaultconnections/vault'), /VaultUnreachable \(this object\)/);
  });

  it('asks Vault when told to, names the capability that is missing and gives its token back', async () => {
    const { home, sights, explained } = await ground();
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { password: CANARY });
    await home.staticSecret('app');
    await home.staticSecret('other', { path: 'elsewhere/app' });
    await sights.synced('app');
    await sights.until('vaultstaticsecrets', 'other', 'Ready', 'False PermissionDenied');
    const before = await play.vault.accessorsOf(home.role);

    assert.equal(field(await explained('vss/app', '--ask-vault'), 'Vault says'), 'allowed (read)');
    const refused = await explained('vss/other', '--ask-vault');

    assert.equal(field(refused, 'Vault says'), 'not allowed (deny)');
    assert.match(refused, /lack "read" on kv\/data\/elsewhere\/app/);
    assert.match(refused, /> path "kv\/data\/elsewhere\/app" \{\n +> +capabilities = \["read"\]/);
    assert.deepEqual(await play.vault.accessorsOf(home.role), before);
  });

  it('says why Vault does not let the login in', async () => {
    const { home, sights, explained } = await ground();
    await home.apply('VaultAuth', 'wrong', {
      vaultConnectionRef: 'vault',
      method: 'kubernetes',
      mount: 'kubernetes',
      kubernetes: { role: 'no-such-role', serviceAccount: 'app' },
    });
    await home.staticSecret('app', { vaultAuthRef: 'wrong' });
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False LoginDenied');

    const text = await explained('vss/app', '--ask-vault');

    assert.match(text, new RegExp(`LoginDenied \\(VaultAuth ${home.namespace}/wrong\\)`));
    assert.match(text, /Check role, bound service account, audience and mount/);
  });

  it('tells what is refused by the field, and what is paused by whom', async () => {
    const { home, sights, explained } = await ground();
    await home.staticSecret('app', { syncConfig: { instantUpdates: true } });
    await sights.until('vaultstaticsecrets', 'app', 'Stalled', 'True');
    const refused = await explained('vss/app');
    assert.equal(field(refused, 'State'), 'Stalled');
    assert.match(field(refused, 'Waits for') ?? '', /^a change of this object: spec\.syncConfig/);

    const annotations = { 'vault-lease-operator/paused': 'true' };
    await play.kube.patch('namespaces', '', home.namespace, { metadata: { annotations } });
    const paused = await explained('vss/app');
    assert.equal(field(paused, 'State'), 'Paused');
    assert.match(field(paused, 'Waits for') ?? '', /resume its namespace/);
  });

  it('explains all seven kinds, for programs too', async () => {
    const { home, sights, explained } = await ground();
    await home.apply('VaultAuthGlobal', 'all', { defaultMount: 'kubernetes' });
    await home.apply('VaultPKISecret', 'tls', {
      vaultAuthRef: 'app',
      mount: 'pki',
      role: 'web',
      commonName: 'web.example',
      destination: { name: 'tls', create: true },
    });
    await home.apply('SecretTransformation', 'shape', { templates: { a: { text: 'b' } } });
    await home.dynamicSecret('db');
    await home.staticSecret('app');
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False SourceMissing');
    const subjects = {
      'VaultConnection/vault': 'vault',
      'vaultauth/app': 'app',
      'vaultauthglobals/all': 'all',
      'vss/app': 'app',
      'vds/db': 'db',
      'vps/tls': 'tls',
      'secrettransformations.secrets.hashicorp.com/shape': 'shape',
    };
    for (const [subject, name] of Object.entries(subjects)) {
      const json = JSON.parse(await explained(subject, '-o', 'json'));
      assert.equal(json.object.name, name);
      assert.equal(typeof json.waitsFor, 'string');
    }
  });

  it('goes on without the rights to see everything, and says what it may not see', async () => {
    const { home, sights } = await ground();
    const group = 'secrets.hashicorp.com';
    const viewer = await person(play, home.namespace, 'viewer', [
      { apiGroups: [group], resources: ['vaultstaticsecrets'], verbs: ['get'] },
    ]);
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { password: CANARY });
    await home.staticSecret('app');
    await sights.synced('app');

    const { code, stdout } = await viewer.run('explain', 'vss/app', '-n', home.namespace);
    assert.equal(code, 0);
    assert.equal(field(stdout, 'State'), 'NotReady');
    assert.match(stdout, /you may not get vaultauths\.secrets\.hashicorp\.com in namespace/);
    assert.match(stdout, /you may not get leases\.coordination\.k8s\.io in namespace/);

    const denied = await viewer.run('explain', 'vds/db', '-n', home.namespace);
    assert.equal(denied.code, 1);
    assert.match(denied.stderr, /^error: you may not get vaultdynamicsecrets/);
  });

  it('ends with a sentence and a code for what is not there and what is not meant', async () => {
    const { home, admin } = await ground();
    const missing = await admin.run('explain', 'vss/none', '-n', home.namespace);
    assert.deepEqual(missing, {
      code: 1,
      stdout: '',
      stderr: `error: there is no VaultStaticSecret none in namespace ${home.namespace}\n`,
    });
    const wrong = await admin.run('explain', 'pods/none');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /^error: explain needs KIND\/NAME/);
  });
});

describe('explain of a certificate', () => {
  it('tells what it asks, what it needs and until when it is replaced', async () => {
    const web = await certified(play);
    const certificate = await web.applied();
    const admin = await person(play, web.home.namespace, 'admin', [EVERYTHING]);

    const { stdout } = await admin.run('explain', `vps/${web.name}`, '-n', web.home.namespace);

    await tellsNoValue(web.home, stdout);
    assert.equal(field(stdout, 'State'), 'Ready');
    assert.equal(field(stdout, 'Request'), `PUT pki/issue/${web.role}`);
    assert.match(
      stdout,
      new RegExp(`path "pki/issue/${web.role}" \\{\n +capabilities = \\["update"\\]`),
    );
    assert.match(field(stdout, 'On record') ?? '', /: current, since /);
    const next = /^a new certificate is issued, (?:at the latest at (\S+)|which is due)$/u.exec(
      field(stdout, 'Next') ?? '',
    );
    assert.ok(next);
    if (next[1]) assert.ok(Date.parse(next[1]) < certificate.validToDate.getTime());
  });
});

describe('sync, pause and resume', () => {
  it('ask for a look, a new credential, and to be left alone', async () => {
    const { home, admin } = await ground();
    const db = new Leased(play, home);
    const user = await db.applied();
    const onDb = async (...words: readonly string[]) => {
      const ran = await admin.run(...words, '-n', home.namespace);
      assert.equal(ran.stderr, '');
      assert.equal(ran.code, 0);
      return ran.stdout;
    };
    const handled = async (name: string) => (await db.object())?.['status'][name];

    const asked = await onDb('sync', 'vds/db', '--rotate');
    const [, value = ''] = /handledRotateRequest\}'=(\S+)/u.exec(asked) ?? [];
    await db.replaced(user);
    await play.until('it is done', async () => (await handled('handledRotateRequest')) === value);

    assert.match(await onDb('pause', 'vaultdynamicsecrets', 'db'), /is paused/);
    await play.until('it is paused', async () => (await db.condition('Paused'))?.status === 'True');
    assert.match(await onDb('sync', 'vds/db'), /nothing happens before it is resumed/);
    assert.match(await onDb('pause', `namespace/${home.namespace}`), /is paused/);
    assert.match(await onDb('resume', 'vds/db'), /Its namespace is still paused/);
    await onDb('resume', `ns/${home.namespace}`);

    await play.until(
      'it is resumed',
      async () => (await db.condition('Paused')) === undefined,
      40_000,
    );
    await play.until(
      'it looks',
      async () => (await handled('handledSyncRequest')) !== undefined,
      40_000,
    );
  });

  it('refuse what writes no Secret', async () => {
    const { admin } = await ground();
    const { code, stderr } = await admin.run('pause', 'vaultauth/app');
    assert.equal(code, 2);
    assert.match(stderr, /a VaultAuth cannot be paused/);
  });
});
