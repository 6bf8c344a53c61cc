/**
 * The image's file tree, made by doing what the Dockerfile says: the first stage in a folder with the machine's npm,
 * the last one on a stand-in for its base image. What the Dockerfile forgets to copy is missing here too.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { layBase } from './base.ts';
import { Context } from './context.ts';
import { type Instruction, readDockerfile, type Stage } from './dockerfile.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DOCKERFILE = join(ROOT, 'Dockerfile');

export interface Image extends Disposable {
  /** Folder that is the root of its file system. */
  readonly tree: string;
  /** "uid:gid". */
  readonly user: string;
  readonly entrypoint: readonly string[];
}

export async function buildImage(args: Readonly<Record<string, string>>): Promise<Image> {
  const folder = mkdtempSync(join(tmpdir(), 'vlo-image-'));
  const [build, last, ...more] = readDockerfile(DOCKERFILE);
  if (!build?.name || !last || more.length > 0) throw new Error('two stages are expected');
  const stages = new Map<string, string>();
  for (const stage of [build, last]) {
    const tree = join(folder, stage.name ?? 'image');
    mkdirSync(tree);
    if (stage === last) layBase(tree, stage.base);
    await follow(stage, { tree, stages, args, context: new Context(ROOT) });
    if (stage.name) stages.set(stage.name, tree);
  }
  return {
    tree: join(folder, 'image'),
    user: only(last, 'user').user,
    entrypoint: only(last, 'entrypoint').words,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The words of its ENTRYPOINT. */
export function entrypoint(): readonly string[] {
  const last = readDockerfile(DOCKERFILE).at(-1);
  if (!last) throw new Error('the Dockerfile has no stage');
  return only(last, 'entrypoint').words;
}

interface Site {
  readonly tree: string;
  readonly stages: ReadonlyMap<string, string>;
  readonly args: Readonly<Record<string, string>>;
  readonly context: Context;
}

async function follow({ instructions }: Stage, site: Site): Promise<void> {
  let workdir = '/';
  const env: Record<string, string> = {};
  for (const each of instructions) {
    if (each.does === 'workdir') workdir = each.path;
    if (each.does === 'arg') env[each.name] = site.args[each.name] ?? each.preset;
    if (each.does === 'copy') await copy(each, workdir, site);
    if (each.does === 'run') await run(each.command, join(site.tree, workdir), env);
  }
}

async function copy(
  { from, sources, target }: Extract<Instruction, { does: 'copy' }>,
  workdir: string,
  { tree, stages, context }: Site,
): Promise<void> {
  const place = join(tree, posix.resolve(workdir, target));
  const intoFolder = target.endsWith('/');
  mkdirSync(intoFolder ? place : join(place, '..'), { recursive: true });
  for (const source of sources) {
    const into = intoFolder ? join(place, basename(source)) : place;
    if (from === undefined) await context.copy(source, into);
    else cpSync(join(stageOf(stages, from), source), into, { recursive: true });
  }
}

function stageOf(stages: ReadonlyMap<string, string>, name: string): string {
  const tree = stages.get(name);
  if (tree === undefined) throw new Error(`COPY --from=${name}: there is no such stage before`);
  return tree;
}

/** With the machine's npm and its settings of registry and cache. */
async function run(
  command: string,
  cwd: string,
  args: Readonly<Record<string, string>>,
): Promise<void> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, npm_config_prefer_offline: 'true', ...args };
  await promisify(execFile)('/bin/sh', ['-ec', command], { cwd, env, maxBuffer: 2 ** 26 });
}

function only<Does extends Instruction['does']>(
  { instructions }: Stage,
  does: Does,
): Extract<Instruction, { does: Does }> {
  const found = instructions.filter(
    (each): each is Extract<Instruction, { does: Does }> => each.does === does,
  );
  const [one, ...others] = found;
  if (!one || others.length > 0) throw new Error(`one ${does} is expected in the last stage`);
  return one;
}
