import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { certificateDue, certificatesIn, offsetFits, pem, readCertificate } from './certificate.ts';
import { AUTHORITY, LEAF } from './testing-certificates.ts';

const HOUR = 3_600_000;
const LIFE = { issuedAt: 100 * HOUR, endsAt: 130 * HOUR };

describe('a certificate', () => {
  it('is read from PEM, from the DER of it, and from among other blocks', () => {
    const der = LEAF.replaceAll(/-----[^-]+-----|\s/g, '');
    const key = pem('PRIVATE KEY', 'AAAA');

    for (const text of [LEAF, der, `${key}\n${LEAF}\n${AUTHORITY}`])
      assert.deepEqual(readCertificate(text), {
        serial: '40:01:02:03',
        validFrom: Date.UTC(2026, 0, 1),
        endsAt: Date.UTC(2026, 1, 1),
      });
  });

  it('is not read from what is none', () => {
    for (const text of ['', 'nonsense', pem('CERTIFICATE', 'AAAA'), pem('PRIVATE KEY', 'AAAA')])
      assert.equal(readCertificate(text), undefined, text);
  });

  it('is found with its chain, in order', () => {
    const text = `${LEAF}\n${pem('EC PRIVATE KEY', 'AAAA')}\n${AUTHORITY}\n`;

    assert.deepEqual(certificatesIn(text), [LEAF, AUTHORITY]);
    assert.deepEqual(certificatesIn(''), []);
  });
});

describe('a certificate is due', () => {
  const rows: readonly [sentence: string, offsetMs: number, spread: number, dueInHours: number][] =
    [
      ['after two thirds of its life without an offset', 0, 0, 20],
      ['its offset before the end', 3 * HOUR, 0, 27],
      ['earlier by the jitter, never later', 3 * HOUR, 0.5, 27 - 27 * 0.025],
      ['before its last minutes, however small the offset', 1, 0, 30 - 1 / 6],
      ['not in its first twentieth, however large the offset', 29.9 * HOUR, 0, 1.5],
      ['as without one when the offset is as long as its life', 30 * HOUR, 0, 20],
    ];
  for (const [sentence, offsetMs, spread, hours] of rows)
    it(sentence, () => {
      const due = certificateDue(LIFE, offsetMs, spread);

      assert.equal(due, Math.floor(LIFE.issuedAt + hours * HOUR));
    });

  it('always within its life, and not at its very beginning', () => {
    const spans = { lifeMs: fc.integer({ min: 1_000, max: 10 * 365 * 24 * HOUR }) };
    const wishes = { offsetMs: fc.nat(), spread: fc.double({ min: 0, max: 0.999, noNaN: true }) };
    fc.assert(
      fc.property(fc.record({ ...spans, ...wishes }), ({ lifeMs, offsetMs, spread }) => {
        const life = { issuedAt: LIFE.issuedAt, endsAt: LIFE.issuedAt + lifeMs };
        const due = certificateDue(life, offsetMs, spread);
        assert.ok(due < life.endsAt, 'before the end');
        assert.ok(due > life.issuedAt, 'no busy loop');
        const wanted = offsetFits(life, offsetMs) ? life.endsAt - offsetMs : life.endsAt;
        assert.ok(due <= Math.max(wanted, life.issuedAt + lifeMs * 0.05), 'jitter goes backwards');
      }),
    );
  });
});
