/**
 * Which cluster this is: the uids of kube-system and of the operator's own namespace, as far as they may be read. The
 * first lives as long as the cluster does; the second may be read with a Role alone. Neither comes along in a backup
 * of objects: what is restored elsewhere gets new ones.
 */
import { waiting } from '../runtime/fault.ts';
import { hasStatus } from './faults.ts';
import { NAMESPACES } from './routes.ts';
import type { Transport } from './transport.ts';
import { wireObject } from './wire.ts';

const OF_THE_CLUSTER = 'kube-system';

/** At least one. Throws when neither may be read. */
export async function clusterUids(
  transport: Transport,
  ownNamespace: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const own = await uidOf(transport, ownNamespace, signal);
  const uids = [await uidOf(transport, OF_THE_CLUSTER, signal), own].filter(
    (uid) => uid !== undefined,
  );
  if (uids.length > 0) return uids;
  throw waiting(
    'KubernetesForbidden',
    `may get neither namespace ${ownNamespace} nor namespace ${OF_THE_CLUSTER}: grant get on namespaces by a Role in the former`,
  );
}

/** Undefined when it may not be read. */
async function uidOf(
  transport: Transport,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { json } = await transport.raw({ verb: 'get', route: NAMESPACES, name }, signal);
    return wireObject(json).metadata.uid;
  } catch (thrown) {
    if (hasStatus(thrown, 403)) return undefined;
    throw thrown;
  }
}
