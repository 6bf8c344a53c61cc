/**
 * Learns the calls of a story from a play without a crash, then plays it again for every call that changes something
 * and every phase of it. The operator goes on from play to play; every play has a tenant of its own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { databaseUsers } from '../stage/real-stage.ts';
import { issueCounts, issuesOf, leasesOf } from './oracles.ts';
import { comesToRest } from './rest.ts';
import type { Rig } from './rig.ts';
import { type Kill, type Played, play, type Stand, sayKill, sayPlayed } from './run.ts';
import { NAME, type Scene, setScene } from './scene.ts';
import { PHASES, type Seen } from './sequence.ts';
import type { Story } from './stories.ts';

export interface StoryReport {
  readonly story: string;
  /** Mutating calls of the play without a crash. */
  readonly points: number;
  readonly kills: number;
  /** Leases left at the end of all plays, and after their tenants were removed. */
  readonly leaks: number;
  /** Credentials issued beyond those of the play without a crash. */
  readonly extraIssues: number;
  /** Plays in which a credential was made and could not come to be written. */
  readonly lostIssues: number;
  readonly restarts: number;
  /** Changes of a Secret that its Deployment had to be restarted for. */
  readonly changes: number;
  /** Where a login was answered and the operator died before it could shorten the token. */
  readonly fullLengthTokens: readonly string[];
  readonly ms: number;
  /** A text each, with the trace. */
  readonly violations: readonly string[];
}

/** `every`: 1 for all kills, n for each nth. */
export async function sweep(stand: Stand, story: Story, every: number): Promise<StoryReport> {
  const startedAt = Date.now();
  const { rig } = stand;
  const plays = await uncrashed(stand, story);
  const reference = plays.at(-1);
  if (!reference) throw new Error('a sweep begins with a play without a crash');
  const kills = chosen(killsOf(reference.trace), every);
  let next = await prepared(rig, story);
  for (const kill of kills) {
    const isLast = kill === kills.at(-1);
    const prepareNext = async (): Promise<void> => {
      if (!isLast) next = await prepared(rig, story);
    };
    plays.push(await play(stand, story, next, kill, prepareNext));
  }
  const lost = await clear(rig, plays);
  return reportOf(rig, reference, plays, lost, Date.now() - startedAt);
}

const MOST_UNCRASHED = 5;

/**
 * Plays without a crash until two in a row made the same calls: one that is made again after a conflict, when the machine
 * is slow, is no point of the story, and would not come in the plays that are to be killed there.
 */
async function uncrashed(stand: Stand, story: Story): Promise<Played[]> {
  const plays: Played[] = [];
  while (plays.length < MOST_UNCRASHED) {
    const scene = await prepared(stand.rig, story);
    plays.push(await play(stand, story, scene, undefined, async () => {}));
    const [before, last] = plays.slice(-2);
    if (before && last && isDeepStrictEqual(pointsOf(before), pointsOf(last))) return plays;
  }
  const told = plays.map((played) => sayPlayed(played)).join('\n\n');
  throw new Error(`${story.name}: each play without a crash makes other calls:\n${told}`);
}

function pointsOf({ trace }: Played): readonly string[] {
  const points = trace.filter(({ mutating }) => mutating);
  return points.map(({ shape, nth }) => `${shape} #${nth}`).toSorted();
}

const PREPARED_WITHIN_MS = 60_000;

/**
 * A tenant at the beginning of the story. What the operator still has to say of the preparation must not count as a
 * call of the story, and the credential of the preparation is tried out before the story makes it end.
 */
export async function prepared(rig: Rig, story: Story): Promise<Scene> {
  const scene = await setScene(rig, story.tenant);
  await story.prepare(rig, scene);
  await scene.caughtUp();
  if (!(await comesToRest(rig.sequence, PREPARED_WITHIN_MS)))
    throw new Error('the operator goes on writing before the story began');
  return scene;
}

function killsOf(trace: readonly Seen[]): readonly Kill[] {
  return trace
    .filter(({ mutating }) => mutating)
    .flatMap(({ shape, nth }) => PHASES.map((phase) => ({ point: { shape, nth }, phase })));
}

/** A step that has a factor in common with the number of phases would miss whole phases. */
function chosen(kills: readonly Kill[], every: number): readonly Kill[] {
  const step = every % PHASES.length === 0 ? every + 1 : every;
  return kills.filter((_, index) => index % step === 0);
}

const CLEARED_WITHIN_MS = 60_000;
const POLL_MS = 200;

/** All objects of all plays go. What is left in Vault and PostgreSQL then is lost: a sentence for each. */
async function clear(rig: Rig, plays: readonly Played[]): Promise<readonly string[]> {
  const homes = plays.map(({ scene }) => scene.tenant);
  const remove = homes.map(({ namespace }) =>
    rig.kube.remove('vaultdynamicsecrets', namespace, NAME),
  );
  await Promise.all(remove);
  const end = Date.now() + CLEARED_WITHIN_MS;
  for (;;) {
    const leases = await Promise.all(plays.map(({ scene }) => leasesOf(rig, scene)));
    const left = [...leases.flat(), ...(await databaseUsers(rig.stack))];
    if (left.length === 0 || Date.now() > end) {
      await Promise.all(homes.map((home) => home.remove()));
      return left.map((what) => `left when every object was gone: ${what}`);
    }
    await sleep(POLL_MS);
  }
}

function reportOf(
  rig: Rig,
  reference: Played,
  plays: readonly Played[],
  lost: readonly string[],
  ms: number,
): StoryReport {
  const counts = issueCounts(rig);
  const extraOf = ({ scene }: Played): number =>
    issuesOf(counts, scene) - issuesOf(counts, reference.scene);
  const needless = (played: Played): string[] => {
    const extra = extraOf(played) - (played.lostIssue ? 1 : 0);
    return extra > 0 ? [`${extra} credentials were issued without need`] : [];
  };
  const sum = (numberOf: (played: Played) => number): number =>
    plays.reduce((total, played) => total + numberOf(played), 0);
  return {
    story: reference.story.name,
    points: reference.trace.filter(({ mutating }) => mutating).length,
    kills: plays.filter(({ kill }) => kill !== undefined).length,
    leaks: sum(({ leaks }) => leaks) + lost.length,
    extraIssues: sum(extraOf),
    lostIssues: plays.filter(({ lostIssue }) => lostIssue).length,
    restarts: sum(({ restarts }) => restarts),
    changes: sum(({ changes }) => changes),
    fullLengthTokens: plays
      .filter(({ fullLength }) => fullLength.length > 0)
      .map(({ kill }) => sayKill(kill)),
    ms,
    violations: [
      ...plays.flatMap((played) =>
        [...played.violations, ...needless(played)].map((what) => sayViolation(played, what)),
      ),
      ...lost,
    ],
  };
}

function sayViolation(played: Played, what: string): string {
  return `${played.story.name}, killed ${sayKill(played.kill)}: ${what}\n${sayPlayed(played)}`;
}

/** One line. */
export function sayReport(report: StoryReport): string {
  const { story, points, kills, leaks, extraIssues, lostIssues, restarts, changes, ms } = report;
  return (
    `${story}: ${points} points, ${kills} kills, ${leaks} leaks, ` +
    `${extraIssues} extra issues where ${lostIssues} were lost, ` +
    `${restarts} restarts for ${changes} changes, ` +
    `${report.fullLengthTokens.length} tokens that could not be shortened, ` +
    `${report.violations.length} violations, ${Math.round(ms / 1000)} s`
  );
}
