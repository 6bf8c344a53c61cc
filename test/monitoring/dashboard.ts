/** The queries of the dashboard. */
import { BOARD } from '../../hack/dashboard/board.ts';

export interface DashboardQuery {
  readonly panel: string;
  readonly expr: string;
}

export const DASHBOARD_QUERIES: readonly DashboardQuery[] = BOARD.panels.flatMap(
  ({ title, targets = [] }) => targets.map(({ expr }) => ({ panel: title, expr })),
);
