/**
 * Vault's envelope in our words. Promises that what is not an answer of Vault, though its status says so, becomes
 * a fault and never a value.
 */
import type { Json, JsonObject } from '../api/json.ts';
import type { SecretAnswer, TokenGrant, TokenLogin } from '../api/vault-exchange.ts';
import { seal } from '../runtime/sealed.ts';
import type { VaultCall, VaultReply } from './call.ts';
import { invalidAnswer, statusFault } from './faults.ts';
import { isJsonObject, numberIn } from './json-text.ts';

const MOST_WARNINGS = 10;
const LONGEST_WARNING = 500;

/** The answer to a read or write of a secret. Throws the fault of any other answer. */
export function secretAnswerOf(call: VaultCall, reply: VaultReply): SecretAnswer {
  if (reply.status === 204) return { ...NOTHING, askedAt: reply.askedAt, status: 204 };
  const envelope = reply.json?.open();
  if (reply.status === 404 && isJsonObject(envelope?.['data']) && reply.known === undefined)
    return answerOf(call, reply, envelope);
  if (reply.status !== 200) throw statusFault(call, reply);
  if (envelope === undefined) throw invalidAnswer(call, NO_JSON[reply.content]);
  return answerOf(call, reply, envelope);
}

/** What a login granted. Throws when the answer holds no token that a request could carry. */
export function tokenLoginOf(call: VaultCall, reply: VaultReply): TokenLogin {
  const auth = authIn(call, reply);
  const token = textIn(auth['client_token']);
  const type = textIn(auth['token_type']) === 'batch' ? 'batch' : 'service';
  if (!/^[\x21-\x7e]+$/.test(token)) throw invalidAnswer(call, 'holds no usable token');
  return {
    ...grantIn(call, reply, auth),
    token: seal(token),
    accessor: textIn(auth['accessor']),
    type,
    policies: textsIn(auth['policies']),
    numUses: numberIn(auth['num_uses']) ?? 0,
  };
}

/** What renew-self granted. */
export function tokenGrantOf(call: VaultCall, reply: VaultReply): TokenGrant {
  return grantIn(call, reply, authIn(call, reply));
}

/** What sys/leases/renew granted. */
export function leaseGrantOf(call: VaultCall, reply: VaultReply): TokenGrant {
  const envelope = reply.json?.open();
  if (envelope === undefined) throw invalidAnswer(call, NO_JSON[reply.content]);
  return grantIn(call, reply, envelope);
}

const NOTHING = {
  requestId: '',
  leaseId: '',
  leaseMs: 0,
  renewable: false,
  data: undefined,
  warnings: [],
} as const;

const NO_JSON = {
  json: 'is not what Vault sends',
  empty: 'is empty',
  other: 'is not JSON, or exceeds our limits',
} as const;

function answerOf(call: VaultCall, reply: VaultReply, envelope: JsonObject): SecretAnswer {
  const { data, request_id: requestId, wrap_info: wrapped } = envelope;
  const isData = data === null || isJsonObject(data);
  if (!isData || typeof requestId !== 'string') throw invalidAnswer(call, NO_JSON.json);
  if (isJsonObject(wrapped)) throw invalidAnswer(call, 'is wrapped');
  return {
    askedAt: reply.askedAt,
    requestId,
    leaseId: textIn(envelope['lease_id']),
    leaseMs: durationIn(call, envelope),
    renewable: envelope['renewable'] === true,
    data: data === null ? undefined : seal(data),
    warnings: textsIn(envelope['warnings'])
      .slice(0, MOST_WARNINGS)
      .map((warning) => warning.slice(0, LONGEST_WARNING)),
    status: reply.status,
  };
}

function authIn(call: VaultCall, reply: VaultReply): JsonObject {
  const auth = reply.json?.open()['auth'];
  if (!isJsonObject(auth)) throw invalidAnswer(call, NO_JSON[reply.content]);
  return auth;
}

function grantIn(call: VaultCall, reply: VaultReply, from: JsonObject): TokenGrant {
  return {
    askedAt: reply.askedAt,
    ttlMs: durationIn(call, from),
    renewable: from['renewable'] === true,
  };
}

function durationIn(call: VaultCall, from: JsonObject): number {
  const ms = (numberIn(from['lease_duration']) ?? Number.NaN) * 1_000;
  if (!Number.isSafeInteger(ms) || ms < 0) throw invalidAnswer(call, 'holds no usable duration');
  return ms;
}

function textIn(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
