/** Stories of schemas at work: defaults, pruning, refusals. */
import { type Story, WIDGETS, widget } from './story.ts';

export const SCHEMA_STORIES: readonly Story[] = [
  {
    title: 'defaults and pruning',
    steps: [
      {
        ask: `POST ${WIDGETS}`,
        send: widget('a', {
          size: 1,
          wrong: 1,
          nested: {},
          parts: [{ name: 'p', x: 1 }],
          any: { x: 1 },
        }),
      },
      {
        ask: `POST ${WIDGETS}`,
        send: widget('b', { size: 1, color: null, nested: { on: null, off: null } }),
      },
      {
        ask: `POST ${WIDGETS}`,
        send: widget('c', { size: 1, either: 'x', labels: { a: 'b' } }, { extra: 1 }),
      },
      {
        ask: `POST ${WIDGETS}?fieldValidation=Strict`,
        send: widget('d', { size: 1, wrong: 1, parts: [{ name: 'p', x: 1 }] }),
      },
      { ask: `POST ${WIDGETS}?fieldValidation=Ignore`, send: widget('e', { size: 1, wrong: 1 }) },
    ],
  },
  {
    title: 'values that the schema refuses',
    steps: [
      { size: 0 },
      { size: 10 },
      { size: '1' },
      { size: null },
      {},
      { size: 1, color: 'blue' },
      { size: 1, length: '5h' },
      { size: 1, note: 'x' },
      { size: 1, note: 'much too long' },
      { size: 1, tags: [] },
      { size: 1, tags: ['a', 'b', 'c'] },
      { size: 1, tags: [1] },
      { size: 1, tags: 'a' },
      { size: 1, either: true },
      { size: 1, labels: { a: 1 } },
      { size: 1, nested: [] },
      { size: 1, nested: { on: 'yes' } },
      { size: 1, parts: [{}, { name: 'x', count: 'y' }] },
      { size: 1, when: 'yesterday' },
      { size: 1, when: '2026-01-01' },
      { size: 1, when: '2026-01-01T00:00:00' },
      { size: 1, when: '2026-13-01T00:00:00Z' },
      { size: 1, small: 2 ** 31 },
      { size: 0, color: 'blue' },
    ].map((spec) => ({ ask: `POST ${WIDGETS}`, send: widget('a', spec) })),
  },
  {
    title: 'values that the schema takes',
    steps: [
      { size: 1, when: '2026-01-01T00:00:00Z' },
      { size: 1, when: '2026-01-01T00:00:00.123456Z' },
      { size: 1, when: '2026-01-01T00:00:00+01:00' },
      { size: 1, big: 2 ** 40 },
      { size: 1, either: 1 },
      { size: 1, any: { a: [null, { b: null }] } },
    ].map((spec, index) => ({
      ask: `POST ${WIDGETS}`,
      send: widget(`w${index}`, spec),
      look: ['spec.size', 'spec.any', 'reason'],
    })),
  },
];
