/**
 * The rooms of src/ and who may import whom, executed. The linter says the same while typing; this says it of the
 * whole tree, and would say it if the linter's configuration were lost.
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
    node: ['crypto', 'dns', 'http', 'https', 'net'],
  },
  commands: {
    rooms: ['api', 'plan', 'runtime', 'ledger', 'reconcile'],
    packages: [],
    node: ['net', 'util'],
  },
  telemetry: { rooms: ['runtime'], packages: ['pino', 'prom-client'], node: ['events', 'http'] },
};

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
