import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAULTS, FaultError, faultOf, refused, waiting } from './fault.ts';

describe('a fault', () => {
  it('is found again in the error that carried it', () => {
    const fault = { kind: 'throttled', reason: 'VaultSealed', message: 'Vault is sealed' } as const;
    const error = new FaultError(fault, { cause: new Error('503') });
    assert.equal(faultOf(error), fault);
    assert.equal(error.message, 'VaultSealed: Vault is sealed');
  });

  it('is a bug when nobody classified it, and says nothing of the text, which may hold a secret', () => {
    for (const thrown of [new SyntaxError('unexpected hunter2'), 'hunter2', undefined]) {
      const fault = faultOf(thrown);
      assert.equal(fault.kind, 'bug');
      assert.ok(!JSON.stringify(fault).includes('hunter2'));
    }
    assert.match(faultOf(new SyntaxError('x')).message, /SyntaxError/);
  });

  it('has its short forms', () => {
    assert.equal(refused('InvalidSpec', 'spec.path is empty').fault.kind, 'refused');
    assert.equal(waiting('VaultAuthNotFound', 'no VaultAuth').fault.kind, 'waiting');
  });

  it('stalls only where nothing is tried again by itself', () => {
    for (const handling of Object.values(FAULTS)) {
      assert.equal(handling.stalled, handling.retry === 'change');
    }
  });
});
