/**
 * Where the calls of a real reconcile wait until the trace says what becomes of them. A run is known by the signal of
 * its reconcile, which every port is given.
 */
import { FaultError } from '../../../src/runtime/fault.ts';
import type { Outcome } from '../model/actions.ts';

export interface Arrived {
  readonly call: string;
  readonly proceed: (outcome: Outcome) => void;
}

/** What becomes of a call that takes several requests: of all of them. */
interface Lasting {
  readonly call: string;
  readonly record: string;
  readonly outcome: Outcome;
}

export interface LiveRun {
  readonly about: 'cr' | 'record';
  readonly id: number;
  /** The call that waits; undefined while the run computes, and when it is over. */
  waiting: Arrived | undefined;
  isOver: boolean;
  lasting: Lasting | undefined;
}

export class Gate {
  readonly #runs = new Map<AbortSignal, LiveRun>();

  get runs(): readonly LiveRun[] {
    return [...this.#runs.values()].filter(({ isOver }) => !isOver);
  }

  /** Reconcilers report what fails; one that throws fails the replay by what it leaves undone. */
  begin(
    about: LiveRun['about'],
    id: number,
    reconcile: (signal: AbortSignal) => Promise<unknown>,
  ): void {
    const { signal } = new AbortController();
    const run: LiveRun = { about, id, waiting: undefined, isOver: false, lasting: undefined };
    this.#runs.set(signal, run);
    const over = (): void => {
      run.isOver = true;
    };
    reconcile(signal).then(over, over);
  }

  /** Waits for the outcome, then carries the call out or not, and answers it or not. */
  async pass<T>(signal: AbortSignal, call: string, act: () => T): Promise<T> {
    return carryOut(await outcomeOf(this.#runOf(signal), call), act);
  }

  /** As `pass`, for the write of a record. After a conflict, or a read that prepared it, it is the same call. */
  async write<T>(signal: AbortSignal, call: string, record: string, act: () => T): Promise<T> {
    const run = this.#runOf(signal);
    const { lasting } = run;
    run.lasting = undefined;
    const isSame = lasting?.call === call && lasting.record === record;
    const outcome = isSame ? lasting.outcome : await outcomeOf(run, call);
    return carryOut(outcome, act, () => {
      run.lasting = { call, record, outcome };
    });
  }

  /**
   * The read of a record: after a conflict, or because it may not have been written; then it is to be retired. `isAll`
   * tells whether what was read ends the call: then its answer is the one that may be lost.
   */
  async read<T>(
    signal: AbortSignal,
    record: string,
    act: () => T,
    isAll: (found: T, call: string) => boolean,
  ): Promise<T> {
    const run = this.#runOf(signal);
    const retire = 'retire';
    if (run.lasting?.record !== record)
      run.lasting = { call: retire, record, outcome: await outcomeOf(run, retire) };
    const { call, outcome } = run.lasting;
    if (isUnheard(outcome)) throw noAnswer(false);
    const found = act();
    if (outcome === 'lost' && isAll(found, call)) throw noAnswer(true);
    return found;
  }

  #runOf(signal: AbortSignal): LiveRun {
    const run = this.#runs.get(signal);
    if (!run) throw new Error('a call of no run');
    return run;
  }
}

async function outcomeOf(run: LiveRun, call: string): Promise<Outcome> {
  const outcome = await new Promise<Outcome>((proceed) => {
    run.waiting = { call, proceed };
  });
  run.waiting = undefined;
  return outcome;
}

function carryOut<T>(outcome: Outcome, act: () => T, onRefusal: () => void = () => undefined): T {
  if (isUnheard(outcome)) throw noAnswer(false);
  let result: T;
  try {
    result = act();
  } catch (thrown) {
    onRefusal();
    throw thrown;
  }
  if (outcome === 'lost') throw noAnswer(true);
  return result;
}

function isUnheard(outcome: Outcome): boolean {
  return outcome === 'fail' || outcome === 'never';
}

function noAnswer(ambiguous: boolean): FaultError {
  const message = 'no answer came';
  return new FaultError({ kind: 'transient', reason: 'VaultTimeout', message, ambiguous });
}
