import fc from 'fast-check';
import { expect } from 'vitest';
import { CesError } from '../../src/core/errors.js';
import { ERROR_CODES } from './error-codes.js';
import type { Mutated } from './mutate.js';

/** A reader of text that somebody else wrote. */
export interface ParserCase {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Mutated>;
  /** Reads the text, and asserts what the reader promises of its answer. */
  read(input: Mutated): unknown;
}

/** Far above what any of them needs, far below a catastrophe: a pattern that backtracks, a list that is walked for each of its items. */
const LIMIT_MS = 5000;

/** Gives a reader so many texts: each must be answered with a value, or refused by an error of ours, and soon. */
export async function fuzzParser(parser: ParserCase, numRuns: number, seed?: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(parser.inputs, async (input) => {
      const startedAt = performance.now();
      try {
        await parser.read(input);
      } catch (error) {
        if (!(error instanceof CesError)) throw error;
        expect(ERROR_CODES).toContain(error.code);
        expect(error.message.length).toBeLessThan(4000);
      }
      expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS);
    }),
    { numRuns, ...(seed === undefined ? {} : { seed }) },
  );
}
