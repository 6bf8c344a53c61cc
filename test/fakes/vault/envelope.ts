/**
 * What Vault says, as values: an answer in its envelope, an answer without one, or a refusal with its errors.
 * The shapes and the way Vault wraps its error texts are as seen on a real Vault 1.21.0.
 */
import type { Fields } from './json.ts';

export interface Answer {
  /** 200 unless given. */
  readonly status?: number;
  readonly data?: Fields | null;
  /** The data is told a second time, beside the envelope's own fields. */
  readonly atTop?: true;
  readonly leaseId?: string;
  readonly leaseSeconds?: number;
  readonly renewable?: boolean;
  readonly auth?: Fields;
  readonly warnings?: readonly string[];
  /** Printed as it is, without an envelope. */
  readonly bare?: unknown;
}

/** Ends the work on a request: `errors` and sometimes more go into the body. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Fields;

  constructor(status: number, errors: readonly string[], more: Fields = {}) {
    super(errors.join('; ') || String(status));
    this.status = status;
    this.body = { errors, ...more };
  }
}

/** What a part of Vault found wrong with the input. */
export function badRequest(text: string): Refusal {
  return new Refusal(400, [text]);
}

/** What failed inside: Vault lists such errors in one text. */
export function listed(status: number, ...texts: readonly string[]): Refusal {
  const count = texts.length === 1 ? '1 error' : `${texts.length} errors`;
  return new Refusal(status, [
    `${count} occurred:\n${texts.map((text) => `\t* ${text}\n`).join('')}\n`,
  ]);
}

export function permissionDenied(): Refusal {
  return listed(403, 'permission denied');
}

export function nothingThere(): Refusal {
  return new Refusal(404, []);
}

export function enveloped(answer: Answer, requestId: string, mountType: string): Fields {
  return {
    ...(answer.atTop && answer.data),
    request_id: requestId,
    lease_id: answer.leaseId ?? '',
    renewable: answer.renewable ?? false,
    lease_duration: answer.leaseSeconds ?? 0,
    data: answer.data ?? null,
    wrap_info: null,
    warnings: answer.warnings?.length ? answer.warnings : null,
    auth: answer.auth ?? null,
    mount_type: mountType,
  };
}
