/** The words of a command line as kubectl takes them: flags and names in any order. Reads no environment. */
import { parseArgs } from 'node:util';
import { type Subject, subjectOf } from './subject.ts';

export const COMMANDS = ['explain', 'sync', 'pause', 'resume'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface Invocation {
  readonly command: CommandName;
  readonly subject: Subject;
  readonly flags: Flags;
}

export interface Flags {
  readonly namespace: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly output: 'text' | 'json';
  readonly operatorNamespace: string | undefined;
  readonly askVault: boolean;
  readonly vaultAddress: string | undefined;
  readonly rotate: boolean;
}

/** A sentence for the person who wrote it. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const COMMON = {
  namespace: { type: 'string', short: 'n' },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;
const OPTIONS = {
  ...COMMON,
  output: { type: 'string', short: 'o' },
  'operator-namespace': { type: 'string' },
  'ask-vault': { type: 'boolean' },
  'vault-address': { type: 'string' },
  rotate: { type: 'boolean' },
} as const;

/** Flags that only one command has. */
const OWN: Readonly<Record<string, CommandName>> = {
  output: 'explain',
  'operator-namespace': 'explain',
  'ask-vault': 'explain',
  'vault-address': 'explain',
  rotate: 'sync',
};

/** Undefined when help is wanted; then `helpOn` names the command, if any. Throws UsageError. */
export function readInvocation(
  words: readonly string[],
): Invocation | { readonly helpOn?: CommandName } {
  const { values, positionals } = parsed(words);
  const [word, ...names] = positionals;
  if (word === undefined || word === 'help') return isCommand(names[0]) ? { helpOn: names[0] } : {};
  if (!isCommand(word))
    throw new UsageError(`there is no command "${word}"; there are ${COMMANDS.join(', ')}`);
  if (values.help) return { helpOn: word };
  const foreign = Object.keys(values).find((flag) => (OWN[flag] ?? word) !== word);
  if (foreign !== undefined)
    throw new UsageError(`--${foreign} belongs to ${OWN[foreign]}, not to ${word}`);
  return { command: word, subject: wanted(word, names), flags: flagsOf(values) };
}

export function isCommand(word: string | undefined): word is CommandName {
  return COMMANDS.some((command) => command === word);
}

type Values = ReturnType<typeof parsed>['values'];

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : '').split('. ');
    throw new UsageError(`${sentence}; see --help`);
  }
}

function flagsOf(values: Values): Flags {
  const { namespace, kubeconfig, context, output = 'text' } = values;
  if (output !== 'text' && output !== 'json')
    throw new UsageError(`-o must be text or json, not "${output}"`);
  return {
    namespace,
    kubeconfig,
    context,
    output,
    operatorNamespace: values['operator-namespace'],
    askVault: values['ask-vault'] ?? false,
    vaultAddress: addressIn(values['vault-address']),
    rotate: values.rotate ?? false,
  };
}

function addressIn(text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && /^https?:\/\//iu.test(text))) return text;
  throw new UsageError('--vault-address must be an address such as https://127.0.0.1:8200');
}

function wanted(command: CommandName, names: readonly string[]): Subject {
  const subject = subjectOf(names);
  if (!subject)
    throw new UsageError(`${command} needs KIND/NAME, such as vaultstaticsecret/app; see --help`);
  return subject;
}
