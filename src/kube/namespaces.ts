/**
 * The annotations of ours on namespaces, watched. Where namespaces may not be watched (an operator with Roles only)
 * nothing is known of them, which is said once; the watch goes on trying.
 */
import type { Clock } from '../runtime/clock.ts';
import { Reflector, type ReflectorNote } from './reflector.ts';
import { NAMESPACES } from './routes.ts';
import { type Change, Store } from './store.ts';
import type { Transport } from './transport.ts';
import type { Identity, WireObject } from './wire.ts';

type Annotations = Readonly<Record<string, string>>;

export interface NamespacesOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** What the annotations begin with that are kept. */
  readonly prefix: string;
  readonly seed: string;
  /** One of them changed. */
  readonly onChange: (namespace: string) => void;
  readonly onNote: (resource: string, note: ReflectorNote) => void;
  /** Namespaces may not be watched. */
  readonly onDenied: () => void;
}

interface Kept extends Identity {
  readonly annotations: Annotations;
}

const PAGE_SIZE = 500;

export class Namespaces {
  readonly reflector: Reflector<Kept>;
  readonly #options: NamespacesOptions;
  readonly #store = new Store<Kept>((kept) => kept);
  #isDenied = false;

  constructor(options: NamespacesOptions) {
    this.#options = options;
    const { transport, clock, seed, prefix } = options;
    this.reflector = new Reflector({
      transport,
      clock,
      scope: { route: NAMESPACES, namespace: undefined },
      store: this.#store,
      read: (object) => keptOf(object, prefix),
      pageSize: PAGE_SIZE,
      seed: `${seed}/namespaces`,
      onChange: (change) => this.#heard(change),
      onNote: (note) => this.#noted(note),
    });
  }

  annotations(namespace: string): Annotations | undefined {
    return this.#store.get('', namespace)?.annotations;
  }

  #heard(change: Change<Kept>): void {
    const [was, now] = [
      change.kind === 'added' ? undefined : change.was,
      change.kind === 'removed' ? undefined : change.now,
    ];
    if (sayOf(was) !== sayOf(now)) this.#options.onChange((now ?? was)?.name ?? '');
  }

  #noted(note: ReflectorNote): void {
    if (note.kind === 'listed') this.#isDenied = false;
    if (note.kind !== 'failed' || note.fault.kind !== 'denied')
      return this.#options.onNote('namespaces', note);
    if (!this.#isDenied) this.#options.onDenied();
    this.#isDenied = true;
  }
}

function keptOf({ metadata }: WireObject, prefix: string): Kept {
  const { name, uid, resourceVersion, annotations = {} } = metadata;
  const ours = Object.entries(annotations).filter(([key]) => key.startsWith(prefix));
  return { namespace: '', name, uid, resourceVersion, annotations: Object.fromEntries(ours) };
}

function sayOf(kept: Kept | undefined): string {
  const pairs = Object.entries(kept?.annotations ?? {}).map((pair) => JSON.stringify(pair));
  return pairs.toSorted().join();
}
