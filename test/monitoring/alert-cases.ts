/** Every case of every alert. */
import type { AlertCase } from './alert-case.ts';
import { OPERATOR_ALERT_CASES } from './operator-alert-cases.ts';
import { SECRET_ALERT_CASES } from './secret-alert-cases.ts';

export const ALERT_CASES: readonly AlertCase[] = [...SECRET_ALERT_CASES, ...OPERATOR_ALERT_CASES];
