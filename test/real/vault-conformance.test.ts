// A real Vault still answers what the fake one was made to answer. After a change of the questions or of Vault's
// version, RECORD_VAULT=1 writes the answers anew; the fake then has to follow.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { Agent, request } from 'undici';

import { type RealStack, startStack } from '../../hack/real/stack.ts';
import {
  differences,
  printedAnswers,
  readAnswers,
  recorded,
} from '../fakes/vault/conformance/comparable.ts';
import { answersOf, type Target } from '../fakes/vault/conformance/conformance.ts';

const ANSWERS = new URL('../fakes/vault/conformance/answers.txt', import.meta.url);

describe('a real Vault', () => {
  let stack: RealStack;
  let agent: Agent;
  before(async () => {
    stack = await startStack();
    agent = new Agent({ connect: { ca: stack.vault.caPem } });
  });
  after(async () => {
    await agent.destroy();
    await stack.stop();
  });

  it('answers as recorded', async () => {
    const seen = await answersOf(targetOf(stack, agent));
    const known = readAnswers(readFileSync(ANSWERS, 'utf8'));
    if (process.env['RECORD_VAULT']) writeFileSync(ANSWERS, printedAnswers(recorded(seen, known)));
    else assert.deepEqual(differences(seen, known), []);
  });
});

function targetOf(stack: RealStack, dispatcher: Agent): Target {
  const { vault } = stack;
  return {
    rootToken: vault.rootToken,
    jwt: ({ audience, ...account }) =>
      stack.serviceAccountToken(account, audience === undefined ? undefined : [audience]),
    createDatabaseUser: async (name) => {
      await stack.postgres.query(`CREATE ROLE "${name}" WITH LOGIN`);
    },
    send: async ({ method, path, headers, body }) => {
      const sending = { dispatcher, method, headers, body: body ?? null };
      const answer = await request(vault.url + path, sending);
      return { status: answer.statusCode, body: await answer.body.text() };
    },
    pass: (ms) => pause(ms),
    seal: () => vault.seal(),
    unseal: () => vault.unseal(),
  };
}
