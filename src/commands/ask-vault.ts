/** Asks Vault what an object's login may do: with a person's right to be that service account, and not without being told to. */
import { isIP } from 'node:net';
import type { SecretRequest, VaultEndpoint, VaultIdentity } from '../api/vault-exchange.ts';
import type { VaultWord } from '../plan/explain/explain-facts.ts';
import { checkCa, checkConnection } from '../plan/identity/connection.ts';
import { checked } from '../reconcile/load.ts';
import { FaultError } from '../runtime/fault.ts';
import type { CommandPorts } from './ports.ts';
import { asYours } from './sight.ts';

/** Throws only what is no fault. `address`: reach Vault there. */
export async function askVault(
  ports: CommandPorts,
  identity: VaultIdentity,
  request: SecretRequest,
  address: string | undefined,
): Promise<VaultWord> {
  try {
    const reachable = await reached(ports, identity, address);
    return { kind: 'allows', capabilities: await ports.vault.capabilities(reachable, request) };
  } catch (thrown) {
    if (!(thrown instanceof FaultError)) throw thrown;
    return { kind: 'failed', fault: asYours(thrown.fault) };
  }
}

/** With the CA of its VaultConnection; a file of the operator's pod is not to be had here, so the system's roots stand in. */
async function reached(
  { view, vault }: CommandPorts,
  identity: VaultIdentity,
  address: string | undefined,
): Promise<VaultIdentity> {
  const [namespace = '', name = ''] = identity.connectionName.split('/');
  const stored = await view.object({ kind: 'VaultConnection', namespace, name });
  if (!stored) return identity;
  const { ca } = checkConnection(checked('VaultConnection', stored).spec);
  const trusted = ca.kind === 'secret' && {
    caPem: checkCa(ca, await vault.ca(namespace, ca.name)),
  };
  const endpoint = { ...identity.endpoint, ...trusted };
  return { ...identity, endpoint: address === undefined ? endpoint : elsewhere(endpoint, address) };
}

/** The certificate is that of the Vault which the VaultConnection names, wherever it is reached. */
function elsewhere(endpoint: VaultEndpoint, address: string): VaultEndpoint {
  const { hostname } = new URL(endpoint.address);
  const named = isIP(hostname) === 0 && { serverName: hostname };
  return { ...named, ...endpoint, address: address.replace(/\/+$/u, '') };
}
