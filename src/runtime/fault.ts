/**
 * What can go wrong, and what follows from it. A fault carries its own handling as data:
 * adapters throw it, the controller reads it, nobody else decides about conditions, events or retries.
 */

/**
 * refused   - the object itself must change (bad spec, unsupported kind)
 * waiting   - something it refers to is missing or not ready
 * denied    - Vault or Kubernetes says we may not
 * throttled - the other side asks for patience (429, sealed, standby)
 * transient - network, timeout, 5xx, conflict
 * bug       - nothing we know; always counted and logged with its stack
 */
export const FAULT_KINDS = [
  'refused',
  'waiting',
  'denied',
  'throttled',
  'transient',
  'bug',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** CamelCase word: the same in condition, event, metric and log. */
  readonly reason: string;
  /** Names the field or thing and the remedy. Never holds a secret, a body, a header or a query. */
  readonly message: string;
  /** When the other side named a delay, or each try costs something. Heeded where the handling says so. */
  readonly retryAfterMs?: number;
  /** True when the request may have been carried out although we saw no reply. */
  readonly ambiguous?: boolean;
}

export interface Handling {
  /** 'change': only when the object changes; 'backoff': growing delay; 'asked': the fault's delay, else backoff. */
  readonly retry: 'change' | 'backoff' | 'asked';
  readonly event: 'Normal' | 'Warning';
  /** Failures in a row before an event is worth a reader's time. */
  readonly eventAfter: number;
  /** True when only a person can help: the condition Stalled. */
  readonly stalled: boolean;
}

export const FAULTS: Readonly<Record<FaultKind, Handling>> = {
  refused: { retry: 'change', event: 'Warning', eventAfter: 1, stalled: true },
  waiting: { retry: 'asked', event: 'Normal', eventAfter: 1, stalled: false },
  denied: { retry: 'backoff', event: 'Warning', eventAfter: 1, stalled: false },
  throttled: { retry: 'asked', event: 'Normal', eventAfter: 1, stalled: false },
  transient: { retry: 'backoff', event: 'Warning', eventAfter: 3, stalled: false },
  bug: { retry: 'backoff', event: 'Warning', eventAfter: 1, stalled: false },
};

/** The only error class that crosses rooms. */
export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(`${fault.reason}: ${fault.message}`, options);
    this.name = 'FaultError';
    this.fault = fault;
  }
}

/** The fault in anything thrown. What nobody classified is a bug; its text stays out of the message, as it may hold a secret. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof FaultError) return thrown.fault;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return {
    kind: 'bug',
    reason: 'InternalError',
    message: `unexpected ${name}; the operator's log has the stack under this reconcile id`,
  };
}

export function refused(reason: string, message: string): FaultError {
  return new FaultError({ kind: 'refused', reason, message });
}

export function waiting(reason: string, message: string): FaultError {
  return new FaultError({ kind: 'waiting', reason, message });
}
