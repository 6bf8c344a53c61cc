import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { faultBy } from '../testing.ts';
import { isAllowed, isLegalName, isOpenToAll, nameOf, parseReference } from './references.ts';

const SCOPE = { field: 'spec.vaultAuthRef', home: 'apps', operatorNamespace: 'operator' };

describe('parseReference', () => {
  const rows: readonly [string, string | undefined, string][] = [
    ['nothing means the default of the operator', undefined, 'operator/default'],
    ['an empty text means the same', '', 'operator/default'],
    ['a name is of the own namespace', 'auth', 'apps/auth'],
    ['a namespace and a name', 'infra/auth.v2', 'infra/auth.v2'],
    [
      'the longest names',
      `${'n'.repeat(63)}/${'a'.repeat(253)}`,
      `${'n'.repeat(63)}/${'a'.repeat(253)}`,
    ],
  ];
  for (const [name, text, want] of rows)
    it(name, () => assert.equal(nameOf(parseReference(text, SCOPE)), want));

  const wrong = [
    'a/b/c',
    '/',
    'infra/',
    '/auth',
    'Infra/auth',
    'a.b/auth',
    '-a',
    'a b',
    'a\nb',
    '..',
    `${'n'.repeat(64)}/a`,
    'n'.repeat(254),
  ];
  for (const text of wrong)
    it(`${JSON.stringify(text.slice(0, 10))} is refused, naming the field and not the text`, () => {
      const fault = faultBy(() => parseReference(text, SCOPE));
      assert.deepEqual([fault.kind, fault.reason], ['refused', 'InvalidReference']);
      assert.match(fault.message, /^spec\.vaultAuthRef .*"name" or "namespace\/name"/);
    });

  it('reads back what it names', () => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(label, label, (namespace, name) => {
        assert.deepEqual(parseReference(`${namespace}/${name}`, SCOPE), { namespace, name });
      }),
    );
  });
});

const ADMISSION = { operatorNamespace: 'operator', openAuths: 'any' } as const;

describe('isAllowed', () => {
  const rows: readonly [string, string, string, readonly string[] | undefined, boolean][] = [
    ['the own namespace may, whatever is listed', 'apps', 'auth', [], true],
    ['a namespace that is listed may', 'infra', 'auth', ['x', 'apps'], true],
    ['a namespace that is not listed may not', 'infra', 'auth', ['x'], false],
    ['nobody else may without a list', 'infra', 'auth', undefined, false],
    ['nobody else may with an empty list', 'infra', 'auth', [], false],
    ['all may with the single entry "*"', 'infra', 'auth', ['*'], true],
    ['"*" among others is a name like any other', 'infra', 'auth', ['*', 'x'], false],
    ['parts of names do not count', 'infra', 'auth', ['app', 'apps-2', 'ap*'], false],
    ['all may use the default of the operator', 'operator', 'default', undefined, true],
    ['not all may use another one of the operator', 'operator', 'auth', undefined, false],
    ['not all may use the default of another namespace', 'infra', 'default', undefined, false],
  ];
  for (const [sentence, namespace, name, allowedNamespaces, want] of rows)
    it(sentence, () =>
      assert.equal(isAllowed({ namespace, name, allowedNamespaces }, 'apps', ADMISSION), want),
    );
});

describe('names', () => {
  it('are DNS subdomains', () => {
    for (const name of ['a', 'a-1', 'a.b.c', '0']) assert.equal(isLegalName(name), true);
    for (const name of ['', 'A', 'a_b', '.a', 'a.', 'a..b', 'a/b'])
      assert.equal(isLegalName(name), false);
  });
  it('open to all is only the default of the operator', () =>
    assert.equal(isOpenToAll({ namespace: 'operator', name: 'default' }, ADMISSION), true));
});
