/** The alert rules as the manifest has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly spec: { readonly groups: readonly { readonly rules: readonly AlertRule[] }[] };
}

const MANIFEST: Manifest = parse(
  readFileSync(join(ROOT, 'config/components/alerts/prometheus-rule.yaml'), 'utf8'),
);

export const ALERTS: readonly AlertRule[] = MANIFEST.spec.groups.flatMap(({ rules }) => rules);

/** As Prometheus itself reads rules, without the frame of the custom resource. */
export function ruleFile(): string {
  return stringify(MANIFEST.spec);
}
