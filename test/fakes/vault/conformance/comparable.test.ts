import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { comparable, differences, printedAnswers, readAnswers, recorded } from './comparable.ts';

const LINE = 'root: GET a -> 200 {"lease_duration":60}';

describe('comparing answers', () => {
  it('forgives three seconds, and nothing else', () => {
    const against = (line: string): string[] => differences({ one: [line] }, { one: [LINE] });
    assert.deepEqual(against(LINE.replace('60', '57')), []);
    assert.equal(against(LINE.replace('60', '56')).length, 1);
    assert.equal(against(LINE.replace('200', '204')).length, 1);
  });

  it('misses neither conversations nor lines', () => {
    assert.equal(differences({}, { one: [LINE] }).length, 1);
    assert.equal(differences({ one: [LINE] }, {}).length, 1);
    assert.equal(differences({ one: [LINE, LINE] }, { one: [LINE] }).length, 1);
  });

  it('takes words for what is random, and leaves what is empty', () => {
    const answer = {
      request_id: 'abc',
      lease_id: 'database/creds/app/xyz',
      data: { accessor: '', ttl: 5, created_by: {} },
      warnings: ['TTL of "1m40s" exceeded the effective max_ttl of "30s"; capped'],
    };
    assert.deepEqual(comparable(answer), {
      data: { accessor: '', ttl: 5 },
      lease_id: 'database/creds/app/<lease>',
      request_id: '<request_id>',
      warnings: ['TTL of <duration> exceeded the effective max_ttl of <duration>; capped'],
    });
  });

  it('records anew only what differs', () => {
    const seen = { one: [LINE.replace('60', '59'), LINE.replace('200', '204')] };
    assert.deepEqual(recorded(seen, { one: [LINE] }), { one: [LINE, seen.one[1]] });
  });

  it('reads what it printed', () => {
    const answers = { 'a b': [LINE, LINE], c: [LINE] };
    assert.deepEqual(readAnswers(printedAnswers(answers)), answers);
  });
});
