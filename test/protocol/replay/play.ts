/**
 * A trace of the model, played on the real code: after every action the real replicas must wait for the very calls that
 * the model's wait for, and Vault, records, Secrets, objects and workloads must be as the model has them.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { decodeRecord } from '../../../src/ledger/record.ts';
import { type Action, perform } from '../model/actions.ts';
import { PASS_MS } from '../model/judgement.ts';
import { RULES } from '../model/rules.ts';
import { type Call, initial, type Size, type State } from '../model/state.ts';
import { Process } from './process.ts';
import { nameOf, World } from './world.ts';

export interface Difference {
  /** Number of the action after which it was seen, from 1. */
  readonly step: number;
  readonly model: string;
  readonly real: string;
}

/** The first difference, or undefined when there is none. */
export async function play(size: Size, way: readonly Action[]): Promise<Difference | undefined> {
  const theatre = new Theatre(size.crs);
  let state = initial(size);
  for (const [index, action] of way.entries()) {
    await theatre.perform(action, state);
    state = perform(state, action, RULES);
    await theatre.finish(state);
    const [model, real] = [modelView(state), theatre.view(state)];
    if (model !== real) return { step: index + 1, model, real };
  }
  return undefined;
}

class Theatre {
  readonly #world = new World();
  readonly #processes: Process[] = [];
  #started = 0;

  constructor(crs: number) {
    for (let id = 0; id < crs; id += 1) this.#world.makeObject(id, id + 1);
    for (const replica of [0, 1]) this.#start(replica);
  }

  async perform(action: Action, before: State): Promise<void> {
    this.#world.nowMs += 1;
    if ('replica' in action) await this.#performBy(action, before);
    else this.#performIn(action, before);
    await turn();
  }

  /** What the model leaves out: a status that changes in other fields than the one that counts. */
  async finish(state: State): Promise<void> {
    for (const [index, process] of this.#processes.entries())
      for (const run of process.stand.gate.runs) {
        const runs = state.replicas[index]?.runs ?? [];
        const isModelled = runs.some(({ about, id }) => about === run.about && id === run.id);
        if (run.waiting?.call !== 'status' || isModelled) continue;
        run.waiting.proceed('ok');
        await turn();
      }
  }

  view(state: State): string {
    const world = this.#world;
    const records = [...world.records.values()].flatMap(({ data }) => decodeRecord(data) ?? []);
    return shown({
      leases: [...world.tokens].filter(([, { lease }]) => lease).map(([rev]) => rev),
      records: records.map(({ stored, record: { state: is, retirement } }) => ({
        rev: world.leaseOf(stored),
        state: is,
        why: retirement?.why ?? '',
        successor: world.numberOf(retirement?.successor || undefined),
      })),
      secrets: state.secrets.map((_, id) => world.secretFacts(nameOf(id))),
      resources: state.crs.map((_, id) => this.#resource(id)),
      stamps: state.stamps.map((_, id) => this.#stamp(id)),
      replicas: this.#processes.map((process, index) => ({
        waiting: process.stand.gate.runs.map(({ about, id, waiting }) => ({
          about,
          id,
          call: waiting?.call,
        })),
        known: isInUse(state, index) ? process.known() : [],
      })),
    });
  }

  #resource(id: number) {
    const object = this.#world.objects.get(nameOf(id));
    return object ? { uid: Number(object.metadata.uid.slice(1)) } : null;
  }

  #stamp(id: number): number {
    const values = Object.values(this.#world.workloads.get(nameOf(id)) ?? {});
    return this.#world.numberOf(values[0]);
  }

  #start(replica: number): void {
    this.#started += 1;
    this.#processes[replica] = new Process(this.#world, `process-${this.#started}`);
  }

  async #performBy(action: Extract<Action, { replica: number }>, before: State): Promise<void> {
    const process = this.#processes[action.replica];
    if (!process) throw new Error('there is no such replica');
    switch (action.do) {
      case 'start':
        return;
      case 'take-over':
      case 'lead':
        for (const each of this.#processes) each.stand.leads = each === process;
        return process.book.load(new AbortController().signal);
      case 'catch-up':
        await process.book.catchUp(new AbortController().signal);
        return;
      case 'deliver':
        process.stand.view = undefined;
        return;
      case 'lag':
        return process.lag();
      case 'crash':
        return this.#start(action.replica);
      case 'look':
        return process.begin('cr', action.id);
      case 'give-back':
        return process.begin('record', action.id);
      case 'call':
        return this.#answer(process, action, before);
    }
  }

  #answer(process: Process, action: Extract<Action, { do: 'call' }>, before: State): void {
    const isIt = ({ about, id }: { about: string; id: number }): boolean =>
      about === action.about && id === action.id;
    const waiting = process.stand.gate.runs.find(isIt)?.waiting;
    const wanted = before.replicas[action.replica]?.runs.find(isIt)?.call;
    if (waiting?.call !== (wanted && familyOf(wanted)))
      throw new Error(`the model waits for ${wanted}, and the real code for ${waiting?.call}`);
    waiting?.proceed(action.outcome);
  }

  #performIn(action: Exclude<Action, { replica: number }>, before: State): void {
    const world = this.#world;
    switch (action.do) {
      case 'pass':
      case 'stall':
        return world.letPass(PASS_MS);
      case 'collect':
        return world.collect(nameOf(action.id));
      case 'delete-secret':
        return void world.secrets.delete(nameOf(action.id));
      case 'edit-secret':
        return world.editSecret(nameOf(action.id));
      case 'delete':
        return void world.objects.delete(nameOf(action.id));
      case 'recreate':
        return world.makeObject(action.id, (before.lastUid[action.id] ?? 0) + before.crs.length);
      case 'edit':
        return world.editObject(action.id, 1 - (before.crs[action.id]?.digest ?? 0));
    }
  }
}

function modelView(state: State): string {
  const numbersOf = (values: readonly number[]): number => values.at(-1) ?? -1;
  return shown({
    leases: state.tokens.filter(({ lease }) => lease).map(({ rev }) => rev),
    records: state.records.map(({ rev, state: is, why, successor }) => ({
      rev,
      state: is,
      why,
      successor,
    })),
    secrets: state.secrets,
    resources: state.crs.map((resource) => resource && { uid: resource.uid }),
    stamps: state.stamps.map(numbersOf),
    replicas: state.replicas.map(({ runs, book }, index) => ({
      waiting: runs.map(({ about, id, call }) => ({ about, id, call: familyOf(call) })),
      known: isInUse(state, index) ? book.map(({ rev, state: is }) => ({ rev, state: is })) : [],
    })),
  });
}

/** The book of a replica that neither leads nor works is read anew before it counts. */
function isInUse({ replicas }: State, index: number): boolean {
  return replicas[index]?.leads === true;
}

/** Calls that no port can tell apart. */
function familyOf(call: Call): string {
  if (call === 'shorten' || call === 'extend') return 'renew';
  return call === 'undo' ? 'revoke' : call;
}

interface Shown {
  readonly leases: readonly number[];
  readonly records: readonly { readonly rev: number }[];
  readonly replicas: readonly {
    readonly waiting: readonly { about: string; id: number }[];
    readonly known: readonly { rev: number }[];
  }[];
  readonly [part: string]: unknown;
}

function shown(view: Shown): string {
  const byKey = (a: { about: string; id: number }, b: { about: string; id: number }): number =>
    `${a.about}${a.id}` < `${b.about}${b.id}` ? -1 : 1;
  const ordered = {
    ...view,
    leases: [...view.leases].sort((a, b) => a - b),
    records: [...view.records].sort((a, b) => a.rev - b.rev),
    replicas: view.replicas.map(({ waiting, known }) => ({
      waiting: [...waiting].sort(byKey),
      known: [...known].sort((a, b) => a.rev - b.rev),
    })),
  };
  return JSON.stringify(ordered, (_, value: unknown) => (Number.isNaN(value) ? -1 : value), 1);
}
