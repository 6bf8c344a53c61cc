/**
 * What a failed call of the Kubernetes API means. Promises one error class whose text is built from the call and
 * the status alone: an API server's own message may quote the object, so it is read to classify and then dropped.
 */
import type { Reason } from '../api/reasons.ts';
import { type Fault, FaultError, type FaultKind } from '../runtime/fault.ts';
import { type CallSubject, sayCall } from './api-call.ts';

/** What we look at of a metav1.Status. */
export interface ApiStatus {
  readonly code: number;
  /** Status.reason, such as `AlreadyExists`; "" when the answer was no Status. */
  readonly reason: string;
  /** Read to classify; never shown. */
  readonly text: string;
  /** Status.details.name: tells a missing object from a kind that is not served. */
  readonly objectName: string;
  readonly causes: readonly { readonly reason: string; readonly field: string }[];
  readonly retryAfterMs?: number;
}

/** A call that failed. `status` is 0 when there was no (whole) answer. */
export class KubernetesError extends FaultError {
  readonly status: number;
  readonly reason: string;
  readonly objectName: string;

  constructor(
    known: Fault,
    status: Pick<ApiStatus, 'code' | 'reason' | 'objectName'>,
    cause?: unknown,
  ) {
    super(known, { cause });
    this.name = 'KubernetesError';
    this.status = status.code;
    this.reason = status.reason;
    this.objectName = status.objectName;
  }
}

/** True when `thrown` says that this very object is not there, although its kind is served. */
export function isObjectMissing(thrown: unknown, name: string): boolean {
  return thrown instanceof KubernetesError && thrown.status === 404 && thrown.objectName === name;
}

export function hasStatus(thrown: unknown, status: number): boolean {
  return thrown instanceof KubernetesError && thrown.status === status;
}

const TOO_LARGE = 'AnswerTooLarge';

/** True when a smaller question may be answered: a list with a lower limit. */
export function isTooLarge(thrown: unknown): boolean {
  return thrown instanceof KubernetesError && thrown.reason === TOO_LARGE;
}

const LONGEST_RETRY_AFTER_MS = 60_000;

/** Reads a failed answer; `json` is undefined when the body was none. */
export function apiStatus(code: number, json: unknown, retryAfter?: string): ApiStatus {
  const status = record(json);
  const details = record(status['details']);
  const causes = Array.isArray(details['causes']) ? details['causes'].map(record) : [];
  const seconds = Number(retryAfter);
  return {
    code,
    reason: text(status['reason']),
    text: text(status['message']),
    objectName: text(details['name']),
    causes: causes.map((cause) => ({
      reason: text(cause['reason']),
      field: text(cause['field']),
    })),
    ...(retryAfter !== undefined && seconds >= 0
      ? { retryAfterMs: Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MS) }
      : {}),
  };
}

export function statusError(subject: CallSubject, status: ApiStatus): KubernetesError {
  return new KubernetesError(faultOfStatus(subject, status), status);
}

const NO_ANSWER = { code: 0, reason: '', objectName: '' };
/** Codes that Node and undici give before a single byte of the request has left. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Codes of a server certificate that does not fit our authority. */
const DISTRUST = /CERT|UNABLE_TO_(GET|VERIFY)|ERR_TLS/;

/** True when the credentials that we hold may be outdated: the server's, or ours. */
export function isCredentialProblem(thrown: unknown): boolean {
  return hasStatus(thrown, 401) || DISTRUST.test(errorCode(thrown));
}

/** No answer: refused, reset, timed out, stopped, not JSON, too large. `what` says which, in our own words. */
export function noAnswer(subject: CallSubject, what: string, cause?: unknown): KubernetesError {
  const code = errorCode(cause);
  const said = code === '' ? what : `${what} (${code})`;
  const ambiguous = isWrite(subject) && !NEVER_SENT.has(code) && !DISTRUST.test(code);
  return new KubernetesError(
    {
      kind: 'transient',
      reason: 'KubernetesUnavailable',
      message: `the API server did not answer "${sayCall(subject)}": ${said}`,
      ...(ambiguous ? { ambiguous } : {}),
    },
    NO_ANSWER,
    cause,
  );
}

export function tooLarge(subject: CallSubject, maxBytes: number): KubernetesError {
  const said = `the answer exceeds ${Math.floor(maxBytes / 1024)} KiB`;
  return new KubernetesError(noAnswer(subject, said).fault, { ...NO_ANSWER, reason: TOO_LARGE });
}

function isWrite(subject: CallSubject): boolean {
  return !['get', 'list', 'watch'].includes(subject.verb);
}

/** `code` of a Node or undici error, also of the one it wraps; "" when there is none. */
export function errorCode(thrown: unknown): string {
  const { code, cause } = (thrown ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined || cause === thrown ? '' : errorCode(cause);
}

function faultOfStatus(subject: CallSubject, status: ApiStatus): Fault {
  const call = sayCall(subject);
  const delay = status.retryAfterMs === undefined ? {} : { retryAfterMs: status.retryAfterMs };
  switch (status.code) {
    case 401:
      return fault(
        'denied',
        'KubernetesForbidden',
        `the API server does not accept the operator's credentials for "${call}"`,
      );
    case 403:
      return faultOfForbidden(call, status);
    case 404:
      return fault('waiting', 'KubernetesNotFound', `nothing found for "${call}"${named(subject)}`);
    case 409:
      return fault(
        'transient',
        'KubernetesConflict',
        `"${call}"${named(subject)}: changed or taken by someone else meanwhile`,
      );
    case 429:
      return {
        ...fault(
          'throttled',
          'KubernetesUnavailable',
          `the API server asks for patience with "${call}"`,
        ),
        ...delay,
      };
    default:
      return status.code >= 400 && status.code < 500 && status.code !== 410
        ? faultOfRefusal(call, status)
        : { ...faultOfServer(call, subject, status), ...delay };
  }
}

/** 403 is also how quotas, admission and terminating namespaces answer: those are no missing grant. */
function faultOfForbidden(call: string, status: ApiStatus): Fault {
  if (status.text.includes('exceeded quota')) {
    return fault(
      'denied',
      'KubernetesRefused',
      `a ResourceQuota does not allow "${call}": raise it or free some of it`,
    );
  }
  if (status.causes.some((cause) => cause.reason === 'NamespaceTerminating')) {
    return fault(
      'denied',
      'KubernetesRefused',
      `the namespace is being deleted, so "${call}" is not possible`,
    );
  }
  if (/ cannot \w+ resource /.test(status.text) || status.text === '') {
    return fault(
      'denied',
      'KubernetesForbidden',
      `the operator may not ${call}: grant that verb to its service account`,
    );
  }
  return faultOfRefusal(call, status);
}

/** Fields are named, values are not: the API server's text quotes both. A policy may change by itself, so it is retried; a field of ours is not. */
function faultOfRefusal(call: string, status: ApiStatus): Fault {
  const webhook = /^admission webhook "([\w.-]{1,253})" denied/.exec(status.text)?.[1];
  if (webhook !== undefined) {
    return fault(
      'denied',
      'KubernetesRefused',
      `the admission webhook ${webhook} denied "${call}"`,
    );
  }
  const fields = status.causes
    .map((cause) => cause.field)
    .filter((field) => /^[\w.[\]/-]{1,200}$/.test(field));
  const at = fields.length === 0 ? '' : `, because of ${fields.slice(0, 3).join(', ')}`;
  const ours =
    status.code === 422 && fields.length > 0 && !fields.some((field) => field.startsWith('data'));
  return fault(
    ours ? 'refused' : 'denied',
    'KubernetesRefused',
    `the API server or its admission refused "${call}" with status ${status.code}${at}`,
  );
}

function faultOfServer(call: string, subject: CallSubject, status: ApiStatus): Fault {
  return {
    ...fault(
      'transient',
      'KubernetesUnavailable',
      `the API server answered "${call}" with status ${status.code}`,
    ),
    ...(isWrite(subject) ? { ambiguous: true } : {}),
  };
}

function record(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? { ...json } : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function named(subject: CallSubject): string {
  return subject.name === '' ? '' : `, name "${subject.name}"`;
}

function fault(kind: FaultKind, reason: Reason, message: string): Fault {
  return { kind, reason, message };
}
