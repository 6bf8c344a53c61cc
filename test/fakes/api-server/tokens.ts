/**
 * Who is calling: static tokens of the harness, and the signed tokens of service accounts as TokenRequest issues
 * them (ES256, audience, expiry, the claims of kubernetes.io). A token dies with its service account.
 */
import { generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import type { Clock } from '../../../src/runtime/clock.ts';
import { wrong } from './metadata.ts';
import type { Draft, Fields, Thing } from './objects.ts';
import { at, fieldsOf, listOf, numberOf, textOf, textsOf, timestamp } from './objects.ts';
import { badRequest, invalid } from './status.ts';
import type { Store } from './store.ts';

export const ISSUER = 'https://kubernetes.default.svc';

export interface Identity {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly audiences: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const ANONYMOUS: Identity = {
  username: 'system:anonymous',
  uid: '',
  groups: ['system:unauthenticated'],
  audiences: [],
};

export interface TokenWish {
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
}

export class Tokens {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #known = new Map<string, Identity>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** A static token: an administrator, or a person whom RBAC judges. */
  add(token: string, username: string, groups: readonly string[]): void {
    const all = [...groups, 'system:authenticated'];
    this.#known.set(token, { username, uid: '', groups: all, audiences: [ISSUER] });
  }

  issue(account: Thing, { audiences = [], expirationSeconds = 3600 }: TokenWish): string {
    const { name, namespace = '', uid } = account.metadata;
    const now = Math.floor(this.#clock.now() / 1000);
    return this.#signed({
      aud: audiences.length > 0 ? audiences : [ISSUER],
      exp: now + expirationSeconds,
      iat: now,
      iss: ISSUER,
      jti: randomUUID(),
      'kubernetes.io': { namespace, serviceaccount: { name, uid } },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    });
  }

  /** What the tokens are verified with by others, as a JSON web key set. */
  publicKeys(): Fields {
    const key = this.#keys.publicKey.export({ format: 'jwk' });
    return { keys: [{ ...key, use: 'sig', alg: 'ES256', kid: 'fake' }] };
  }

  /** undefined: nobody we know, expired, the account is gone, or not meant for any of these audiences. */
  authenticate(token: string, audiences: readonly string[] = [ISSUER]): Identity | undefined {
    const identity = this.#known.get(token) ?? this.#fromClaims(this.#claims(token));
    const meant = identity?.audiences.filter((each) => audiences.includes(each)) ?? [];
    return identity !== undefined && meant.length > 0
      ? { ...identity, audiences: meant }
      : undefined;
  }

  #signed(claims: Fields): string {
    const content = `${encode({ alg: 'ES256', kid: 'fake', typ: 'JWT' })}.${encode(claims)}`;
    const key = { key: this.#keys.privateKey, dsaEncoding: 'ieee-p1363' as const };
    return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
  }

  #claims(token: string): Fields {
    const [head = '', body = '', signature = '', ...more] = token.split('.');
    const key = { key: this.#keys.publicKey, dsaEncoding: 'ieee-p1363' as const };
    const content = Buffer.from(`${head}.${body}`);
    const genuine =
      more.length === 0 && verify('sha256', content, key, Buffer.from(signature, 'base64url'));
    return genuine ? fieldsOf(JSON.parse(Buffer.from(body, 'base64url').toString())) : {};
  }

  #fromClaims(claims: Fields): Identity | undefined {
    const namespace = textOf(at(claims, 'kubernetes.io', 'namespace'));
    const { name, uid } = fieldsOf(at(claims, 'kubernetes.io', 'serviceaccount'));
    const account = this.#store.get('serviceaccounts', namespace, textOf(name));
    const alive = account !== undefined && account.metadata.uid === uid;
    if (!alive || numberOf(claims['exp'], 0) * 1000 <= this.#clock.now()) return undefined;
    return {
      username: textOf(claims['sub']),
      uid: account.metadata.uid,
      groups: [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ],
      audiences: textsOf(claims['aud']),
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${textOf(claims['jti'])}`] },
    };
  }
}

function encode(part: Fields): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

const TEN_MINUTES = 600;
const LONGEST = 2 ** 32;

/** serviceaccounts/token: the TokenRequest with its status. */
export function answerTokenRequest(
  tokens: Tokens,
  clock: Clock,
  account: Thing,
  input: Draft,
): Fields {
  const expirationSeconds = numberOf(input.spec?.['expirationSeconds'], 3600);
  const asked = textsOf(input.spec?.['audiences']);
  assertLifetime(expirationSeconds);
  const audiences = asked.length > 0 ? asked : [ISSUER];
  const { name, namespace, uid } = account.metadata;
  const now = clock.now();
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, uid, creationTimestamp: timestamp(now) },
    spec: { audiences, expirationSeconds, boundObjectRef: input.spec?.['boundObjectRef'] ?? null },
    status: {
      token: tokens.issue(account, { audiences, expirationSeconds }),
      expirationTimestamp: timestamp(now + expirationSeconds * 1000),
    },
  };
}

function assertLifetime(seconds: number): void {
  const short = seconds < TEN_MINUTES ? 'may not specify a duration less than 10 minutes' : '';
  const why = seconds > LONGEST ? 'may not specify a duration larger than 2^32 seconds' : short;
  if (why === '') return;
  const cause = wrong('spec.expirationSeconds', seconds, why);
  throw invalid('authentication.k8s.io', 'TokenRequest', '', [cause]);
}

/** authentication.k8s.io TokenReview. */
export function answerTokenReview(tokens: Tokens, input: Draft): Fields {
  const token = textOf(input.spec?.['token']);
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const wanted = textsOf(input.spec?.['audiences']);
  const identity = tokens.authenticate(token, wanted.length > 0 ? wanted : [ISSUER]);
  const user = identity && {
    username: identity.username,
    ...(identity.uid !== '' && { uid: identity.uid }),
    groups: listOf(identity.groups),
    ...(identity.extra && { extra: identity.extra }),
  };
  const status = user
    ? { authenticated: true, user, audiences: identity.audiences }
    : { user: {}, error: 'invalid bearer token' };
  return { ...input, metadata: { creationTimestamp: null }, status };
}
