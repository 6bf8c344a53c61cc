/** Refusals that a harness plants: simulated webhooks and quotas. */
import type { Kind } from './kinds.ts';
import type { Draft } from './objects.ts';
import { forbidden, qualified, StatusError } from './status.ts';

export type Verb = 'create' | 'update' | 'delete';

export interface Request {
  readonly verb: Verb;
  /** Qualified: `secrets`, `deployments.apps`. */
  readonly resource: string;
  readonly object: Draft;
}

export interface Refusal {
  readonly message: string;
  /** 'webhook' (default): told as an admission webhook's denial; 'quota': as the quota plug-in's. */
  readonly by?: 'webhook' | 'quota';
  readonly code?: number;
}

export type Judge = (request: Request) => Refusal | undefined;

export class Admission {
  readonly #judges = new Set<Judge>();

  /** Asked about every write until disposed. */
  register(judge: Judge): Disposable {
    this.#judges.add(judge);
    return { [Symbol.dispose]: () => this.#judges.delete(judge) };
  }

  judge({ verb, kind, object }: { verb: Verb; kind: Kind; object: Draft }): void {
    for (const judge of this.#judges) {
      const refusal = judge({ verb, resource: qualified(kind), object });
      if (refusal !== undefined) throw told(kind, object.metadata.name ?? '', refusal);
    }
  }
}

function told(kind: Kind, name: string, { message, by, code }: Refusal): StatusError {
  if (by === 'quota') return forbidden(kind, name, message);
  const full = `admission webhook "harness.example.com" denied the request: ${message}`;
  return new StatusError(code ?? 403, 'Forbidden', full);
}
