/** Where a replica stands: the world that it works on, whether it leads, and what its watches show. */
import { FaultError } from '../../../src/runtime/fault.ts';
import type { Gate } from './gate.ts';
import type { World } from './world.ts';

export interface Stand {
  readonly world: World;
  readonly gate: Gate;
  leads: boolean;
  /** The watched copies while they lag behind. */
  view: Pick<World, 'objects' | 'secrets'> | undefined;
}

export function assertLeading({ leads }: Stand): void {
  if (leads) return;
  throw new FaultError({ kind: 'transient', reason: 'NotLeading', message: 'not leading' });
}

/** A call that only a leader may make. */
export async function asLeader<T>(
  stand: Stand,
  signal: AbortSignal,
  call: string,
  act: () => T,
): Promise<T> {
  assertLeading(stand);
  return stand.gate.pass(signal, call, act);
}

export function moved(name: string): FaultError {
  const message = `${name} was changed meanwhile`;
  return new FaultError({ kind: 'transient', reason: 'KubernetesConflict', message });
}
