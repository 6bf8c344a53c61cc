/**
 * Refusals in the API server's own words: kind Status with reason, code and details
 * (k8s.io/apimachinery/pkg/api/errors). Clients and people branch on these.
 */

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusBody {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: Details;
  readonly code?: number;
}

/** A resource as messages name it: `secrets`, `deployments.apps`. */
export interface Named {
  readonly group: string;
  readonly resource: string;
}

/** A refusal, thrown where it is found and told to the caller as it stands. */
export class StatusError extends Error {
  readonly code: number;
  readonly body: StatusBody;

  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.code = code;
    this.body = failure(code, reason, message, details);
  }
}

export function failure(
  code: number,
  reason: string,
  message: string,
  details?: Details,
): StatusBody {
  const frame = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' } as const;
  const why = reason === '' ? {} : { reason };
  return { ...frame, message, ...why, ...(details && { details }), code };
}

export function success(details: Details): StatusBody {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

export function qualified(named: Named): string {
  return named.group === '' ? named.resource : `${named.resource}.${named.group}`;
}

function detailsOf(named: Named, name: string): Details {
  const group = named.group === '' ? {} : { group: named.group };
  return { ...(name !== '' && { name }), ...group, kind: named.resource };
}

export function notFound(named: Named, name: string): StatusError {
  const message = `${qualified(named)} "${name}" not found`;
  return new StatusError(404, 'NotFound', message, detailsOf(named, name));
}

/** No such kind is served: no details name an object, so it never means that an object is gone. */
export function unknownResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** Below an API group that is not served at all, the answer is not even a Status. */
export class PageNotFound extends Error {}

export function alreadyExists(
  named: Named,
  { name, deletionTimestamp }: { name: string; deletionTimestamp?: string },
): StatusError {
  const dying = deletionTimestamp === undefined ? '' : 'object is being deleted: ';
  const message = `${dying}${qualified(named)} "${name}" already exists`;
  return new StatusError(409, 'AlreadyExists', message, detailsOf(named, name));
}

export function conflict(named: Named, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(named)} "${name}": ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf(named, name));
}

export const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(named: Named, name: string, why: string, causes?: Cause[]): StatusError {
  const subject = name === '' ? qualified(named) : `${qualified(named)} "${name}"`;
  const details = { ...detailsOf(named, name), ...(causes && { causes }) };
  return new StatusError(403, 'Forbidden', `${subject} is forbidden: ${why}`, details);
}

/** 422. `kind` is the object's kind, unlike in the other refusals. */
export function invalid(group: string, kind: string, name: string, causes: Cause[]): StatusError {
  const told = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const list = told.length === 1 ? told.join('') : `[${told.join(', ')}]`;
  const full = group === '' ? kind : `${kind}.${group}`;
  const message = `${full} "${name}" is invalid: ${list}`;
  const of = group === '' ? {} : { group };
  const named = name === '' ? {} : { name };
  return new StatusError(422, 'Invalid', message, { ...named, ...of, kind, causes });
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

/** 410: a version from before the compaction. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(405, 'MethodNotAllowed', message, {});
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const list = accepted.join(', ');
  const message = `the body of the request was in an unknown format - accepted media types include: ${list}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

/** 504: the client asks for a version that this server has not reached. */
export function tooLargeVersion(asked: number, current: number): StatusError {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return new StatusError(504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
}
