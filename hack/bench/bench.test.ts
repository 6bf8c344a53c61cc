/** Whether the benchmark would notice: its readers and its judgement, without servers. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { writesIn } from './api-server-metrics.ts';
import { callsOf, minus, perOne, plus, sumOf } from './calls.ts';
import { operatorMetrics } from './operator-metrics.ts';
import { broken, type Figure, markdown, type Row } from './table.ts';
import { VaultLog } from './vault-log.ts';

describe('calls', () => {
  const before = callsOf([['get secrets', 1]]);
  const later = callsOf([
    ['get secrets', 1],
    ['create events', 3],
    ['create secrets', 4],
  ]);

  it('are counted between two readings, and told per object, most first', () => {
    const between = minus(later, before);
    assert.equal(sumOf(between), 7);
    assert.equal(sumOf(between, /^create secrets$/u), 4);
    assert.equal(perOne(between, 2), '2.00 create secrets, 1.50 create events');
  });

  it('add up over operators that ran one after the other', () => {
    assert.equal(sumOf(plus(later, later)), 16);
  });
});

describe("the operator's metrics", () => {
  const text = [
    request('create', 'secrets', '201', 3),
    request('create', 'secrets', '409', 1),
    request('get', 'secrets', '200', 5),
    'vault_lease_operator_vault_requests_total{operation="sys/health",code="200"} 2',
    request('watch', 'secrets', '200', 9),
    request('update', 'leases', '200', 9),
    'process_cpu_seconds_total 0.25',
    'process_resident_memory_bytes 104857600',
  ].join('\n');

  it('count a call whatever its answer, and leave out watches, the Lease and probes of Vaults', () => {
    const { kubernetes, cpuMs, residentMiB } = operatorMetrics(text);
    assert.deepEqual(
      [...kubernetes],
      [
        ['create secrets', 4],
        ['get secrets', 3],
      ],
    );
    assert.equal(cpuMs, 250);
    assert.equal(residentMiB, 100);
  });

  it('that lack a figure are an error, not a zero', () => {
    assert.throws(() => operatorMetrics(''), /lack process_cpu_seconds_total/u);
  });
});

describe("the API server's metrics", () => {
  it('count writes of objects and of their status alike, and no reads', () => {
    const series = (labels: string): string => `apiserver_request_total{code="200",${labels}} 2`;
    const text = [
      series('resource="vaultauths",subresource="",verb="PATCH"'),
      series('resource="vaultauths",subresource="status",verb="PATCH"'),
      series('resource="vaultauths",subresource="",verb="LIST"'),
    ].join('\n');
    assert.deepEqual([...writesIn(text)], [['patch vaultauths', 4]]);
  });
});

describe("Vault's log", () => {
  const folder = mkdtempSync(join(tmpdir(), 'vlo-bench-'));
  after(() => rmSync(folder, { recursive: true }));
  it('is read on where it ended, also within a line, without the administrator', () => {
    const path = join(folder, 'audit.jsonl');
    const second = line('request', 'database/creds/app', 'kubernetes-app');
    writeFileSync(
      path,
      line('request', 'kv/data/a', 'kubernetes-app') +
        line('response', 'kv/data/a', 'kubernetes-app') +
        line('request', 'kv/data/b', 'root') +
        second.slice(0, 20),
    );
    const log = new VaultLog(path);
    assert.deepEqual([...log.read()], [['read kv', 1]]);
    appendFileSync(path, second.slice(20) + line('request', 'sys/other'));
    assert.deepEqual(
      [...log.read()],
      [
        ['read kv', 1],
        ['issue', 1],
        ['read sys/other', 1],
      ],
    );
  });
});

describe('the table', () => {
  const cases = [
    {
      title: 'a count at its budget is kept',
      figure: { value: 1, most: 1, isCount: true },
      verdict: 'kept',
      fails: false,
    },
    {
      title: 'a count above it fails',
      figure: { value: 1.01, most: 1, isCount: true },
      verdict: '**over**',
      fails: true,
    },
    {
      title: 'a count that was not measured fails',
      figure: { value: Number.NaN, most: 1, isCount: true },
      verdict: '**over**',
      fails: true,
    },
    {
      title: 'a time above its budget is told and fails nothing',
      figure: { value: 2, most: 1 },
      verdict: 'over',
      fails: false,
    },
    {
      title: 'a figure without a budget is not judged',
      figure: { value: 9, isCount: true },
      verdict: 'kept',
      fails: false,
    },
  ];
  for (const { title, figure, verdict, fails } of cases)
    it(title, () => {
      const rows = [rowOf({ name: 'Vault', ...figure })];
      assert.equal(broken(rows).length, fails ? 1 : 0);
      assert.equal(markdown(rows).split('\n')[2]?.split(' | ')[3], verdict);
    });
});

function rowOf(figure: Figure): Row {
  return { what: 'a refresh', budget: '1 call', figures: [figure] };
}

function request(verb: string, resource: string, code: string, count: number): string {
  return `vault_lease_operator_kubernetes_requests_total{verb="${verb}",resource="${resource}",code="${code}"} ${count}`;
}

function line(type: string, path: string, name?: string): string {
  const auth = { display_name: name };
  return `${JSON.stringify({ type, auth, request: { path, operation: 'read' } })}\n`;
}
