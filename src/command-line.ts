/**
 * The commands for people, put together: `operator explain` and the others, also as `kubectl vault_lease`. Acts with
 * the person's own kubeconfig and rights, and ends with an exit code: 0 done, 1 not done, 2 wrong use.
 */
import { KINDS } from './api/kinds.ts';
import { helpOf } from './commands/help.ts';
import { type Invocation, isCommand, readInvocation, UsageError } from './commands/invocation.ts';
import type { CommandPorts, VaultView } from './commands/ports.ts';
import { runCommand } from './commands/run.ts';
import { ConfigError, readConfig } from './config.ts';
import { loadCluster } from './kube/cluster-access.ts';
import { Reader } from './kube/reader.ts';
import { requestToken } from './kube/service-accounts.ts';
import { Transport } from './kube/transport.ts';
import { WorkloadPatches } from './kube/workloads.ts';
import { type Clock, deadline } from './runtime/clock.ts';
import { FaultError, refused } from './runtime/fault.ts';
import { ownCapabilities } from './vault/capabilities.ts';
import { VaultHttp } from './vault/http.ts';
import { proverFrom } from './vault/login.ts';
import { LoginBook } from './vault/login-book.ts';
import { OwnTokens } from './vault/own-tokens.ts';

/** As kubectl calls a plug-in: the file beside the bundle puts this word in front. */
const PLUGIN = 'kubectl';
/** The base in config/default keeps VSO's name. */
const OPERATOR_NAMESPACE = 'vault-secrets-operator-system';
const WITHIN_MS = 60_000;
const FAILED = 1;
const WRONG_USE = 2;

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
    if (thrown instanceof FaultError) return ended(line, thrown.fault.message, FAILED);
    if (thrown instanceof UsageError || thrown instanceof ConfigError)
      return ended(line, thrown.message, WRONG_USE);
    throw thrown;
  }
}

function ended({ complain }: CommandLine, sentence: string, code: number): number {
  complain(`error: ${sentence}`);
  return code;
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
      settings: settingsIn(env),
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

/** The operator's variables mean here what they mean there, so that references resolve by the same rules. */
function settingsIn(env: CommandLine['env']) {
  const { allowDefaultGlobals, hardening } = readConfig({
    args: [],
    env,
    hostname: '',
    podNamespace: undefined,
  });
  const operatorNamespace = env['OPERATOR_NAMESPACE'] ?? OPERATOR_NAMESPACE;
  return { operatorNamespace, allowDefaultGlobals, hardening };
}

/** A command never writes as the operator does. */
function refuse(): never {
  throw new Error('a command restarts nothing');
}

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
      const http = new VaultHttp({
        clock,
        userAgent,
        onRequest: ignore,
        clientMaterial: leaveAlone,
      });
      const prover = proverFrom({
        requestToken: (wish) => requestToken(transport, wish, signal),
        valueOf: leaveAlone,
      });
      const tokens = new OwnTokens({ http, clock, prover, book: new LoginBook(ignore) });
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

/** Nobody counts, and nobody waits for the login. */
function ignore(): void {}

/** A secret id may count its uses, and a private key is nobody's to read. */
function leaveAlone(): never {
  throw refused(
    'NotSupportedYet',
    '--ask-vault logs in as service accounts only; this login is made from a Secret, a file or a client certificate, which it leaves alone',
  );
}
