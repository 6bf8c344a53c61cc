/**
 * Eventual stability: from every state, once nothing disturbs any more, a state as promised is reached and never left.
 * With steps that happen some day in whatever order, that is so when every state has a way into the stable ones.
 */
import type { Explored } from './explore.ts';

export interface Stability {
  /** States as promised that lead only to such. */
  readonly stable: number;
  /** The first state without a way there. */
  readonly astray: number | undefined;
}

export function stability({ ahead, calm }: Explored): Stability {
  const behind: number[][] = ahead.map(() => []);
  for (const [from, tos] of ahead.entries()) for (const to of tos) behind[to]?.push(from);
  const restless = spread(behind, (id) => calm[id] !== true);
  const saved = spread(behind, (id) => restless[id] !== 1);
  const astray = saved.indexOf(0);
  return {
    stable: restless.reduce((count, is) => count + (is === 0 ? 1 : 0), 0),
    astray: astray < 0 ? undefined : astray,
  };
}

/** Marks the chosen states and every one that has a way to them. */
function spread(behind: readonly (readonly number[])[], isChosen: (id: number) => boolean) {
  const marks = new Uint8Array(behind.length);
  const queue = behind.map((_, id) => id).filter(isChosen);
  for (const id of queue) marks[id] = 1;
  for (let to = queue.pop(); to !== undefined; to = queue.pop())
    for (const from of behind[to] ?? [])
      if (marks[from] === 0) {
        marks[from] = 1;
        queue.push(from);
      }
  return marks;
}
