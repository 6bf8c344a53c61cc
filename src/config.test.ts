import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, helpText, readConfig, type Surroundings } from './config.ts';
import { parseGoDuration } from './go-duration.ts';
import { OPTIONS } from './options.ts';

function around(args: readonly string[], env: Surroundings['env'] = {}): Surroundings {
  return { args, env, hostname: 'host', podNamespace: undefined };
}

describe('readConfig', () => {
  it("has VSO's defaults", () => {
    const config = readConfig(around([]));
    assert.equal(config.leaderElect, true);
    assert.equal(config.metricsAddress, ':8080');
    assert.equal(config.healthAddress, ':8081');
    assert.equal(config.metricsPerObject, 500);
    assert.equal(config.concurrency, 100);
    assert.equal(config.allowDefaultGlobals, true);
    assert.equal(config.operatorNamespace, 'default');
    assert.deepEqual(config.backoff, {
      initialMs: 5_000,
      maxMs: 60_000,
      multiplier: 1.5,
      randomization: 0.5,
    });
  });

  it('keeps the ledger unless it is told not to', () => {
    const model = '--client-cache-persistence-model';
    assert.equal(readConfig(around([])).ledger, 'plain');
    assert.equal(readConfig(around([model, 'direct-unencrypted'])).ledger, 'plain');
    assert.equal(readConfig(around([`${model}=none`])).ledger, 'none');
  });

  for (const [sentence, args] of [
    ['one dash', ['-leader-elect=false']],
    ['two dashes', ['--leader-elect=false']],
    ["Go's short words", ['--leader-elect=f']],
  ] as const)
    it(`takes ${sentence}`, () => assert.equal(readConfig(around(args)).leaderElect, false));

  it('takes a bare boolean as true and a value from the next word', () => {
    const config = readConfig(around(['--zap-devel', '--zap-log-level', 'debug']));
    assert.deepEqual(config.log, { level: 'debug', encoding: 'console' });
  });

  it('lets a set variable beat the flag, and an empty one not', () => {
    const flag = ['--max-concurrent-reconciles=5'];
    const at = (text: string): number =>
      readConfig(around(flag, { VSO_MAX_CONCURRENT_RECONCILES: text })).concurrency;
    assert.equal(at('7'), 7);
    assert.equal(at(''), 5);
  });

  it("finds the namespace in the pod before the variable, and the pod's name", () => {
    const env = { OPERATOR_NAMESPACE: 'var', OPERATOR_POD_NAME: 'pod-1' };
    assert.equal(readConfig(around([], env)).operatorNamespace, 'var');
    assert.equal(
      readConfig({ ...around([], env), podNamespace: 'file' }).operatorNamespace,
      'file',
    );
    assert.equal(readConfig(around([], env)).replica, 'pod-1');
  });

  it('shows no object by itself when told so', () => {
    assert.equal(readConfig(around(['--metrics-per-object=0'])).metricsPerObject, 0);
    const env = { VLO_METRICS_PER_OBJECT: '7' };
    assert.equal(readConfig(around([], env)).metricsPerObject, 7);
  });

  it('watches all namespaces, or those named and its own', () => {
    const env = { OPERATOR_NAMESPACE: 'ops' };
    const at = (text: string): readonly string[] =>
      readConfig(around([`--watch-namespaces=${text}`], env)).watchNamespaces;
    assert.deepEqual(readConfig(around([], env)).watchNamespaces, []);
    assert.deepEqual(at(''), []);
    assert.deepEqual(at('team-b, team-a,,team-b'), ['ops', 'team-a', 'team-b']);
    assert.deepEqual(at('ops'), ['ops']);
    const variable = { ...env, VLO_WATCH_NAMESPACES: 'team-a' };
    assert.deepEqual(readConfig(around([], variable)).watchNamespaces, ['ops', 'team-a']);
  });

  it('says which options have no effect', () => {
    const { notes } = readConfig(around(['--kube-client-qps=100', '--zap-log-level=info']));
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', /--kube-client-qps was given and has no effect/);
  });

  it('knows what else it may be asked', () => {
    assert.equal(readConfig(around(['--help'])).action, 'help');
    assert.equal(readConfig(around(['-version'])).action, 'version');
    assert.equal(readConfig(around(['--uninstall'])).action, 'uninstall');
  });

  describe('hardening', () => {
    const hardening = (...args: readonly string[]) => readConfig(around(args)).hardening;
    const isFine = (rule: ReturnType<typeof hardening>['addresses'], address: string) =>
      rule?.flawOf(new URL(address)) === undefined;

    it('is off unless it is asked for', () => {
      const rules = hardening();
      assert.equal(rules.addresses, undefined);
      assert.deepEqual(
        [rules.audienceRequired, rules.openAuths, rules.skipTlsVerifyAllowed],
        [false, 'any', true],
      );
      assert.equal(rules.secretIdPathsAllowed, true);
    });

    it('is every rule at once, with nothing listed', () => {
      const rules = hardening('--hardened');
      assert.equal(isFine(rules.addresses, 'https://vault.example.com'), false);
      assert.deepEqual(
        [rules.audienceRequired, rules.openAuths, rules.skipTlsVerifyAllowed],
        [true, [], false],
      );
      assert.equal(rules.secretIdPathsAllowed, false);
    });

    it('lets a rule that is given stand for itself', () => {
      const rules = hardening(
        '--hardened',
        '--allowed-vault-addresses=*, 10.0.0.0/8',
        '--require-audience=false',
        '--open-vault-auths=*',
        '--allow-skip-tls-verify',
      );
      assert.equal(isFine(rules.addresses, 'https://vault.example.com'), true);
      assert.equal(isFine(rules.addresses, 'https://127.0.0.1'), false);
      assert.deepEqual(
        [rules.audienceRequired, rules.openAuths, rules.skipTlsVerifyAllowed],
        [false, 'any', true],
      );
    });

    it('can be one rule alone', () => {
      const rules = hardening('--open-vault-auths=infra/a,infra/b');
      assert.deepEqual(rules.openAuths, ['infra/a', 'infra/b']);
      assert.equal(rules.addresses, undefined);
      assert.equal(hardening('--require-audience').audienceRequired, true);
      assert.equal(hardening('--allow-skip-tls-verify=false').skipTlsVerifyAllowed, false);
      assert.notEqual(hardening('--allowed-vault-addresses=vault').addresses, undefined);
    });

    it('can be asked for by variables', () => {
      const env = { VLO_HARDENED: 'true', VLO_ALLOWED_VAULT_ADDRESSES: 'vault.example.com' };
      const { hardening: rules } = readConfig(around([], env));
      assert.equal(rules.audienceRequired, true);
      assert.equal(isFine(rules.addresses, 'https://vault.example.com'), true);
    });
  });

  for (const [sentence, args, pattern] of [
    [
      'a list of addresses with a path',
      ['--allowed-vault-addresses=vault/ui'],
      /--allowed-vault-addresses: "vault\/ui" is no address/,
    ],
    ['a flag that nobody knows', ['--nope'], /unknown flag --nope/],
    ['a word that is no flag', ['run'], /unknown flag run/],
    ['a namespace that cannot be', ['--watch-namespaces=a,B'], /--watch-namespaces: "B" is no/],
    ['a flag without its value', ['--kubeconfig'], /--kubeconfig needs a value/],
    ['a boolean that is none', ['--leader-elect=maybe'], /--leader-elect must be true or false/],
    ['a number that is none', ['--client-cache-size=many'], /--client-cache-size must be a number/],
    ['no workers', ['--max-concurrent-reconciles=0'], /must be a whole number of at least 1/],
    ['a duration that is none', ['--lease-overlap=1d'], /--lease-overlap must be a duration/],
    ['a multiplier of zero', ['--backoff-multiplier=0'], /must be greater than 0/],
    ['an address that is none', ['--metrics-bind-address=x'], /--metrics-bind-address/],
    ['a level that is none', ['--zap-log-level=loud'], /--zap-log-level must be/],
    [
      'a storage that nobody knows',
      ['--client-cache-persistence-model=encrypted'],
      /must be none, direct-unencrypted or direct-encrypted/,
    ],
  ] as const)
    it(`refuses ${sentence}`, () => {
      assert.throws(
        () => readConfig(around(args)),
        (error) => error instanceof ConfigError && pattern.test(error.message),
      );
    });
});

describe('helpText', () => {
  it('has a line for every option', () => {
    for (const name of Object.keys(OPTIONS)) assert.match(helpText(), new RegExp(`--${name}\\b`));
  });
});

describe('parseGoDuration', () => {
  for (const [text, ms] of [
    ['0', 0],
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['500ms', 500],
    ['.5s', 500],
  ] as const)
    it(`reads ${text}`, () => assert.equal(parseGoDuration(text), ms));

  for (const text of ['', '5', '-5s', '1d', 's', '1s ', '1s2'])
    it(`refuses "${text}"`, () => assert.throws(() => parseGoDuration(text), RangeError));
});
