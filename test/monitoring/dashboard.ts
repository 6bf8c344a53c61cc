/** The queries of the dashboard as the manifest has it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PATH = '../../config/components/dashboard/vault-lease-operator.json';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

const DASHBOARD: Dashboard = JSON.parse(readFileSync(join(import.meta.dirname, PATH), 'utf8'));

export interface DashboardQuery {
  readonly panel: string;
  readonly expr: string;
}

export const DASHBOARD_QUERIES: readonly DashboardQuery[] = DASHBOARD.panels.flatMap(
  ({ title, targets = [] }) => targets.map(({ expr }) => ({ panel: title, expr })),
);
