import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Gate } from './gate.ts';

const NEVER = new AbortController().signal;

/** Lets the promises settle that are ready to. */
const settled = () => new Promise((next) => setImmediate(next));

/** Asks for a place and notes who got one. */
function asker(gate: Gate) {
  const inside: string[] = [];
  const places = new Map<string, Disposable>();
  const ask = async (name: string, signal = NEVER): Promise<void> => {
    const place = await gate.enter(name.startsWith('urgent'), signal);
    inside.push(name);
    places.set(name, place);
  };
  const leave = async (name: string): Promise<void> => {
    places.get(name)?.[Symbol.dispose]();
    await settled();
  };
  return { inside, ask, leave };
}

describe('a gate', () => {
  it('lets in as many as there are places, in the order of asking, the urgent first', async () => {
    const { inside, ask, leave } = asker(new Gate(2, 0));
    void Promise.all(['a', 'b', 'c', 'd', 'urgent'].map((name) => ask(name)));
    await settled();
    assert.deepEqual(inside, ['a', 'b']);
    await leave('a');
    await leave('b');
    assert.deepEqual(inside, ['a', 'b', 'urgent', 'c']);
    await leave('urgent');
    assert.deepEqual(inside.at(-1), 'd');
  });

  it('keeps places for the urgent', async () => {
    const { inside, ask } = asker(new Gate(3, 1));
    void Promise.all(['a', 'b', 'c', 'urgent 1', 'urgent 2'].map((name) => ask(name)));
    await settled();
    assert.deepEqual(inside, ['a', 'b', 'urgent 1']);
  });

  it('forgets who gives up waiting', async () => {
    const { inside, ask, leave } = asker(new Gate(1, 0));
    const stop = new AbortController();
    void ask('a');
    const gaveUp = assert.rejects(ask('b', stop.signal), { name: 'AbortError' });
    void ask('c');
    stop.abort();
    await gaveUp;
    await leave('a');
    assert.deepEqual(inside, ['a', 'c']);
    await assert.rejects(ask('d', stop.signal), { name: 'AbortError' });
  });
});
