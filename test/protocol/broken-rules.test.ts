/** Each rule of the protocol is needed: without it the model finds a way to break a promise, and tells it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CredentialPlan } from '../../src/plan/credential/next-act.ts';
import type { CredentialWorld } from '../../src/plan/credential/world.ts';
import { explore, stateAt, wayTo } from './model/explore.ts';
import { RULES, type Rules } from './model/rules.ts';
import { stability } from './model/stability.ts';
import type { Size } from './model/state.ts';
import { tell } from './model/tell.ts';

interface Row {
  readonly title: string;
  readonly without: Partial<Rules>;
  readonly size: Size;
  readonly broken: RegExp;
}

const ONE = { crs: 1, faults: 1, edits: 0 };
const EDITED = { crs: 1, faults: 1, edits: 1 };

const ROWS: readonly Row[] = [
  {
    title: 'a record that is written after the credential was issued',
    without: { recordFirst: false },
    size: ONE,
    broken: /a lease is lost/,
  },
  {
    title: 'a Secret that is written over whatever is there, and not looked at before a revocation',
    without: { preconditions: false, lookBeforeRevoke: false },
    size: { crs: 1, faults: 2, edits: 0 },
    broken: /the credential in the Secret is revoked/,
  },
  {
    title: 'a Secret whose values and mark are two writes',
    without: { wholeSecrets: false },
    size: ONE,
    broken: /half a revision/,
  },
  {
    title: 'a pending record of another process that is retired before our own write',
    without: { replan: retireForeignFirst },
    size: ONE,
    broken: /the credential in the Secret is revoked|no way to rest/,
  },
  {
    title: 'an object that is taken for gone because a cache lacks it',
    without: { liveAbsence: false },
    size: { crs: 1, faults: 2, edits: 1, isEmpty: true },
    broken: /the credential in the Secret is revoked/,
  },
  {
    title: 'a record that is dropped before its token is revoked',
    without: { revokeFirst: false },
    size: EDITED,
    broken: /a lease is lost/,
  },
  {
    title: 'a restart annotation that differs every time',
    without: { stableStamps: false },
    size: EDITED,
    broken: /a second restart/,
  },
  {
    title: 'a credential that is replaced by revoking the old one first',
    without: { replan: retireFirst },
    size: EDITED,
    broken: /revoked/,
  },
];

describe('the model notices', () => {
  for (const { title, without, size, broken } of ROWS)
    it(title, (context) => {
      const rules = { ...RULES, ...without };
      const explored = explore(size, rules);
      const astray = explored.broken ?? stability(explored).astray;
      assert.notEqual(astray, undefined, 'every promise is kept');
      const reason = stateAt(explored, astray ?? 0).broken || 'no way to rest';

      assert.match(reason, broken);
      context.diagnostic(`\n${tell(size, rules, wayTo(explored, astray ?? 0))}\n${reason}`);
    });
});

function retireForeignFirst(plan: CredentialPlan, world: CredentialWorld): CredentialPlan {
  const foreign = world.records.find(
    ({ state, holder, revision }) =>
      state === 'pending' && holder !== world.holder && revision !== world.secret?.revision,
  );
  if (!foreign) return plan;
  return { kind: 'retire', revision: foreign.revision, why: 'unused', successor: '' };
}

function retireFirst(plan: CredentialPlan, world: CredentialWorld): CredentialPlan {
  const current = world.records.find(({ state }) => state === 'current');
  if (plan.kind !== 'issue' || !current) return plan;
  return { kind: 'retire', revision: current.revision, why: 'unused', successor: '' };
}
