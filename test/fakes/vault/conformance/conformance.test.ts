// The fake answers as a real Vault 1.21.0 did, which test/real/vault-conformance.test.ts holds true.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';

import { VirtualClock } from '../../clock.ts';
import { type Tried, tryOut } from '../trial.ts';
import { differences, readAnswers } from './comparable.ts';
import { answersOf } from './conformance.ts';

const EXPECTED = readAnswers(readFileSync(new URL('answers.txt', import.meta.url), 'utf8'));

describe('the fake Vault', () => {
  const clock = new VirtualClock();
  let tried: Tried;
  before(async () => {
    tried = await tryOut(clock);
  });
  after(() => tried.vault.stop());

  it('answers as a real one', async () => {
    const { vault } = tried;
    const answers = await answersOf({
      rootToken: vault.rootToken,
      send: (request) => tried.send(request),
      jwt: async (of) => tried.jwt(of),
      createDatabaseUser: async (name) => vault.hooks.lasting.create(name),
      pass: async (ms) => clock.advanceBy(ms),
      seal: async () => vault.seal(),
      unseal: async () => vault.unseal(),
    });
    assert.deepEqual(differences(answers, EXPECTED), []);
  });
});
