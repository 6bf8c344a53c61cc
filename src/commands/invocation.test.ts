import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readInvocation, UsageError } from './invocation.ts';
import { subjectOf } from './subject.ts';

describe('KIND/NAME', () => {
  const rows: readonly [string, string, string | undefined][] = [
    ['the kind', 'VaultStaticSecret/app', 'VaultStaticSecret'],
    ['the plural', 'vaultdynamicsecrets/app', 'VaultDynamicSecret'],
    ['the singular in any case', 'vaultPKIsecret/app', 'VaultPKISecret'],
    ['the group with it', 'vaultauths.secrets.hashicorp.com/app', 'VaultAuth'],
    ['a short form', 'vss/app', 'VaultStaticSecret'],
    ['two words', 'vds app', 'VaultDynamicSecret'],
    ['a namespace', 'ns/team', 'Namespace'],
    ['a kind of others', 'pods/app', undefined],
    ['no name', 'vss', undefined],
    ['an empty name', 'vss/', undefined],
    ['three parts', 'vss/a/b', undefined],
    ['three words', 'vss a b', undefined],
  ];
  for (const [sentence, words, kind] of rows)
    it(`is read: ${sentence}`, () => assert.equal(subjectOf(words.split(' '))?.kind, kind));
});

describe('a command line', () => {
  const read = (words: string) => readInvocation(words.split(' ').filter(Boolean));

  it('takes flags and names in any order, as kubectl does', () => {
    const flags = {
      namespace: 'team',
      kubeconfig: undefined,
      context: 'prod',
      output: 'json',
      operatorNamespace: undefined,
      askVault: true,
      vaultAddress: undefined,
      rotate: false,
    };
    const wanted = {
      command: 'explain',
      subject: { kind: 'VaultStaticSecret', name: 'app' },
      flags,
    };
    for (const words of [
      'explain vss/app -n team --context prod -o json --ask-vault',
      '-n team --context=prod explain --ask-vault -ojson vss app',
    ])
      assert.deepEqual(read(words), wanted);
  });

  it('asks for help in all the usual ways', () => {
    assert.deepEqual(read(''), {});
    assert.deepEqual(read('--help'), {});
    assert.deepEqual(read('help sync'), { helpOn: 'sync' });
    assert.deepEqual(read('sync -h'), { helpOn: 'sync' });
  });

  const refused: readonly [string, RegExp][] = [
    ['dance vss/app', /no command "dance"/],
    ['explain', /explain needs KIND\/NAME/],
    ['explain vss/app -o yaml', /-o must be text or json, not "yaml"/],
    ['explain vss/app --vault-address localhost:8200', /--vault-address must be an address/],
    ['pause vss/app --rotate', /--rotate belongs to sync, not to pause/],
    ['sync vss/app --ask-vault', /--ask-vault belongs to explain, not to sync/],
    ['explain vss/app --nope', /Unknown option '--nope'; see --help/],
  ];
  for (const [words, sentence] of refused)
    it(`is refused: ${words}`, () =>
      assert.throws(() => read(words), { name: UsageError.name, message: sentence }));
});
