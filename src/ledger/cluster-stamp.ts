/**
 * Which cluster a record belongs to: every uid by which the writer knew its cluster. One in common is enough, so that
 * a record is recognised by an operator that may read fewer of them, and by one that may read more.
 */

export function stampOf(uids: readonly string[]): string {
  return uids.join(' ');
}

export function isSameCluster(stamp: string, other: string): boolean {
  const uids = new Set(other.split(' '));
  return stamp.split(' ').some((uid) => uids.has(uid));
}
