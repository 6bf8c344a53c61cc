/** When each alert fires and when it stays quiet: series as promtool writes them, one value a minute. */

export interface AlertCase {
  readonly alert: string;
  readonly sentence: string;
  /** Values by series. */
  readonly given: Readonly<Record<string, string>>;
  /** Minutes from the first value. */
  readonly after: number;
  /** Labels of the alerts that fire then, without severity. */
  readonly fires: readonly Readonly<Record<string, string>>[];
}

export const POD = 'namespace="vso",job="operator",pod="a",instance="a:8080"';
export const STANDBY = 'namespace="vso",job="operator",pod="b",instance="b:8080"';
export const TARGET = { namespace: 'vso', job: 'operator' };
export const FIRES = [TARGET];
export const QUIET: readonly [] = [];

export function series(name: string, labels = '', pod = POD): string {
  return `${name}{${labels === '' ? pod : `${pod},${labels}`}}`;
}
