/** A trace for a person to read. */
import type { Action } from './actions.ts';
import { perform } from './actions.ts';
import type { Rules } from './rules.ts';
import { initial, type Size } from './state.ts';

const OUTCOMES = {
  ok: '',
  lost: ', done, but the answer is lost',
  fail: ' fails',
  late: ' arrives although another replica leads by now',
  never: ' never arrives',
} as const;

/** One line an action, with the calls by name. */
export function tell(size: Size, rules: Rules, way: readonly Action[]): string {
  let state = initial(size);
  const lines = way.map((action) => {
    const run =
      action.do === 'call'
        ? state.replicas[action.replica]?.runs.find(
            ({ about, id }) => about === action.about && id === action.id,
          )
        : undefined;
    const call = run ? `${run.call}${run.rev < 0 ? '' : ` r${run.rev}`}` : '';
    state = perform(state, action, rules);
    return line(action, call);
  });
  return [...lines, state.broken].map((text, index) => `${index + 1}. ${text}`).join('\n');
}

function line(action: Action, call: string): string {
  const who = 'replica' in action ? `replica ${'AB'[action.replica]}` : '';
  if (action.do === 'call') return `${who}: ${call}${OUTCOMES[action.outcome]}`;
  if (action.do === 'look') return `${who} looks at object ${action.id}`;
  if (action.do === 'give-back') return `${who} looks at the retiring record r${action.id}`;
  return 'id' in action ? `${action.do} ${action.id}` : `${WORDS[action.do] ?? action.do} ${who}`;
}

const WORDS: Readonly<Record<string, string>> = {
  pass: 'time goes by',
  stall: 'time goes by while work waits',
  lead: 'the lead is free and goes to',
  'take-over': 'the lead is taken over by',
  deliver: 'the watches catch up of',
  lag: 'the watches begin to lag of',
  'catch-up': 'late records are read by',
};
