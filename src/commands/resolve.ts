/**
 * Follows the references of an object by the reconcilers' own code: whenever that asks for an object that was not read
 * yet, it is read and the question is asked again. So a command resolves as the operator does, and reads nothing else.
 */

import type { ReferenceSight, Sight } from '../plan/explain/explain-facts.ts';
import { conditionsOf } from '../plan/explain/explain-findings.ts';
import { checkConnection } from '../plan/identity/connection.ts';
import type { SeenConnection } from '../reconcile/access/connections.ts';
import type { ResolveDeps } from '../reconcile/access/identity.ts';
import { checked } from '../reconcile/load.ts';
import type { StoredObject } from '../reconcile/ports.ts';
import { type Fault, FaultError, faultOf } from '../runtime/fault.ts';
import { keyOf, type Ref } from '../runtime/ref.ts';
import type { View } from './ports.ts';
import { sightOf } from './sight.ts';

export interface Resolution<Result> {
  readonly result: Result | Fault;
  /** In the order in which they were followed. */
  readonly references: readonly ReferenceSight[];
}

/** More than any chain of references is long. */
const MOST_READS = 10;

class Unread extends Error {
  readonly ref: Ref;

  constructor(ref: Ref) {
    super('an object was not read yet');
    this.ref = ref;
  }
}

type Seen = Map<string, { readonly ref: Ref; readonly sight: Sight<StoredObject> }>;

export async function resolve<Result>(
  view: Pick<View, 'object'>,
  settings: ResolveDeps['settings'],
  ask: (deps: ResolveDeps) => Result,
): Promise<Resolution<Result>> {
  const seen: Seen = new Map();
  const deps = depsOver(seen, settings);
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    try {
      return { result: ask(deps), references: referencesIn(seen) };
    } catch (thrown) {
      if (!(thrown instanceof Unread))
        return { result: faultOf(thrown), references: referencesIn(seen) };
      const { ref } = thrown;
      seen.set(keyOf(ref), { ref, sight: await sightOf(() => view.object(ref)) });
    }
  }
  throw new Error('references do not come to an end');
}

function depsOver(seen: Seen, settings: ResolveDeps['settings']): ResolveDeps {
  const get = (ref: Ref): StoredObject | undefined => {
    const { sight } = seen.get(keyOf(ref)) ?? {};
    if (!sight) throw new Unread(ref);
    if (sight.kind === 'unseen') throw new FaultError(sight.fault);
    return sight.kind === 'found' ? sight.value : undefined;
  };
  const connections = {
    get: (ref: Ref) => {
      const stored = get(ref);
      return stored && connectionOf(stored);
    },
  };
  // What a person may read is looked at wherever it lies.
  return {
    settings,
    store: { get, watches: () => true, outOfSight: () => undefined },
    connections,
  };
}

/**
 * Without an endpoint when the operator cannot use it either: the specification is refused, or the operator says so of
 * what only it can see. CA and client certificate are named, not read: nobody connects by this.
 */
function connectionOf(stored: StoredObject): SeenConnection {
  const { uid, generation } = stored.metadata;
  const refused = conditionsOf(stored).some(
    ({ type, status, observedGeneration }) =>
      type === 'ResourceValidation' && status === 'False' && observedGeneration === generation,
  );
  try {
    const { endpoint, clientSecret } = checkConnection(checked('VaultConnection', stored).spec);
    const client = clientSecret && { ...stored.metadata, name: clientSecret, digest: '' };
    if (refused) return { uid, generation };
    return { uid, generation, endpoint: { ...endpoint, ...(client && { client }) } };
  } catch {
    return { uid, generation };
  }
}

function referencesIn(seen: Seen): readonly ReferenceSight[] {
  return [...seen.values()].map(({ ref, sight }) => {
    if (sight.kind !== 'found') return { ref, sight };
    return { ref, sight: { kind: 'found', value: { conditions: conditionsOf(sight.value) } } };
  });
}
