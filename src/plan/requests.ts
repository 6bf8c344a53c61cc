/**
 * What people ask of an object by annotations that they set themselves: to look at Vault now, or to have a new
 * credential. Any new value asks once. What was done is remembered in the status, so neither a restart of the operator
 * nor a tool that applies the same value again repeats it.
 */
import { createHash } from 'node:crypto';
import { ANNOTATION_PREFIX } from './secret/ownership.ts';

export const SYNC_ANNOTATION = `${ANNOTATION_PREFIX}sync`;
export const ROTATE_ANNOTATION = `${ANNOTATION_PREFIX}rotate`;

/** Requests for one object are followed no more often than this, so that nobody storms Vault by them. */
export const REQUEST_INTERVAL_MS = 30_000;

/** As the API server holds it: nothing of it is checked here. */
export interface Annotated {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: unknown;
}

/** What was asked and is not done; undefined where nothing is. */
export interface OpenRequests {
  readonly sync: string | undefined;
  readonly rotate: string | undefined;
}

export function openRequests(object: Annotated): OpenRequests {
  const status: HandledRequests = Object(object.status);
  const { handledSyncRequest, handledRotateRequest } = status;
  return {
    sync: unless(handledSyncRequest, requestOf(object, SYNC_ANNOTATION)),
    rotate: unless(handledRotateRequest, requestOf(object, ROTATE_ANNOTATION)),
  };
}

export interface HandledRequests {
  readonly handledSyncRequest?: string;
  readonly handledRotateRequest?: string;
}

/** The fields of a status after everything that was asked is done: for what has no lease, a rotation is a look too. */
export function handledRequests(object: Annotated): HandledRequests {
  const { sync, rotate } = openRequests(object);
  return {
    ...(sync !== undefined && { handledSyncRequest: sync }),
    ...(rotate !== undefined && { handledRotateRequest: rotate }),
  };
}

/** The change asked for something; taking an annotation away, or putting an old value back, asks for nothing. */
export function isAsking(before: Annotated, after: Annotated): boolean {
  const [old, now] = [openRequests(before), openRequests(after)];
  return isNew(old.sync, now.sync) || isNew(old.rotate, now.rotate);
}

function isNew(old: string | undefined, now: string | undefined): boolean {
  return now !== undefined && now !== old;
}

/** Longest value that is remembered as it is; an annotation may be 256 KiB. */
const LONGEST_VALUE = 64;

function requestOf({ metadata }: Annotated, annotation: string): string | undefined {
  const value = metadata.annotations?.[annotation];
  if (!value || value.length <= LONGEST_VALUE) return value || undefined;
  return createHash('sha256').update(value).digest('hex');
}

function unless(handled: string | undefined, asked: string | undefined): string | undefined {
  return asked === handled ? undefined : asked;
}
