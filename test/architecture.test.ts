/**
 * The rooms of src/ and who may import whom, executed. The linter says the same while typing; this says it of the
 * whole tree, and would say it if the linter's configuration were lost. The folders of reconcile, and that nothing
 * goes round in a circle, are held here alone.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '..');

interface Room {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  /** Modules of Node. */
  readonly node: readonly string[];
}

const ROOMS: Readonly<Record<string, Room>> = {
  api: { rooms: ['runtime'], packages: ['ajv', 'ajv-formats'], node: [] },
  runtime: { rooms: [], packages: ['luxon', 'p-queue'], node: ['crypto', 'util'] },
  // node:net for its words about addresses: isIP, BlockList.
  plan: { rooms: ['api', 'runtime'], packages: [], node: ['crypto', 'net'] },
  ledger: { rooms: ['api', 'plan', 'runtime'], packages: [], node: ['util'] },
  reconcile: { rooms: ['api', 'plan', 'runtime', 'ledger'], packages: [], node: [] },
  kube: {
    rooms: ['api', 'runtime'],
    packages: ['@kubernetes/client-node', 'undici'],
    node: ['crypto', 'fs/promises', 'https', 'path', 'tls'],
  },
  vault: {
    rooms: ['api', 'runtime'],
    packages: ['axios', 'luxon'],
    node: ['crypto', 'dns', 'http', 'https', 'net', 'tls'],
  },
  commands: {
    rooms: ['api', 'plan', 'runtime', 'ledger', 'reconcile'],
    packages: [],
    node: ['net', 'util'],
  },
  telemetry: { rooms: ['runtime'], packages: ['pino', 'prom-client'], node: ['events', 'http'] },
};

/** Folders of reconcile and the others that each may import; '.' stands for the files that are in none. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  access: ['.'],
  destination: ['.'],
  credential: ['.', 'access', 'destination'],
  leased: ['.', 'access', 'destination', 'credential'],
  pki: ['.', 'access', 'destination', 'credential'],
  '.': ['access', 'destination'],
};
/** Knows all stories, and tells which is whose. */
const TABLE_OF_STORIES = 'src/reconcile/reconcilers.ts';

/** One import of a file: which room and package it reaches for, or what is wrong with it. */
export function violations(file: string, text: string): string[] {
  const room = file.split('/')[1] ?? '';
  const allowed = ROOMS[room];
  if (!file.startsWith('src/') || file.split('/').length < 3) return [];
  if (!allowed) return [`${file}: src/${room} is no room`];
  return importsOf(text)
    .filter((target) => !isAllowed(file, room, allowed, target))
    .map((target) => `${file}: ${room} may not import ${target}`);
}

function importsOf(text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map((match) => match[1] ?? '');
}

function isAllowed(file: string, room: string, allowed: Room, target: string): boolean {
  if (target.startsWith('node:')) return allowed.node.includes(target.slice('node:'.length));
  if (!target.startsWith('.'))
    return allowed.packages.some((name) => target === name || target.startsWith(`${name}/`));
  const [top, other, ...rest] = join(dirname(file), target).split(sep);
  return (
    top === 'src' && rest.length > 0 && (other === room || allowed.rooms.includes(other ?? ''))
  );
}

/** Imports between folders of reconcile that may not be. */
function folderViolations(file: string, text: string): string[] {
  const folder = folderOf(file);
  if (folder === undefined || file === TABLE_OF_STORIES) return [];
  const allowed = FOLDERS[folder];
  if (!allowed) return [`${file}: src/reconcile/${folder} is no folder that was planned`];
  return targetsOf(file, text)
    .filter((target) => {
      const other = folderOf(target);
      return other !== undefined && other !== folder && !allowed.includes(other);
    })
    .map((target) => `${file}: ${folder} may not import ${target}`);
}

/** Undefined outside of reconcile. */
function folderOf(file: string): string | undefined {
  const [top, room, name, ...rest] = file.split('/');
  if (top !== 'src' || room !== 'reconcile') return undefined;
  return rest.length > 0 ? name : '.';
}

/** The files of ours that a file imports, types included. */
function targetsOf(file: string, text: string): string[] {
  return importsOf(text)
    .filter((target) => target.startsWith('.'))
    .map((target) => join(dirname(file), target).replaceAll(sep, '/'));
}

/** A way of imports from a file back to itself; empty when there is none. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const harmless = new Set<string>();
  const walk = (file: string, way: readonly string[]): readonly string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (harmless.has(file)) return [];
    for (const target of imports.get(file) ?? []) {
      const circle = walk(target, [...way, file]);
      if (circle.length > 0) return circle;
    }
    harmless.add(file);
    return [];
  };
  for (const file of imports.keys()) {
    const circle = walk(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

function sources(): string[] {
  return globSync('src/**/*.ts', { cwd: ROOT })
    .filter((file) => !file.endsWith('.test.ts') && !file.includes('/testing/'))
    .map((file) => relative('.', file).replaceAll(sep, '/'));
}

describe('rooms', () => {
  it('hold every source file, and none imports where it may not', () => {
    const files = sources();
    assert.ok(files.length > 50, 'the sources were not found');
    const found = files.flatMap((file) => violations(file, readFileSync(join(ROOT, file), 'utf8')));
    assert.deepEqual(found, []);
  });

  for (const [sentence, file, line] of [
    ['an adapter importing the story', 'src/kube/x.ts', "import { a } from '../reconcile/a.ts';"],
    ['an adapter importing the other', 'src/vault/x.ts', "import { a } from '../kube/a.ts';"],
    ['judgement importing a package', 'src/plan/x.ts', "import axios from 'axios';"],
    ['judgement reading a file', 'src/plan/x.ts', "import { readFileSync } from 'node:fs';"],
    ['judgement opening a connection', 'src/plan/x.ts', "import { get } from 'node:https';"],
    ['judgement importing as it runs', 'src/plan/x.ts', "await import('node:fs/promises');"],
    ['a kind reading a file', 'src/api/x.ts', "import { readFile } from 'node:fs/promises';"],
    ['machinery opening a socket', 'src/runtime/x.ts', "import { Socket } from 'node:net';"],
    ['a story importing the door', 'src/reconcile/x.ts', "import { a } from '../vault/http.ts';"],
    ['a type import across a wall', 'src/runtime/x.ts', "import type { A } from '../api/a.ts';"],
    ['an import of the composition', 'src/api/x.ts', "import { main } from '../main.ts';"],
    ['a room nobody planned', 'src/utils/x.ts', ''],
  ] as const) {
    it(`are guarded against ${sentence}`, () => {
      assert.equal(violations(file, line).length, 1);
    });
  }
});

describe('the folders of reconcile', () => {
  it('are told apart, and none imports where it may not', () => {
    const files = sources();
    const seen = new Set(files.map(folderOf).filter((folder) => folder !== undefined));
    assert.deepEqual([...seen].toSorted(), Object.keys(FOLDERS).toSorted());
    const found = files.flatMap((file) =>
      folderViolations(file, readFileSync(join(ROOT, file), 'utf8')),
    );
    assert.deepEqual(found, []);
  });

  for (const [sentence, file, line] of [
    ['leases importing certificates', 'leased/x.ts', "import { a } from '../pki/a.ts';"],
    ['certificates importing leases', 'pki/x.ts', "import type { A } from '../leased/a.ts';"],
    ['what they share importing one', 'credential/x.ts', "import { a } from '../leased/a.ts';"],
    ['what they share importing the other', 'credential/x.ts', "import { a } from '../pki/a.ts';"],
    ['access importing the Secret', 'access/x.ts', "import { a } from '../destination/a.ts';"],
    ['the Secret importing access', 'destination/x.ts', "import { a } from '../access/a.ts';"],
    ['a credential in the Secret', 'destination/x.ts', "import { a } from '../credential/a.ts';"],
    ['a story in what all use', 'deps.ts', "import type { A } from './leased/a.ts';"],
    ['a folder nobody planned', 'common/x.ts', "import { a } from '../deps.ts';"],
  ] as const) {
    it(`are guarded against ${sentence}`, () => {
      assert.equal(folderViolations(`src/reconcile/${file}`, line).length, 1);
    });
  }

  it('may all use what is in none of them', () => {
    const line = "import type { Deps } from '../deps.ts';";
    assert.deepEqual(folderViolations('src/reconcile/access/x.ts', line), []);
  });
});

describe('imports', () => {
  it('go round in no circle, types included', () => {
    const files = globSync('src/**/*.ts', { cwd: ROOT }).map((file) => file.replaceAll(sep, '/'));
    const imports = new Map(
      files.map((file) => [file, targetsOf(file, readFileSync(join(ROOT, file), 'utf8'))]),
    );
    assert.ok([...imports.values()].flat().length > 1000, 'the imports were not found');
    assert.deepEqual(circleIn(imports), []);
  });

  it('would be seen going round', () => {
    const planted = [
      ['src/a.ts', "import { b } from './room/b.ts';"],
      ['src/room/b.ts', "import { d } from './d.ts';\nexport * from './c.ts';"],
      ['src/room/c.ts', "import type { B } from './b.ts';"],
      ['src/room/d.ts', ''],
    ] as const;
    const imports = new Map(planted.map(([file, text]) => [file, targetsOf(file, text)]));
    assert.deepEqual(circleIn(imports), ['src/room/b.ts', 'src/room/c.ts', 'src/room/b.ts']);
  });

  it('would be seen going from a file to itself', () => {
    const imports = new Map([['src/a.ts', targetsOf('src/a.ts', "import { a } from './a.ts';")]]);
    assert.deepEqual(circleIn(imports), ['src/a.ts', 'src/a.ts']);
  });
});

describe('judgement', () => {
  it('knows of node:net the words about addresses only', () => {
    const imported = sources()
      .filter((file) => /^src\/(plan|commands)\//u.test(file))
      .flatMap((file) => wordsOfNet(readFileSync(join(ROOT, file), 'utf8')));
    assert.deepEqual([...new Set(imported)].toSorted(), ['BlockList', 'isIP']);
  });

  it('would be seen opening a socket', () => {
    const text = "import { isIP, Socket } from 'node:net';\nimport * as net from 'node:net';";
    assert.deepEqual(wordsOfNet(text), ['isIP', 'Socket', '* as net']);
  });
});

function wordsOfNet(text: string): string[] {
  const imports = [...text.matchAll(/import (?:type )?([^;]*?) from 'node:net'/g)];
  return imports.flatMap((match) =>
    (match[1] ?? '')
      .replaceAll(/[{}]/g, '')
      .split(',')
      .map((word) => word.trim()),
  );
}

describe('time', () => {
  it('is read in runtime/clock.ts only', () => {
    const found = sources()
      .filter((file) => file !== 'src/runtime/clock.ts')
      .filter((file) =>
        /\b(Date\.now|new Date\(|performance\.now|setTimeout\(|setInterval\(|DateTime\.(now|utc|local)\()/.test(
          readFileSync(join(ROOT, file), 'utf8'),
        ),
      );
    assert.deepEqual(found, []);
  });
});
