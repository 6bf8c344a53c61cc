import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerOf, faultBy } from '../testing.ts';
import { absenceFault, judgeKv2, judgePlain, type SourceState } from './source-state.ts';

/** What is there, as `data` and `whole`, or the word for why it is not. */
function told(state: SourceState): string {
  if (state.kind !== 'present') return state.kind;
  const { data, whole } = state.source;
  return `${JSON.stringify(data.open())} of ${JSON.stringify(whole.open())}`;
}

describe('judgeKv2', () => {
  const rows: readonly [string, string | undefined, number, string][] = [
    [
      'a version with data is present, and its whole has the metadata',
      '{"data":{"a":1.0},"metadata":{"version":3}}',
      200,
      '{"a":1.0} of {"data":{"a":1.0},"metadata":{"version":3}}',
    ],
    [
      'a deletion time ahead leaves the data present',
      '{"data":{"a":"b"},"metadata":{"deletion_time":"2099-01-01T00:00:00Z","destroyed":false}}',
      200,
      '{"a":"b"} of {"data":{"a":"b"},"metadata":{"deletion_time":"2099-01-01T00:00:00Z","destroyed":false}}',
    ],
    ['nothing at the path is missing', undefined, 404, 'missing'],
    ['an answer without data is empty', undefined, 200, 'empty'],
    [
      'a deleted version is deleted',
      '{"data":null,"metadata":{"deletion_time":"2024-01-01T00:00:00Z","destroyed":false}}',
      404,
      'deleted',
    ],
    [
      'a destroyed version is destroyed, even if it was deleted before',
      '{"data":null,"metadata":{"deletion_time":"2024-01-01T00:00:00Z","destroyed":true}}',
      404,
      'destroyed',
    ],
    [
      'null without a mark is empty',
      '{"data":null,"metadata":{"deletion_time":"","destroyed":false}}',
      200,
      'empty',
    ],
    ['null with metadata that say nothing is empty', '{"data":null,"metadata":{}}', 200, 'empty'],
    ['null without metadata is empty', '{"data":null}', 200, 'empty'],
    ['null with metadata of another kind is empty', '{"data":null,"metadata":[1]}', 200, 'empty'],
    ['a version without keys is empty', '{"data":{},"metadata":{}}', 200, 'empty'],
  ];
  for (const [name, data, status, want] of rows)
    it(name, () => assert.equal(told(judgeKv2(answerOf(data, status))), want));

  for (const data of ['{"password":"x"}', '{"data":"x"}', '{"data":5}', '{"data":["x"]}'])
    it(`${data} is no answer of a kv-v2 mount`, () => {
      const fault = faultBy(() => judgeKv2(answerOf(data)));
      assert.equal(fault.kind, 'waiting');
      assert.equal(fault.reason, 'VaultAnswerInvalid');
      assert.match(fault.message, /spec\.type/);
    });
});

describe('judgePlain', () => {
  const rows: readonly [string, string | undefined, number, string][] = [
    ['data is present, and is the whole', '{"data":"x"}', 200, '{"data":"x"} of {"data":"x"}'],
    ['nothing at the path is missing', undefined, 404, 'missing'],
    ['an answer without data is empty', undefined, 204, 'empty'],
    ['no keys are empty', '{}', 200, 'empty'],
  ];
  for (const [name, data, status, want] of rows)
    it(name, () => assert.equal(told(judgePlain(answerOf(data, status))), want));
});

describe('absenceFault', () => {
  const rows = [
    ['missing', 'SourceMissing', /spec\.mount and spec\.path/],
    ['deleted', 'SourceDeleted', /undelete/],
    ['destroyed', 'SourceDestroyed', /write a new one/],
    ['empty', 'SourceEmpty', /write data/],
  ] as const;
  for (const [absence, reason, remedy] of rows)
    it(`${absence} waits, names the path and says what to do`, () => {
      const fault = absenceFault(absence, 'kv/app');
      assert.deepEqual([fault.kind, fault.reason], ['waiting', reason]);
      assert.match(fault.message, /kv\/app/);
      assert.match(fault.message, remedy);
    });
});
