/**
 * Answers made comparable between servers: what is random or a date becomes a word; what is a duration may differ by
 * as long as a slow machine takes. Knows nothing of the questions.
 */
import { isFields, textOf } from '../json.ts';

/** By conversation, one line for each question and its answer. */
export type Answers = Readonly<Record<string, readonly string[]>>;

/** Differ from server to server, or from day to day; what remains is whether they are there. */
const RANDOM = new Set(
  `request_id accessor client_token id entity_id cluster_name cluster_id username password
   service_account_uid created_time updated_time deletion_time creation_time issue_time expire_time last_renewal
   last_renewal_time last_vault_rotation role_id secret_id secret_id_accessor server_time_utc nonce policy random_bytes
   ciphertext serial_number expiration revocation_time revocation_time_rfc3339 issuer_id`.split(
    /\s+/,
  ),
);
/** Only Vault itself knows what they are about. */
const LEFT_OUT = new Set(['created_by', 'deleted_by', 'last_updated_by']);
const PEM_OR_DER = new Set(['certificate', 'issuing_ca', 'ca_chain', 'private_key']);

export function comparable(value: unknown, key = ''): unknown {
  if (RANDOM.has(key)) return isEmpty(value) ? value : `<${key}>`;
  if (PEM_OR_DER.has(key)) return [value].flat().map(labelsOf);
  if (key === 'lease_id') return textOf(value).replace(/[^/]+$/, '<lease>');
  if (key === 'warnings' || key === 'errors') return textsWithoutDurations(value);
  if (Array.isArray(value)) return value.map((each) => comparable(each));
  if (!isFields(value)) return value;
  const names = Object.keys(value)
    .filter((name) => !LEFT_OUT.has(name))
    .sort();
  return Object.fromEntries(names.map((name) => [name, comparable(value[name], name)]));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || JSON.stringify(value) === '0';
}

/** What the blocks of a PEM are, in order. */
function labelsOf(value: unknown): string {
  const labels = [...textOf(value).matchAll(/-----BEGIN ([^-]+)-----/g)].map(([, label]) => label);
  return `<${labels.join(', ') || 'der'}>`;
}

function textsWithoutDurations(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((text) =>
    textOf(text)
      .replace(/(?<=of )"(\d+[hms])+"/g, '<duration>')
      .replace(/([0-9a-f]{2}:){4,}[0-9a-f]{2}/g, '<serial>'),
  );
}

/** The text of answers.txt. */
export function printedAnswers(answers: Answers): string {
  return Object.entries(answers)
    .map(([name, lines]) => `# ${name}\n${lines.join('\n')}\n`)
    .join('\n');
}

export function readAnswers(text: string): Answers {
  const parts = text.split(/^# /m).filter((part) => part !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', ...lines] = part.trim().split('\n');
      return [name, lines];
    }),
  );
}

/** Takes over what was seen, but for lines that agree with the earlier ones: so that a record changes only where answers do. */
export function recorded(seen: Answers, earlier: Answers): Answers {
  const names = Object.entries(seen).map(([name, lines]) => {
    const known = earlier[name] ?? [];
    return [name, lines.map((line) => known.find((each) => agree(line, each)) ?? line)];
  });
  return Object.fromEntries(names);
}

/** What differs, in words; empty when they agree. Within a conversation one difference brings others, so the first is told. */
export function differences(seen: Answers, expected: Answers): string[] {
  const names = new Set([...Object.keys(seen), ...Object.keys(expected)]);
  return [...names].flatMap((name) => {
    const [ours = [], theirs = []] = [seen[name], expected[name]];
    const at = longer(ours, theirs).findIndex((_, index) => !agree(ours[index], theirs[index]));
    return at < 0 ? [] : [`${name}\n  seen     ${ours[at]}\n  expected ${theirs[at]}`];
  });
}

function longer<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  return a.length > b.length ? a : b;
}

const SLOW_S = 3;
const SECONDS = /"(?:ttl|lease_duration)":(\d+)/g;

/** Equal but for durations, which go by while a real server works. */
function agree(ours = '', theirs = ''): boolean {
  if (ours.replace(SECONDS, '') !== theirs.replace(SECONDS, '')) return false;
  const [left, right] = [secondsIn(ours), secondsIn(theirs)];
  return left.every((count, at) => Math.abs(count - (right[at] ?? 0)) <= SLOW_S);
}

function secondsIn(line: string): number[] {
  return [...line.matchAll(SECONDS)].map(([, count]) => Number(count));
}
