/** The alert rules under Prometheus' own tool: they are well formed, and fire when they shall and only then. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import type { AlertCase } from '../monitoring/alert-case.ts';
import { ALERT_CASES } from '../monitoring/alert-cases.ts';
import { ALERTS, type AlertRule, ruleFile } from '../monitoring/alert-rules.ts';
import { promtool } from '../monitoring/programs.ts';

describe('the alert rules', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vlo-alerts-'));
    await writeFile(join(folder, 'rules.yaml'), ruleFile());
  });
  after(() => rm(folder, { recursive: true }));

  it('are well formed', async () => {
    const said = await promtool('check', 'rules', join(folder, 'rules.yaml'));
    assert.match(said, new RegExp(`SUCCESS: ${ALERTS.length} rules found`, 'u'));
  });

  for (const each of ALERT_CASES)
    it(`${each.alert} ${each.sentence}`, async () => {
      const rule = ALERTS.find(({ alert }) => alert === each.alert);
      assert.ok(rule, 'there is no such alert');
      const path = join(folder, 'case.yaml');
      await writeFile(path, stringify(testFile(each, rule)));
      await promtool('test', 'rules', path);
    });
});

function testFile(each: AlertCase, rule: AlertRule) {
  return {
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(each.given).map(([series, values]) => ({ series, values })),
        alert_rule_test: [
          {
            eval_time: `${each.after}m`,
            alertname: each.alert,
            exp_alerts: each.fires.map((labels) => ({
              exp_labels: { ...labels, ...rule.labels },
              exp_annotations: annotations(rule, labels),
            })),
          },
        ],
      },
    ],
  };
}

function annotations(rule: AlertRule, labels: Readonly<Record<string, string>>) {
  const filled = Object.entries(rule.annotations).map(([name, text]) => [
    name,
    text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/gu, (_, label: string) => labels[label] ?? ''),
  ]);
  return Object.fromEntries(filled);
}
