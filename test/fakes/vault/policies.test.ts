import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Refusal } from './envelope.ts';
import { allows, Policies, withDefault } from './policies.ts';
import { parsePolicy } from './policy-document.ts';

describe('a policy document', () => {
  const rules = [
    { path: 'kv/data/*', capabilities: ['read', 'list'] },
    { path: 'sys/leases/renew', capabilities: ['update'] },
  ];

  it('is HCL, with comments and trailing commas', () => {
    const text = `# all of it
      path "kv/data/*" { capabilities = ["read", "list",] } // really
      /* and */ path "sys/leases/renew" {
        capabilities = ["update"]
      }`;
    assert.deepEqual(parsePolicy(text), rules);
  });

  it('is JSON', () => {
    const path = Object.fromEntries(rules.map((rule) => [rule.path, rule]));
    assert.deepEqual(parsePolicy(JSON.stringify({ path })), rules);
  });

  it('may be empty', () => {
    assert.deepEqual(parsePolicy(''), []);
  });

  for (const text of [
    'path "a" { capabilities = ["fly"] }',
    'path "a" { policy = "write" }',
    'path "a" { capabilities = ["read"] allowed_parameters = {} }',
    'path "a/+*" { capabilities = ["read"] }',
    'name = "x"',
    '{"path": {"a": 1}}',
    '{"path"',
  ])
    it(`is refused when it says what nobody here understands: ${text}`, () => {
      assert.throws(() => parsePolicy(text), Refusal);
    });
});

describe('what policies allow', () => {
  const policies = new Policies();
  policies.put(
    'one',
    `path "kv/*" { capabilities = ["read"] }
     path "kv/team/*" { capabilities = ["update"] }
     path "kv/+/open" { capabilities = ["list"] }
     path "kv/+/+/open" { capabilities = ["delete"] }
     path "kv/exact" { capabilities = ["create"] }
     path "kv/never" { capabilities = ["deny", "read"] }`,
  );
  policies.put('two', 'path "kv/exact" { capabilities = ["sudo"] }');

  for (const [path, expected] of [
    ['kv/a', ['read']],
    ['kv/a/b', ['read']],
    ['kv/team/a', ['update']],
    ['kv/x/open', ['list']],
    ['kv/x/y/open', ['delete']],
    ['kv/team/open', ['update']],
    ['kv/exact', ['create', 'sudo']],
    ['kv/never', ['deny']],
    ['other', ['deny']],
    ['auth/token/revoke-self', ['deny']],
  ] as const)
    it(`on ${path}: ${expected.join(', ')}`, () => {
      assert.deepEqual([...policies.capabilities(['one', 'two'], path)].sort(), expected);
    });

  it('needs sudo beside the operation where a path is an administrator’s', () => {
    const exact = policies.capabilities(['one', 'two'], 'kv/exact');
    assert.equal(allows(exact, 'create', true), true);
    assert.equal(allows(policies.capabilities(['one'], 'kv/exact'), 'create', true), false);
    assert.equal(allows(policies.capabilities(['root'], 'anything'), 'delete', true), true);
  });

  const own = (path: string): string[] => [...policies.capabilities(['default'], path)];
  it('has in the default policy what the operator lives on', () => {
    assert.deepEqual(own('auth/token/renew-self'), ['update']);
    assert.deepEqual(own('auth/token/revoke-self'), ['update']);
    assert.deepEqual(own('auth/token/lookup-self'), ['read']);
    assert.deepEqual(own('sys/leases/renew'), ['update']);
    assert.deepEqual(own('sys/leases/lookup'), ['update']);
    assert.deepEqual(own('sys/leases/revoke'), ['deny']);
    assert.deepEqual(own('cubbyhole/a'), ['create', 'read', 'update', 'delete', 'list']);
  });

  it('adds the default policy, except to root', () => {
    assert.deepEqual(withDefault(['B', 'a', 'a']), ['a', 'b', 'default']);
    assert.deepEqual(withDefault(['root', 'a']), ['root']);
  });
});
