/** An explanation as text for a terminal, in the manner of `kubectl describe`. Decides nothing. */
import type { ExplainedPart, Explanation } from '../plan/explain/explain.ts';
import type { Finding } from '../plan/explain/explain-findings.ts';

const LABEL_WIDTH = 16;
/** The rest are history. */
const MOST_EVENTS = 5;

export function textOf(explanation: Explanation): string {
  const { object, findings } = explanation;
  return [
    `${object.kind} ${object.namespace}/${object.name}`,
    ...head(explanation),
    ...login(explanation),
    ...vault(explanation),
    ...holdings(explanation),
    ...section('Restart targets', partLines(explanation.restartTargets)),
    ...section('Findings', findings.flatMap(findingLines)),
    ...section('Events', eventLines(explanation.events)),
  ].join('\n');
}

function head(explanation: Explanation): string[] {
  const { state, waitsFor, blockedBy, lastError, next, requests, operator } = explanation;
  const { sync, rotate } = requests;
  return [
    line('State', state),
    line('Waits for', waitsFor),
    ...(blockedBy ? [line('Blocked by', blockedBy)] : []),
    ...(lastError ? [line('Last error', `${lastError.reason}, since ${lastError.since}`)] : []),
    ...(next ? [line('Next', next.at ? `${next.act} at ${next.at}` : next.act)] : []),
    ...(sync === undefined ? [] : [line('Asked to sync', `"${sync}", not done yet`)]),
    ...(rotate === undefined ? [] : [line('Asked to rotate', `"${rotate}", not done yet`)]),
    line('Operator', operator),
  ];
}

function login({ identity, references }: Explanation): string[] {
  const facts = identity?.facts ?? [];
  return [
    ...section(
      'Login',
      facts.map(({ name, state }) => line(name, state)),
    ),
    ...section('References', partLines(references)),
  ];
}

function vault({ vault: asked }: Explanation): string[] {
  if (!asked) return [];
  return section('Vault', [
    line('Address', asked.address),
    line('Request', asked.request),
    line('Namespace', asked.vaultNamespace || '(root)'),
    ...(asked.allowed === undefined ? [] : [line('Vault says', verdict(asked))]),
    line('Needs a policy', ''),
    ...asked.policy.split('\n').map((each) => `    ${each}`),
  ]);
}

function verdict({ allowed, capabilities = [] }: NonNullable<Explanation['vault']>): string {
  return `${allowed ? 'allowed' : 'not allowed'} (${capabilities.join(', ')})`;
}

function holdings({ secret, lease, records }: Explanation): string[] {
  return section('Holds', [
    ...(secret ? [line('Secret', `${secret.name}: ${secret.state}`)] : []),
    ...(lease
      ? [
          line('Lease', lease.id),
          line(
            '',
            `${lease.seconds} s from ${lease.lastRenewedAt}, ${lease.renewable ? '' : 'not '}renewable`,
          ),
        ]
      : []),
    ...recordLines(records),
  ]);
}

function recordLines(records: Explanation['records']): string[] {
  if (typeof records === 'string') return [line('On record', records)];
  return (records ?? []).map(({ name, state }) => line('On record', `${name}: ${state}`));
}

function partLines(parts: readonly ExplainedPart[]): string[] {
  return parts.map(({ name, state }) => `  ${name}: ${state}`);
}

function findingLines({ about, reason, message, remedy }: Finding): string[] {
  const advice = message.includes(remedy) ? [] : remedy.split('\n');
  return [`  ${reason} (${about})`, `    ${message}`, ...advice.map((each) => `    > ${each}`)];
}

function eventLines(events: Explanation['events']): string[] {
  if (typeof events === 'string') return [`  ${events}`];
  return events.slice(0, MOST_EVENTS).map((event) => `  ${event}`);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ['', `${title}:`, ...lines] : [];
}

function line(label: string, value: string): string {
  return `  ${(label ? `${label}:` : '').padEnd(LABEL_WIDTH)} ${value}`.trimEnd();
}
