import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { podFiles } from './pod-files.ts';

const MIB = 1024 * 1024;

describe('a file of the pod', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vlo-pod-files-'));
    writeFileSync(at('ca'), 'a text');
    writeFileSync(at('largest'), 'x'.repeat(MIB));
    writeFileSync(at('too-large'), 'x'.repeat(MIB + 1));
    mkdirSync(at('folder'));
    execFileSync('/usr/bin/mkfifo', [at('pipe')]);
    symlinkSync(at('ca'), at('link'));
    symlinkSync('/proc/self/environ', at('link-to-own'));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [sentence, name, length] of [
    ['is read', 'ca', 6],
    ['is read behind a link, as mounted Secrets are', 'link', 6],
    ['is read up to a mebibyte', 'largest', MIB],
  ] as const)
    it(sentence, async () => assert.equal((await podFiles.read(at(name)))?.length, length));

  for (const [sentence, name] of [
    ['is not read beyond that', 'too-large'],
    ['is no folder', 'folder'],
    ['is no pipe, whose writer may never come', 'pipe'],
    ['is not there', 'nowhere'],
    ["is not the operator's own, behind a link", 'link-to-own'],
  ] as const)
    it(sentence, async () => assert.equal(await podFiles.read(at(name)), undefined));

  it('that calls itself empty and does not end is not read', async () => {
    assert.equal(await podFiles.read('/proc/self/pagemap'), undefined);
  });
});
