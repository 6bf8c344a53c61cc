/**
 * Log lines: JSON, one per line, written before the call returns, so that a crash loses none. Keys of the frame
 * (level, ts, msg, error) are those of VSO's log. Two nets lie under the rule that nobody logs a secret: names that
 * hold secrets are blanked, and so is whatever looks like a token.
 */
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../runtime/observer.ts';
import { describeThrown } from './thrown.ts';

export interface LogOptions {
  readonly level: LogLevel;
  readonly encoding: 'json' | 'console';
}

const STDOUT = 1;
const BLANK = '[redacted]';
const SECRET_NAMES = [
  'token',
  'client_token',
  'clientToken',
  'jwt',
  'password',
  'secret',
  'secretId',
  'secret_id',
  'authorization',
  'Authorization',
  '["X-Vault-Token"]',
  '["x-vault-token"]',
  'headers',
  'data',
  'body',
  'config',
  'request',
  'response',
];
/** Vault's tokens (service, batch, recovery) and JSON Web Tokens. */
const TOKEN = /\bhv[sbr]\.[\w-]{8,512}|\beyJ[\w-]{8,2048}\.[\w-]{8,2048}\.[\w-]{8,2048}/g;

export function createLogger(
  options: LogOptions,
  sink: DestinationStream = destination({ dest: STDOUT, sync: true }),
): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      errorKey: 'error',
      timestamp: () => `,"ts"${stdTimeFunctions.isoTime().slice(',"time"'.length)}`,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: describeThrown, err: describeThrown },
      redact: { paths: SECRET_NAMES.flatMap(pathsOf), censor: BLANK },
      hooks: { streamWrite: (line) => line.replace(TOKEN, BLANK) },
    },
    options.encoding === 'console' ? { write: (line) => sink.write(readable(line)) } : sink,
  );
}

/** The words and numbers of VSO's flag -zap-log-level: a number is a verbosity, all of which are debug here. */
export function logLevelOf(text: string): LogLevel | undefined {
  if (/^[1-9][0-9]?$/.test(text)) return 'debug';
  if (text === 'panic') return 'error';
  return LEVELS.find((level) => level === text);
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** At the top of a line and one level down, which is as deep as anything we log. */
function pathsOf(name: string): readonly string[] {
  return name.startsWith('[') ? [name, `*${name}`] : [name, `*.${name}`];
}

/** Columns for a person's eye: time, level, sentence, and the keys as JSON, in which control characters stay escaped. */
function readable(line: string): string {
  const { ts, level, msg, ...keys } = JSON.parse(line);
  return `${ts}\t${String(level).toUpperCase()}\t${msg}\t${JSON.stringify(keys)}\n`;
}
