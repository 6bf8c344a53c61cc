/**
 * The commands for people, put together: `operator explain` and the others, also as `kubectl vault_lease`. Acts with
 * the person's own kubeconfig and rights, and ends with an exit code: 0 done, 1 not done, 2 wrong use.
 */
import { KINDS } from './api/kinds.ts';
import { helpOf } from './commands/help.ts';
import { type Invocation, isCommand, readInvocation, UsageError } from './commands/invocation.ts';
import type { CommandPorts, VaultView } from './commands/ports.ts';
import { runCommand } from './commands/run.ts';
import { loadCluster } from './kube/cluster-access.ts';
import { Reader } from './kube/reader.ts';
import { Transport } from './kube/transport.ts';
import { WorkloadPatches } from './kube/workloads.ts';
import { proofs } from './proofs.ts';
import { type Clock, deadline } from './runtime/clock.ts';
import { FaultError } from './runtime/fault.ts';
import { ownCapabilities } from './vault/capabilities.ts';
import { VaultHttp } from './vault/http.ts';
import { LoginBook } from './vault/login-book.ts';
import { OwnTokens } from './vault/own-tokens.ts';

/** As kubectl calls a plug-in: the file beside the bundle puts this word in front. */
const PLUGIN = 'kubectl';
/** The base in config/default keeps VSO's name. */
const OPERATOR_NAMESPACE = 'vault-secrets-operator-system';
const WITHIN_MS = 60_000;

export interface CommandLine {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly version: string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Whether the process is to run one of these, and not the operator. */
export function isForPeople([word]: readonly string[]): boolean {
  return word === PLUGIN || isCommand(word);
}

export async function runCommandLine(line: CommandLine): Promise<number> {
  const isPlugin = line.args[0] === PLUGIN;
  const program = isPlugin ? 'kubectl vault_lease' : 'operator';
  try {
    const read = readInvocation(isPlugin ? line.args.slice(1) : line.args);
    if ('command' in read) await runWith(line, read);
    else line.print(helpOf(program, read.helpOn));
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof UsageError || thrown instanceof FaultError)) throw thrown;
    line.complain(`error: ${thrown instanceof FaultError ? thrown.fault.message : thrown.message}`);
    return thrown instanceof UsageError ? 2 : 1;
  }
}

async function runWith(line: CommandLine, invocation: Invocation): Promise<void> {
  const { env, clock, version } = line;
  const { kubeconfig, context } = invocation.flags;
  const access = await loadCluster({
    env,
    ...(kubeconfig !== undefined && { kubeconfigPath: kubeconfig }),
    ...(context !== undefined && { context }),
  });
  const userAgent = `vault-lease-operator/${version} (${invocation.command})`;
  const transport = new Transport({ access, clock, userAgent });
  using limit = deadline(clock, WITHIN_MS, new AbortController().signal);
  try {
    await runCommand(invocation, portsOf(line, transport, userAgent, limit.signal), {
      namespace: access.namespace ?? 'default',
      operatorNamespace: env['OPERATOR_NAMESPACE'] ?? OPERATOR_NAMESPACE,
    });
  } finally {
    await transport.close();
  }
}

function portsOf(
  { clock, print }: CommandLine,
  transport: Transport,
  userAgent: string,
  signal: AbortSignal,
): CommandPorts {
  const plurals = Object.values(KINDS).map(({ kind, plural }) => [kind, plural]);
  const reader = new Reader(transport, Object.fromEntries(plurals), signal);
  const workloads = new WorkloadPatches({ transport, clock, assertLeading: refuse });
  return {
    now: () => clock.now(),
    print,
    view: {
      object: (ref) => reader.object(ref),
      secret: (namespace, name) => reader.secret(namespace, name),
      secrets: (namespace, selector) => reader.secrets(namespace, selector),
      namespace: (name) => reader.namespace(name),
      events: (namespace, uid) => reader.events(namespace, uid),
      leader: (namespace) => reader.leader(namespace),
      workload: (target) => workloads.read(target, signal),
      annotate: (ref, annotations) => reader.annotate(ref, annotations),
    },
    vault: vaultView(transport, clock, userAgent, reader, signal),
  };
}

/** A command never writes as the operator does. */
function refuse(): never {
  throw new Error('a command restarts nothing');
}

/** Those of the operator's pod are not here. */
const NO_FILES = { read: async () => undefined };

function vaultView(
  transport: Transport,
  clock: Clock,
  userAgent: string,
  reader: Reader,
  signal: AbortSignal,
): VaultView {
  return {
    ca: (namespace, name) => reader.ca(namespace, name),
    capabilities: async (identity, request) => {
      const { prover, clientCertificates } = proofs(transport, NO_FILES);
      const http = new VaultHttp({
        clock,
        userAgent,
        onRequest: () => undefined,
        clientMaterial: (of) => clientCertificates.material(of, signal),
      });
      const tokens = new OwnTokens({ http, clock, prover, book: new LoginBook(() => undefined) });
      try {
        const { token } = await tokens.login(identity, signal);
        const access = { endpoint: identity.endpoint, namespace: identity.namespace, token };
        try {
          return await ownCapabilities(http, access, request, signal);
        } finally {
          await tokens.revokeToken(access, signal).catch(() => undefined);
        }
      } finally {
        http.close();
      }
    },
  };
}
