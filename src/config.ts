/**
 * Flags and environment to a frozen Config. Names, defaults and the rule "a set variable beats the flag" are VSO's,
 * so that its Deployments run unchanged; what has no meaning here is accepted and said so. Throws ConfigError with
 * a text for the person who wrote the flag.
 */
import { parseGoDuration } from './go-duration.ts';
import { OPTIONS, type Option, type OptionName } from './options.ts';
import { AddressRule } from './plan/identity/address-rule.ts';
import type { HardenedRules } from './plan/identity/hardening.ts';
import { isLegalNamespace } from './plan/identity/references.ts';
import type { LogLevel } from './runtime/observer.ts';
import { parseAddress } from './telemetry/address.ts';
import { logLevelOf } from './telemetry/logger.ts';

export class ConfigError extends Error {
  override name = 'ConfigError';
}

export type LedgerStorage = 'plain' | 'encrypted' | 'none';
/** Whether leased credentials have Vault tokens of their own: see ledger/owning-token.ts. */
export type TokenMode = 'isolated' | 'shared';

export interface Config {
  readonly action: 'run' | 'help' | 'version' | 'uninstall';
  readonly kubeconfig: string | undefined;
  readonly leaderElect: boolean;
  readonly metricsAddress: string;
  /** Most objects that have metrics of their own. */
  readonly metricsPerObject: number;
  readonly healthAddress: string;
  readonly clientCacheSize: number;
  readonly concurrency: number;
  readonly excludeRaw: boolean;
  readonly allowDefaultGlobals: boolean;
  readonly hardening: HardenedRules;
  readonly ledger: LedgerStorage;
  readonly tokenMode: TokenMode;
  readonly overlapMs: number;
  readonly ownerGraceMs: number;
  /** How long nothing is given back after a restore of the cluster; 0 for no pause. */
  readonly restoreQuietMs: number;
  readonly backoff: {
    readonly initialMs: number;
    readonly maxMs: number;
    readonly multiplier: number;
    readonly randomization: number;
  };
  readonly log: { readonly level: LogLevel; readonly encoding: 'json' | 'console' };
  readonly operatorNamespace: string;
  /** With the operator's own; none means all. */
  readonly watchNamespaces: readonly string[];
  readonly replica: string;
  /** Sentences for the log: options that were given and mean nothing here. */
  readonly notes: readonly string[];
}

export interface Surroundings {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  /** The namespace file of the pod's service account, when there is one. */
  readonly podNamespace: string | undefined;
}

type Given = ReadonlyMap<OptionName, string>;

export function readConfig(around: Surroundings): Config {
  const given = withEnvironment(parseFlags(around.args), around.env);
  const value = (name: OptionName): string => given.get(name) ?? OPTIONS[name].default;
  const flag = (name: OptionName): boolean => booleanOf(name, value(name));
  const number = (name: OptionName): number => numberOf(name, value(name));
  const count = (name: OptionName): number => countOf(name, value(name));
  const duration = (name: OptionName): number => durationOf(name, value(name));
  const operatorNamespace = around.podNamespace ?? around.env['OPERATOR_NAMESPACE'] ?? 'default';
  return {
    action: actionOf(flag),
    kubeconfig: value('kubeconfig') || undefined,
    leaderElect: flag('leader-elect'),
    metricsAddress: addressOf('metrics-bind-address', value('metrics-bind-address')),
    metricsPerObject: number('metrics-per-object'),
    healthAddress: addressOf('health-probe-bind-address', value('health-probe-bind-address')),
    clientCacheSize: count('client-cache-size'),
    concurrency: count(
      given.has('max-concurrent-reconciles')
        ? 'max-concurrent-reconciles'
        : 'max-concurrent-reconciles-vds',
    ),
    excludeRaw: listOf(value('global-transformation-options')).includes('exclude-raw'),
    allowDefaultGlobals: listOf(value('global-vault-auth-options')).includes(
      'allow-default-globals',
    ),
    hardening: hardeningOf(given, value, flag),
    ledger: ledgerOf(value('client-cache-persistence-model')),
    tokenMode: tokenModeOf(value('token-mode')),
    overlapMs: duration('lease-overlap'),
    ownerGraceMs: duration('lease-owner-grace'),
    restoreQuietMs: duration('restore-quiet-period'),
    backoff: {
      initialMs: duration('backoff-initial-interval'),
      maxMs: duration('backoff-max-interval'),
      multiplier: multiplierOf(number('backoff-multiplier')),
      randomization: number('backoff-randomization-factor'),
    },
    log: {
      level: levelOf(value('zap-log-level')),
      encoding:
        value('zap-encoder') === 'console' || (flag('zap-devel') && !given.has('zap-encoder'))
          ? 'console'
          : 'json',
    },
    operatorNamespace,
    watchNamespaces: namespacesOf(value('watch-namespaces'), operatorNamespace),
    replica: around.env['OPERATOR_POD_NAME'] ?? around.hostname,
    notes: [...given.keys()].flatMap(noteOf),
  };
}

/** `--uninstall` is what VSO's pre-delete job calls: there is nothing to take off, so it ends well at once. */
function actionOf(flag: (name: OptionName) => boolean): Config['action'] {
  if (flag('help')) return 'help';
  if (flag('version')) return 'version';
  return flag('uninstall') ? 'uninstall' : 'run';
}

/** A rule that is given stands for itself; the others follow --hardened. */
function hardeningOf(
  given: Given,
  value: (name: OptionName) => string,
  flag: (name: OptionName) => boolean,
): HardenedRules {
  const hardened = flag('hardened');
  const ruled = (name: OptionName, otherwise: boolean): boolean =>
    given.has(name) ? flag(name) : otherwise;
  const addresses = 'allowed-vault-addresses';
  const open = listOf(value('open-vault-auths')).filter(Boolean);
  const isAnyOpen = open.includes('*') || (open.length === 0 && !hardened);
  return {
    addresses:
      hardened || value(addresses) !== '' ? addressRuleOf(addresses, value(addresses)) : undefined,
    audienceRequired: ruled('require-audience', hardened),
    apiServerAudiences: listOf(value('api-server-audiences')),
    openAuths: isAnyOpen ? 'any' : open,
    secretIdPathsAllowed: ruled('allow-secret-id-paths', !hardened),
    skipTlsVerifyAllowed: ruled('allow-skip-tls-verify', !hardened),
  };
}

function addressRuleOf(name: string, text: string): AddressRule {
  try {
    return new AddressRule(listOf(text));
  } catch (error) {
    throw new ConfigError(`flag --${name}: ${error instanceof Error ? error.message : ''}`);
  }
}

const COMMANDS_HINT =
  '       operator explain|sync|pause|resume KIND/NAME [flags]   for people; each has a --help';

/** The text of --help. */
export function helpText(): string {
  const lines = Object.entries<Option>(OPTIONS).map(([name, option]) => {
    const env = option.env ? ` (${option.env})` : '';
    const preset = option.default === '' ? '' : ` [${option.default}]`;
    return `  --${name}${env}${preset}\n        ${option.unused ? `Accepted, no effect: ${option.unused}` : option.meaning}`;
  });
  return [
    'Usage: operator [flags]',
    COMMANDS_HINT,
    '',
    'Flags (environment variable) [default]:',
    ...lines,
  ].join('\n');
}

/** Go's flag syntax: one dash or two, `=value` or the next word, a bare boolean is true. */
function parseFlags(args: readonly string[]): Map<OptionName, string> {
  const given = new Map<OptionName, string>();
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const match = /^--?([a-z][a-z0-9-]*)(?:=(.*))?$/su.exec(word);
    const name = match?.[1];
    if (!name || !isOption(name)) throw new ConfigError(`unknown flag ${word}; see --help`);
    given.set(name, match[2] ?? (OPTIONS[name].kind === 'bool' ? 'true' : nextWord(name, words)));
  }
  return given;
}

function nextWord(name: string, words: string[]): string {
  const word = words.shift();
  if (word === undefined) throw new ConfigError(`flag --${name} needs a value`);
  return word;
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

function withEnvironment(
  given: Map<OptionName, string>,
  env: Readonly<Record<string, string | undefined>>,
): Given {
  for (const name of Object.keys(OPTIONS).filter(isOption)) {
    const option: Option = OPTIONS[name];
    const value = option.env === undefined ? undefined : env[option.env];
    if (value !== undefined && value !== '') given.set(name, value);
  }
  return given;
}

function booleanOf(name: string, text: string): boolean {
  if (/^(1|t|true)$/iu.test(text)) return true;
  if (/^(0|f|false)$/iu.test(text)) return false;
  throw new ConfigError(`flag --${name} must be true or false, not "${text}"`);
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new ConfigError(`flag --${name} must be a number of at least 0, not "${text}"`);
  return value;
}

function countOf(name: string, text: string): number {
  const value = numberOf(name, text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new ConfigError(`flag --${name} must be a whole number of at least 1, not "${text}"`);
}

function addressOf(name: string, text: string): string {
  try {
    parseAddress(text);
    return text;
  } catch (error) {
    throw new ConfigError(`flag --${name}: ${error instanceof Error ? error.message : ''}`);
  }
}

function levelOf(text: string): LogLevel {
  const level = logLevelOf(text);
  if (level) return level;
  throw new ConfigError(
    `flag --zap-log-level must be debug, info, warn, error or a number, not "${text}"`,
  );
}

function durationOf(name: string, text: string): number {
  try {
    return parseGoDuration(text);
  } catch {
    throw new ConfigError(
      `flag --${name} must be a duration such as 30s, 1m30s or 1h, not "${text}"`,
    );
  }
}

function multiplierOf(value: number): number {
  if (value > 0) return value;
  throw new ConfigError('flag --backoff-multiplier must be greater than 0');
}

function ledgerOf(model: string): LedgerStorage {
  if (model === '' || model === 'direct-unencrypted') return 'plain';
  if (model === 'direct-encrypted') return 'encrypted';
  if (model === 'none') return 'none';
  throw new ConfigError(
    `flag --client-cache-persistence-model must be none, direct-unencrypted or direct-encrypted, not "${model}"`,
  );
}

function tokenModeOf(mode: string): TokenMode {
  if (mode === 'isolated' || mode === 'shared') return mode;
  throw new ConfigError(`flag --token-mode must be isolated or shared, not "${mode}"`);
}

/** The default VaultAuth and VaultConnection lie in the operator's own namespace, so it is never left out. */
function namespacesOf(text: string, operatorNamespace: string): readonly string[] {
  const named = listOf(text).filter(Boolean);
  const wrong = named.find((name) => !isLegalNamespace(name));
  if (wrong !== undefined)
    throw new ConfigError(`flag --watch-namespaces: "${wrong}" is no name of a namespace`);
  return named.length === 0 ? [] : [...new Set([operatorNamespace, ...named])].toSorted();
}

function listOf(text: string): string[] {
  return text.split(',').map((word) => word.trim());
}

function noteOf(name: OptionName): string[] {
  const option: Option = OPTIONS[name];
  return option.unused ? [`--${name} was given and has no effect: ${option.unused}`] : [];
}
