/** One command from its words to its exit code. Everything outside comes through ports. */
import { explain } from '../plan/explain/explain.ts';
import type { ResolveDeps } from '../reconcile/access/identity.ts';
import { FaultError, waiting } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import { gatherFacts } from './facts.ts';
import { type Invocation, UsageError } from './invocation.ts';
import type { CommandPorts } from './ports.ts';
import { askToSync, pause, resume } from './requests.ts';
import { asYours } from './sight.ts';
import { textOf } from './text.ts';

/** What an invocation leaves open. */
export interface CommandDefaults {
  readonly namespace: string;
  /** Of the operator, as far as they decide how references resolve. */
  readonly settings: ResolveDeps['settings'];
}

/** Throws UsageError, and a FaultError whose message is for the person. */
export async function runCommand(
  { command, subject, flags }: Invocation,
  ports: CommandPorts,
  defaults: CommandDefaults,
): Promise<void> {
  const { namespace = defaults.namespace } = flags;
  const ref: Ref = {
    ...subject,
    namespace: subject.kind === 'Namespace' ? subject.name : namespace,
  };
  try {
    switch (command) {
      case 'explain':
        return await explainTo(ports, ref, flags, defaults);
      case 'sync':
        return await askToSync(ports, ref, flags.rotate);
      case 'pause':
        return await pause(ports, ref);
      case 'resume':
        return await resume(ports, ref);
    }
  } catch (thrown) {
    throw thrown instanceof FaultError ? new FaultError(asYours(thrown.fault)) : thrown;
  }
}

async function explainTo(
  ports: CommandPorts,
  ref: Ref,
  { output, askVault, vaultAddress, operatorNamespace }: Invocation['flags'],
  defaults: CommandDefaults,
): Promise<void> {
  const { kind, namespace, name } = ref;
  if (kind === 'Namespace')
    throw new UsageError('a namespace cannot be explained: name an object in it');
  const stored = await ports.view.object(ref);
  if (!stored)
    throw waiting('KubernetesNotFound', `there is no ${kind} ${name} in namespace ${namespace}`);
  const facts = await gatherFacts(ports, stored, {
    settings: { ...defaults.settings, ...(operatorNamespace && { operatorNamespace }) },
    askVault,
    vaultAddress,
  });
  const explanation = explain(facts);
  ports.print(output === 'json' ? JSON.stringify(explanation, undefined, 2) : textOf(explanation));
}
