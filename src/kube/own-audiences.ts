/**
 * What the API server takes tokens for, read from the token that we are known by ourselves: it was made for that very
 * API server. Verifies nothing; a token that is no JWT, or none at all, says nothing.
 */
import type { ClusterAccess } from './cluster-access.ts';
import { isRecord } from './wire.ts';

export async function ownAudiences(access: ClusterAccess): Promise<readonly string[]> {
  const { headers } = await access.credentials(false);
  return headers.map(audiencesIn).open();
}

function audiencesIn(headers: Readonly<Record<string, string>>): readonly string[] {
  const header = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization');
  const claims = claimsIn(header?.[1]?.replace(/^Bearer /u, '').split('.')[1] ?? '');
  const audiences: unknown = isRecord(claims) ? claims['aud'] : undefined;
  return [audiences].flat().filter((each) => typeof each === 'string');
}

function claimsIn(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
}
