/**
 * How long login tokens may outlive a crash, as docs/decisions/0002 says it: two minutes, but for the one whose login
 * was answered and that the operator died before it could shorten. That one lives as long as its role grants.
 */
import type { Token } from './oracles.ts';

export interface Crash {
  /** Epoch ms. */
  readonly at: number;
  /** A login was answered and its token not shortened by then. */
  readonly isLoginUnshortened: boolean;
  /** token_ttl of the login role. */
  readonly roleTtlMs: number;
}

export interface TokenJudgement {
  readonly faults: readonly string[];
  /** Those that live as their role says. */
  readonly fullLength: readonly Token[];
}

const SHORT_MS = 120_000;
/** Vault counts in whole seconds. */
const ROUNDING_MS = 2_000;

/** Of tokens that no current record owns. */
export function judgeTokens(
  tokens: readonly Token[],
  { at, isLoginUnshortened, roleTtlMs }: Crash,
): TokenJudgement {
  const outlives = (ms: number) => (token: Token) => token.expiresAt > at + ms + ROUNDING_MS;
  const long = tokens.filter(outlives(SHORT_MS));
  const fullLength = isLoginUnshortened ? long.slice(0, 1) : [];
  const faults = [...long.slice(fullLength.length), ...fullLength.filter(outlives(roleTtlMs))];
  return { faults: faults.map(sayToken(at)), fullLength };
}

const sayToken =
  (since: number) =>
  ({ expiresAt }: Token): string =>
    `a login token lives ${Math.round((expiresAt - since) / 1000)} s after the crash`;
