/**
 * One play of a story: the trigger, perhaps a kill at one call and a new start, the way to the end, and the judgement.
 * Finds and tells; whoever plays many decides.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  contentsOf,
  idleTokens,
  restartFaults,
  roleTtlMs,
  secretFaults,
  stampsOf,
  strayLeases,
  type Token,
  unsettled,
} from './oracles.ts';
import { comesToRest } from './rest.ts';
import type { Rig } from './rig.ts';
import type { Scene } from './scene.ts';
import { type Phase, type Point, type Seen, sayFate } from './sequence.ts';
import type { Story } from './stories.ts';
import { judgeTokens } from './tokens.ts';

/** Where the operator is killed. */
export interface Kill {
  readonly point: Point;
  readonly phase: Phase;
}

export interface Played {
  readonly story: Story;
  readonly scene: Scene;
  readonly kill: Kill | undefined;
  /** Everything the operator asked of the servers, until the end was reached. */
  readonly trace: readonly Seen[];
  /** What the operator warned of meanwhile. */
  readonly warnings: readonly string[];
  /** Sentences; empty when all promises were kept. */
  readonly violations: readonly string[];
  /** A credential was made and did not come to be written when the operator died: one more may be issued. */
  readonly lostIssue: boolean;
  /** Tokens whose login was answered and that were not shortened when the operator died: they live as the role says, and no longer. */
  readonly fullLength: readonly Token[];
  readonly leaks: number;
  readonly restarts: number;
  /** Changes of the Secret's content. */
  readonly changes: number;
}

const STRUCK_WITHIN_MS = 15_000;
/** An election may be in it. */
const SETTLED_WITHIN_MS = 45_000;
const POLL_MS = 100;

export interface Stand {
  readonly rig: Rig;
  /** Flags of the operator. */
  readonly args: readonly string[];
}

/** The operator must be running; it runs afterwards. `meanwhile` is done while the story comes to its end. */
export async function play(
  { rig, args }: Stand,
  story: Story,
  scene: Scene,
  kill: Kill | undefined,
  meanwhile: () => Promise<void>,
): Promise<Played> {
  await story.poise(rig, scene);
  rig.sequence.begin();
  const logged = rig.operator.logs().length;
  const strike = kill && rig.sequence.strikeAt(kill.point, kill.phase, () => rig.operator.kill());
  await story.trigger(rig, scene);
  const struck = strike && (await within(strike, STRUCK_WITHIN_MS));
  const struckAt = Date.now();
  const before = [...rig.sequence.seen];
  rig.sequence.spare();
  if (struck) await rig.operator.start({ args });
  const [, left] = await Promise.all([meanwhile(), settle(rig, story, scene)]);
  const stillLeft = left.length > 0 ? left : await quiet(rig, story, scene);
  const tokens = judgeTokens(await idleTokens(rig, scene), {
    at: struckAt,
    isLoginUnshortened: isLoginUnshortened(before),
    roleTtlMs: await roleTtlMs(rig, scene),
  });
  await scene.caughtUp();
  await scene.close();
  return {
    story,
    scene,
    kill,
    trace: [...rig.sequence.seen],
    warnings: warningsOf(rig.operator.logs().slice(logged)),
    violations: [
      ...(kill && !struck ? ['the call did not come'] : []),
      ...stillLeft,
      ...(await secretFaults(story, scene)),
      ...restartFaults(scene),
      ...tokens.faults,
    ],
    lostIssue: isIssueLost(before),
    fullLength: tokens.fullLength,
    leaks: (await strayLeases(rig, scene)).length,
    restarts: stampsOf(scene).length,
    changes: contentsOf(scene).length - 1,
  };
}

/** What is left when the time is over. */
async function settle(rig: Rig, story: Story, scene: Scene): Promise<readonly string[]> {
  const end = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const left = await unsettled(rig, story, scene);
    if (left.length === 0 || Date.now() > end) return left;
    await sleep(POLL_MS);
  }
}

/** At the end, and nothing more is written. */
async function quiet(rig: Rig, story: Story, scene: Scene): Promise<readonly string[]> {
  if (!(await comesToRest(rig.sequence, SETTLED_WITHIN_MS)))
    return ['the operator goes on writing'];
  return unsettled(rig, story, scene);
}

/** Vault carried it out, whether or not the operator learned of it. */
function isDone({ isAnswered, status = 0 }: Seen): boolean {
  return isAnswered === true && status < 300;
}

function isIssueLost(trace: readonly Seen[]): boolean {
  const count = (shape: RegExp): number =>
    trace.filter((seen) => shape.test(seen.shape) && isDone(seen)).length;
  const writes = count(/^kubernetes (POST|PUT) \/api\/v1\/namespaces\/\{tenant\}\/secrets/);
  return count(/^vault GET .*\/creds\//) > writes;
}

function isLoginUnshortened(trace: readonly Seen[]): boolean {
  const done = trace.filter(isDone).map(({ shape }) => shape);
  const login = done.findLastIndex((shape) => shape.endsWith('/login'));
  return login >= 0 && !done.slice(login).some((shape) => shape.endsWith('/renew-self'));
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  const first = await Promise.race([promise, late]);
  over.abort();
  return first;
}

export function sayKill(kill: Kill | undefined): string {
  return kill ? `${kill.phase} ${kill.point.shape} #${kill.point.nth}` : 'no crash';
}

/** A line may be cut where the play begins, and where the operator was killed. */
function warningsOf(log: string): readonly string[] {
  return log.split('\n').filter((line) => /"level":"(?:warn|error)"/.test(line));
}

/** The play for a person: the calls and the warnings. */
export function sayPlayed({ trace, warnings }: Played): string {
  return [sayTrace(trace), ...warnings.map((line) => `    ${line}`)].join('\n');
}

/** The trace for a person: what changes something, and what became of it. */
function sayTrace(trace: readonly Seen[]): string {
  const [first] = trace;
  const lines = trace
    .filter(({ mutating }) => mutating)
    .map((seen) => {
      const [path] = seen.path.split('?');
      return `    +${seen.at - (first?.at ?? 0)} ms ${seen.server} ${seen.method} ${path}: ${sayFate(seen)}`;
    });
  return lines.join('\n');
}
