/** Alerts, dashboard and runbooks speak of metrics that exist, and of each other completely. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { KINDS } from '../../src/api/kinds.ts';
import { REASONS } from '../../src/api/reasons.ts';
import { countersOf, histogramsOf } from '../../src/telemetry/catalogue.ts';
import { gaugesOf } from '../../src/telemetry/gauges.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { ALERT_CASES } from '../monitoring/alert-cases.ts';
import { ALERTS } from '../monitoring/alert-rules.ts';
import { DASHBOARD_QUERIES } from '../monitoring/dashboard.ts';
import { groupingOf, type Selection, selectionsOf } from '../monitoring/queries.ts';

const ROOT = join(import.meta.dirname, '../..');
const RUNBOOKS = readFileSync(join(ROOT, 'docs/runbooks.md'), 'utf8');
/** What Prometheus knows of the pod that it scrapes. */
const TARGET_LABELS = ['namespace', 'job', 'instance', 'pod'];

type Labels = Readonly<Record<string, readonly string[] | 'open'>>;

const kinds = Object.keys(KINDS);
const CATALOGUE: Readonly<Record<string, { readonly labels: Labels }>> = {
  ...countersOf(kinds),
  ...histogramsOf(kinds),
  ...gaugesOf(kinds),
};

/** The series that a histogram has beside its own name. */
function labelsOf(metric: string): Labels | undefined {
  const bucket = /^(.*)_bucket$/u.exec(metric)?.[1];
  if (bucket !== undefined) return { ...CATALOGUE[bucket]?.labels, le: 'open' };
  return CATALOGUE[metric]?.labels;
}

function wrongMatchers({ metric, matchers }: Selection): readonly string[] {
  const labels = labelsOf(metric);
  return matchers
    .filter(({ label }) => !TARGET_LABELS.includes(label))
    .filter(({ label, operator, value }) => {
      const known = labels?.[label];
      const isExact = operator === '=' || operator === '!=';
      return known === undefined || (known !== 'open' && isExact && !known.includes(value));
    })
    .map(({ label, value }) => `${metric}{${label}="${value}"}`);
}

async function exposed(): Promise<ReadonlySet<string>> {
  const metrics = new Metrics({ kinds, build: { git_version: '1' }, withProcess: true });
  const help = (await metrics.text()).matchAll(/^# HELP (\S+) /gmu);
  return new Set([...help].map(([, name = '']) => name));
}

const QUERIES = [
  ...ALERTS.map(({ alert, expr }) => ({ where: alert, expr })),
  ...DASHBOARD_QUERIES.map(({ panel, expr }) => ({ where: `panel ${panel}`, expr })),
];

describe('the queries of alerts and dashboard', () => {
  for (const { where, expr } of QUERIES)
    it(`${where}: ${expr}`, async () => {
      const metrics = await exposed();
      const selections = selectionsOf(expr);
      assert.ok(selections.length > 0, 'no metric was found in the query');
      const unknown = selections.filter(
        ({ metric }) => !metrics.has(metric.replace(/_bucket$/u, '')),
      );
      assert.deepEqual(unknown, []);
      assert.deepEqual(selections.flatMap(wrongMatchers), []);
      const labels = selections.flatMap(({ metric }) => Object.keys(labelsOf(metric) ?? {}));
      const build = ['git_version', 'git_commit'];
      const allowed = [...TARGET_LABELS, ...labels, ...build];
      assert.deepEqual(
        groupingOf(expr).filter((label) => !allowed.includes(label)),
        [],
      );
    });

  it('would be told of a metric, a label and a value that do not exist', async () => {
    const expr =
      'sum by (nope) (rate(vault_lease_operator_nothing{a="b"}[5m])) / vault_lease_operator_credentials{phase="dying"}';
    const [one, other] = selectionsOf(expr);
    assert.ok(one && other);
    assert.equal((await exposed()).has(one.metric), false);
    assert.deepEqual(wrongMatchers(one), ['vault_lease_operator_nothing{a="b"}']);
    assert.deepEqual(wrongMatchers(other), ['vault_lease_operator_credentials{phase="dying"}']);
    assert.deepEqual(groupingOf(expr), ['nope']);
  });
});

describe('every alert', () => {
  for (const { alert, labels, annotations } of ALERTS)
    it(`${alert} has a severity, texts, a runbook, and cases in which it fires and does not`, () => {
      assert.ok(['critical', 'warning'].includes(labels['severity'] ?? ''));
      const { summary, description, runbook_url } = annotations;
      assert.match(summary ?? '', /\.$/u);
      assert.match(description ?? '', /\.$/u);
      assert.equal(runbook_url, `docs/runbooks.md#${alert.toLowerCase()}`);
      const cases = ALERT_CASES.filter((each) => each.alert === alert);
      assert.ok(cases.some(({ fires }) => fires.length > 0));
      assert.ok(cases.some(({ fires }) => fires.length === 0));
    });

  it('has one name', () => {
    const names = ALERTS.map(({ alert }) => alert);
    assert.equal(new Set(names).size, names.length);
  });
});

describe('the runbooks', () => {
  it('have an entry for every alert and every reason, and none to spare', () => {
    const entries = [...RUNBOOKS.matchAll(/^### (\S+)$/gmu)].map(([, name = '']) => name);
    const wanted = [...ALERTS.map(({ alert }) => alert), ...Object.keys(REASONS)];
    assert.deepEqual(entries.toSorted(), wanted.toSorted());
  });

  it('say of every alert what it means, how to see, what to do and when it is dangerous', () => {
    for (const { alert } of ALERTS) {
      const [, entry = ''] = RUNBOOKS.split(`### ${alert}\n`);
      const [text = ''] = entry.split('\n### ');
      for (const part of ['Means', 'See', 'Do', 'Dangerous'])
        assert.match(text, new RegExp(`\\*\\*${part}\\.\\*\\* \\S`, 'u'), `${alert}: ${part}`);
    }
  });
});
