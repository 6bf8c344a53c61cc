/** How the last login under each VaultAuth went, kept for whoever reports on VaultAuths. Never holds a token. */
import type { Fault } from '../runtime/fault.ts';

const MOST_NAMES = 10_000;

export interface LoginNote {
  /** Epoch ms. */
  readonly at: number;
  readonly fault?: Fault;
}

export class LoginBook {
  readonly #onChange: (authName: string) => void;
  /** In the order of the last login. */
  readonly #notes = new Map<string, LoginNote>();

  /** `onChange`: a login went otherwise than the one before it; must not throw. */
  constructor(onChange: (authName: string) => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** `authName` is "namespace/name" of the VaultAuth. */
  lastLogin(authName: string): LoginNote | undefined {
    return this.#notes.get(authName);
  }

  note(authName: string, note: LoginNote): void {
    const before = this.#notes.get(authName);
    this.#notes.delete(authName);
    this.#notes.set(authName, note);
    const [oldest] = this.#notes.keys();
    if (this.#notes.size > MOST_NAMES && oldest !== undefined) this.#notes.delete(oldest);
    if (before?.fault?.reason !== note.fault?.reason) this.#onChange(authName);
  }
}
