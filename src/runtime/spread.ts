/**
 * Randomness that is the same after a restart and in a test: a place in [0, 1) that a text always gets, so that a
 * thousand objects do not act together although none of them rolls dice.
 */
import { hash } from 'node:crypto';

/** 48 bits, because a double holds them exactly. */
const HEX_DIGITS = 12;

/** Evenly spread over [0, 1), and unrelated for texts that differ in one letter. */
export function spreadOf(text: string): number {
  return Number.parseInt(hash('sha256', text).slice(0, HEX_DIGITS), 16) / 16 ** HEX_DIGITS;
}

/** Whole milliseconds: `ms` give or take `share` of it (0.1 is ten percent), placed by `spread`. */
export function around(ms: number, share: number, spread: number): number {
  return Math.round(ms * (1 + share * (2 * spread - 1)));
}

/** When something with this period is looked at again: between 80 % and 90 % of it, as VSO does with refreshAfter. */
export function refreshHorizonMs(periodMs: number, spread: number): number {
  return Math.round(periodMs * (0.9 - 0.1 * spread));
}
