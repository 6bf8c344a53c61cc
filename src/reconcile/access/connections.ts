/**
 * The Vaults we know how to reach: one endpoint for each VaultConnection that was found usable, with the CA it had
 * when its reconciler last looked. Secrets resolve through this and never read a CA themselves.
 */
import type { VaultEndpoint } from '../../api/vault-exchange.ts';
import { keyOf, type Ref } from '../../runtime/ref.ts';

/** Reason of a fault that is only "we have not looked there yet": whoever looks first wakes us. */
export const STARTING = 'Progressing';

export interface SeenConnection {
  readonly uid: string;
  readonly generation: number;
  /** Absent when this generation cannot be used. */
  readonly endpoint?: VaultEndpoint;
}

export class Connections {
  readonly #seen = new Map<string, SeenConnection>();

  /** Undefined until its reconciler has looked for the first time. */
  get(ref: Ref): SeenConnection | undefined {
    return this.#seen.get(keyOf(ref));
  }

  /** True when dependants must look again: the connection is new, or is reached in another way. */
  put(ref: Ref, connection: SeenConnection): boolean {
    const before = this.get(ref);
    this.#seen.set(keyOf(ref), connection);
    return JSON.stringify(before) !== JSON.stringify(connection);
  }

  drop(ref: Ref): void {
    this.#seen.delete(keyOf(ref));
  }
}
