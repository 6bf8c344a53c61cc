/**
 * The one place where what went wrong with a call becomes a fault. Promises texts of our own: method, path and
 * address of the call, a status, a code of Node; nothing that Vault, a proxy or a request said.
 */

import { REASONS, type Reason } from '../api/reasons.ts';
import type { Login } from '../api/vault-exchange.ts';
import { type Fault, FaultError, type FaultKind } from '../runtime/fault.ts';
import type { VaultCall, VaultReply } from './call.ts';

/** The fault of a reply that is not the success that was asked for. */
export function statusFault(call: VaultCall, reply: VaultReply): FaultError {
  const row = meantBy(reply) ?? BY_STATUS[reply.status] ?? rowOf(call, reply);
  const said = answered(call, reply);
  const text = row.reason === 'PermissionDenied' ? `${said}; ${needs(call)}` : said;
  // A server that failed midway may have done the work.
  const isRefusal = reply.status === 501 || reply.known?.meaning === 'refused';
  const ambiguous = reply.status >= 500 && !isRefusal;
  return vaultFault(row.kind, row.reason, text, {
    ...(ambiguous && { ambiguous }),
    ...(row.kind === 'throttled' && reply.retryAfterMs !== undefined
      ? { retryAfterMs: reply.retryAfterMs }
      : {}),
  });
}

/** A login that Vault refused: the same answers mean other things there. */
export function loginFault(
  call: VaultCall,
  reply: VaultReply,
  method: Login['method'],
): FaultError {
  if (reply.content === 'other' || ![400, 403, 404].includes(reply.status))
    return statusFault(call, reply);
  // Vault does not say which of the two is wrong, nor why.
  const isSecretId = method === 'appRole' && reply.status === 400;
  return vaultFault(
    'denied',
    isSecretId ? 'SecretIdRefused' : 'LoginDenied',
    answered(call, reply),
  );
}

/** No answer at all, or not all of it. `code` is Node's; `sent`: the request may have reached Vault. */
export function wireFault(call: VaultCall, code: string, sent: boolean): FaultError {
  const shown = /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown';
  const [reason, what] = meaningOf(shown);
  const text = `${place(call)}: ${what} (${shown})`;
  return vaultFault('transient', reason, text, sent ? { ambiguous: true } : {});
}

export function invalidAnswer(call: VaultCall, what: string): FaultError {
  const text = `${place(call)}: the answer ${what}`;
  return vaultFault('transient', 'VaultAnswerInvalid', text, { ambiguous: true });
}

/** A call that is not made, because another to the same endpoint was told to wait. */
export function heldBack(
  call: VaultCall,
  {
    kind,
    reason,
    retryAfterMs,
  }: Pick<Fault, 'kind' | 'reason'> & { readonly retryAfterMs: number },
): FaultError {
  const text = `${place(call)}: held back for ${Math.ceil(retryAfterMs / 1_000)} s, as Vault asked of an earlier call`;
  return new FaultError({ kind, reason, message: text, retryAfterMs });
}

/** A fault about a call. The remedy is the one of the reason. */
export function callFault(
  call: VaultCall,
  kind: FaultKind,
  reason: Reason,
  what: string,
  ambiguous: boolean,
): FaultError {
  return vaultFault(kind, reason, `${place(call)}: ${what}`, ambiguous ? { ambiguous } : {});
}

interface Row {
  readonly kind: FaultKind;
  readonly reason: Reason;
}

/** What Vault says outweighs its status, as far as the status allows. */
function meantBy({ known, status }: VaultReply): Row | undefined {
  if (known?.meaning === 'token-invalid' && status === 403)
    return { kind: 'denied', reason: 'TokenInvalid' };
  if (known?.meaning === 'backend-failed') return { kind: 'transient', reason: 'VaultServerError' };
  return known && status >= 429 ? BY_MEANING[known.meaning] : undefined;
}

const BY_MEANING: Readonly<Record<string, Row>> = {
  sealed: { kind: 'throttled', reason: 'VaultSealed' },
  standby: { kind: 'throttled', reason: 'VaultStandby' },
  overloaded: { kind: 'throttled', reason: 'VaultThrottled' },
  full: { kind: 'throttled', reason: 'VaultThrottled' },
  refused: { kind: 'denied', reason: 'VaultRequestRefused' },
};

const BY_STATUS: Readonly<Record<number, Row>> = {
  412: { kind: 'transient', reason: 'VaultStandby' },
  429: { kind: 'throttled', reason: 'VaultThrottled' },
  501: { kind: 'throttled', reason: 'VaultUninitialized' },
};

function rowOf(call: VaultCall, reply: VaultReply): Row {
  if (reply.status >= 500) return fiveHundred(reply);
  if (reply.content === 'other') return { kind: 'transient', reason: 'VaultAnswerInvalid' };
  if (reply.status === 403) return { kind: 'denied', reason: 'PermissionDenied' };
  if (reply.status === 404 && SOURCES.has(call.operation))
    return { kind: 'waiting', reason: 'SourceMissing' };
  if (reply.status >= 400) return { kind: 'denied', reason: 'VaultRequestRefused' };
  return { kind: 'transient', reason: 'VaultAnswerInvalid' };
}

const SOURCES: ReadonlySet<string> = new Set(['read', 'write']);

function fiveHundred(reply: VaultReply): Row {
  return reply.status === 503 && reply.retryAfterMs !== undefined
    ? { kind: 'throttled', reason: 'VaultThrottled' }
    : { kind: 'transient', reason: 'VaultServerError' };
}

function needs(call: VaultCall): string {
  return `the token's policies need "${call.method === 'GET' ? 'read' : 'update'}" on ${pathOf(call)}`;
}

function meaningOf(code: string): readonly [Reason, string] {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return ['VaultNameNotResolved', 'the host name does not resolve'];
  if (TLS_CODES.test(code)) return ['VaultTLSFailed', TLS_CAUSES[code] ?? 'TLS failed'];
  if (code === 'ECONNREFUSED') return ['VaultUnreachable', 'the connection is refused'];
  if (code === 'CONNECT_TIMEOUT') return ['VaultUnreachable', 'nobody answers at that address'];
  if (CUT_CODES.has(code)) return ['VaultUnreachable', 'the connection was cut'];
  return ['VaultUnreachable', 'the connection failed'];
}

const TLS_CODES =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED|EPROTO$)/;
const UNTRUSTED = 'its certificate is not signed by the given CA';
const TLS_CAUSES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  EPROTO: 'it does not speak TLS 1.2 or newer there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
};
const CUT_CODES = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_BAD_RESPONSE']);

function vaultFault(
  kind: FaultKind,
  reason: Reason,
  text: string,
  more: Pick<Fault, 'ambiguous' | 'retryAfterMs'> = {},
): FaultError {
  return new FaultError({
    kind,
    reason,
    message: `${text}. ${REASONS[reason].remedy}`.trimEnd(),
    ...more,
  });
}

function answered(call: VaultCall, reply: VaultReply): string {
  const says = reply.known === undefined ? '' : `: ${reply.known.says}`;
  return `${place(call)} answered ${reply.status}${says}`;
}

function place(call: VaultCall): string {
  const namespace = call.namespace === '' ? '' : ` in Vault namespace ${call.namespace}`;
  return `${call.method} ${pathOf(call)}${namespace} at ${call.endpoint.address}`;
}

/** As the user wrote it. */
function pathOf(call: VaultCall): string {
  return decodeURIComponent(call.path);
}
