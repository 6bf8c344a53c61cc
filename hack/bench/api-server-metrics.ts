/** What the API server itself counted, to hold against what the operator says of its own calls. */
import { type Calls, callsOf } from './calls.ts';
import type { Ground } from './ground.ts';

const SERIES = /^apiserver_request_total\{([^}]*)\} (\d+)$/gmu;
const LABEL = /(\w+)="([^"]*)"/gu;
const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** Writes of anybody, named as the operator's; a status counts as its object. */
export async function writesCounted({ stack }: Ground): Promise<Calls> {
  return writesIn(await stack.apiServer.client.request<string>('GET', '/metrics'));
}

export function writesIn(metrics: string): Calls {
  const writes: [string, number][] = [];
  for (const [, text = '', count] of metrics.matchAll(SERIES)) {
    const labels = Object.fromEntries(
      [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, value]),
    );
    const verb = VERBS[labels['verb'] ?? ''];
    if (verb) writes.push([`${verb} ${labels['resource']}`, Number(count)]);
  }
  return callsOf(writes);
}
