/** What must hold in every state, and what a state at rest must look like. */
import type { Resource, State } from './state.ts';

/** A sentence when something is broken. */
export function invariant(state: State): string {
  const lost = state.tokens.find((token) => token.lease && isLost(state, token.rev, token.short));
  if (lost)
    return 'a lease is lost: neither a record nor a Secret tells of it, and its token is long';
  const isHalf = state.secrets.some((secret) => secret && secret.data !== secret.mark);
  return isHalf ? 'a Secret is half a revision' : '';
}

function isLost(state: State, rev: number, short: boolean): boolean {
  const isRecorded = state.records.some((record) => record.rev === rev);
  const isCarried = state.secrets.some((secret) => secret?.mark === rev);
  return !short && !isRecorded && !isCarried;
}

/** What is wrong with a state in which nothing more happens; "" when all is as promised. */
export function unrest(state: State): string {
  for (const [cr, resource] of state.crs.entries()) {
    const wrong = resource ? unserved(state, cr, resource) : undefined;
    if (wrong) return wrong;
  }
  const wanted = state.crs.filter(Boolean).length;
  if (state.records.length !== wanted) return 'a record is left over';
  if (state.tokens.filter(({ lease }) => lease).length !== wanted) return 'a lease is left over';
  return state.secrets.filter(Boolean).length === wanted ? '' : 'a Secret is left over';
}

function unserved(state: State, cr: number, resource: Resource): string {
  const secret = state.secrets[cr];
  if (!secret || secret.edited || secret.uid !== resource.uid) return 'the Secret is not in place';
  return (
    unfit(state, secret.mark, resource.digest) ?? unrolled(state, cr, secret.mark, resource) ?? ''
  );
}

function unfit(state: State, rev: number, digest: number): string | undefined {
  const record = state.records.find((each) => each.rev === rev);
  const token = state.tokens.find((each) => each.rev === rev);
  if (record?.state !== 'current') return 'the credential is not recorded as current';
  if (!token?.lease || token.short) return 'the credential is not alive to stay';
  if (state.revs[rev]?.digest !== digest) return 'the credential is not what is wanted';
  return undefined;
}

function unrolled(
  state: State,
  cr: number,
  rev: number,
  { restarted }: Resource,
): string | undefined {
  const isRolled = !state.revs[rev]?.restarts || state.stamps[cr]?.includes(rev);
  return isRolled && restarted === rev ? undefined : 'the targets were not restarted';
}
