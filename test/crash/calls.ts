/**
 * Requests in words that are the same in every run: the method, and the path with everything blanked that is made up
 * at random. Tells calls that change something from calls that only look, by what the servers do and not by the verb.
 */

export type Server = 'kubernetes' | 'vault';

export interface Call {
  readonly server: Server;
  readonly method: string;
  /** With the query, as it was sent. */
  readonly path: string;
}

const BLANKED: readonly (readonly [RegExp, string])[] = [
  [/\/t-[0-9a-f]{8}(?=$|[/-])/g, '/{tenant}'],
  [/\/vault-lease-[0-9a-f]{16}$/, '/vault-lease-{revision}'],
  [/\/events\/.+$/, '/events/{event}'],
];

/** Such as `kubernetes POST /api/v1/namespaces/{tenant}/secrets`. */
export function shapeOf({ server, method, path }: Call): string {
  const [bare = ''] = path.split('?');
  const blank = BLANKED.reduce((text, [what, by]) => text.replace(what, by), bare);
  return `${server} ${method} ${blank}`;
}

/** Leader election changes nothing that is promised. */
const LEADER_LEASE = /^\/apis\/coordination\.k8s\.io\//;
/** Reading a credential makes one. */
const CREDENTIALS = /^\/v1\/[^/]+\/creds\//;

export function isMutating({ server, method, path }: Call): boolean {
  if (server === 'vault' && CREDENTIALS.test(path)) return true;
  if (method === 'GET' || method === 'HEAD') return false;
  return !LEADER_LEASE.test(path);
}
