/** Which cluster this is: the uid of kube-system lives as long as the cluster does, and comes along in no backup of one namespace. */
import { NAMESPACES } from './routes.ts';
import type { Transport } from './transport.ts';
import { wireObject } from './wire.ts';

export async function clusterUid(transport: Transport, signal: AbortSignal): Promise<string> {
  const { json } = await transport.raw(
    { verb: 'get', route: NAMESPACES, name: 'kube-system' },
    signal,
  );
  return wireObject(json).metadata.uid;
}
