/** The second half of docs/runbooks.md: an entry for every reason. The first half, the alerts, is written by hand. */
import { isReason, REASONS } from '../../../src/api/reasons.ts';
import { NOTES } from './notes.ts';

const SEAM = '<!-- Generated from here on by hack/gen.ts';

const HEAD = `## Reasons

The reason of a condition, of the event that tells of it, of a metric and of a log line is one and the same word, so one
search finds them all. To list the objects that are not Ready with the reason:

\`\`\`sh
kubectl get vaultconnections,vaultauths,vaultstaticsecrets,vaultdynamicsecrets,vaultpkisecrets -A -o jsonpath='{range .items[*]}{.kind}{"\\t"}{.metadata.namespace}{"\\t"}{.metadata.name}{"\\t"}{.status.conditions[?(@.type=="Ready")].status}{"\\t"}{.status.conditions[?(@.type=="Ready")].reason}{"\\n"}{end}' | grep -v -w True || true
\`\`\``;

/** `page` as it is: what stands before the seam is kept. */
export function runbooks(page: string): string {
  const [alerts, generated] = page.split(SEAM);
  if (alerts === undefined || generated === undefined)
    throw new Error(`docs/runbooks.md lacks the line that begins with ${SEAM}`);
  const [rest = ''] = generated.split('\n');
  const entries = Object.keys(REASONS).filter(isReason).map(entryOf);
  return `${[`${alerts}${SEAM}${rest}`, HEAD, ...entries].join('\n\n')}\n`;
}

function entryOf(reason: keyof typeof REASONS): string {
  const { means, remedy } = REASONS[reason];
  const { see, dangerous } = NOTES[reason] ?? {};
  return [
    `### ${reason}`,
    `**Means.** ${means}`,
    ...(see === undefined ? [] : [`**See.** ${see}`]),
    `**Do.** ${remedy || 'Nothing: it is no trouble.'}`,
    ...(dangerous === undefined ? [] : [`**Dangerous.** ${dangerous}`]),
  ].join('\n\n');
}
