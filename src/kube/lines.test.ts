import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { LineSplitter, LineTooLong } from './lines.ts';

describe('lines out of a byte stream', () => {
  it('however the bytes are cut, the lines are the same', () => {
    const texts = fc.array(
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', '')),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(texts, fc.array(fc.nat(200)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
          (a, b) => a - b,
        );
        const splitter = new LineSplitter(100_000);
        const seen = places
          .slice(1)
          .flatMap((end, index) => splitter.push(bytes.subarray(places[index], end)));
        assert.deepEqual(
          seen,
          lines.filter((line) => line !== ''),
        );
      }),
    );
  });

  it('a line without end is refused at the limit, also when it comes in drops', () => {
    const splitter = new LineSplitter(10);
    assert.deepEqual(splitter.push(Buffer.from('12345\n67890')), ['12345']);
    assert.throws(() => splitter.push(Buffer.from('123456')), LineTooLong);
  });
});
