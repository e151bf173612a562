import { CesError } from '../errors.js';
import { explainDatabaseError } from './database.js';

/** The same reader, whose failures say what is wrong with the state at `path` (`state_corrupt`, `state_unwritable`). */
export function explainReads<T extends object>(reader: T, path: string): T {
  return new Proxy(reader, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        try {
          const result: unknown = Reflect.apply(value, target, args);
          return isIterator(result) ? explainSteps(result, path) : result;
        } catch (error) {
          throw explainStateError(path, error);
        }
      };
    },
  });
}

function* explainSteps(steps: Iterable<unknown>, path: string): Iterable<unknown> {
  try {
    yield* steps;
  } catch (error) {
    throw explainStateError(path, error);
  }
}

/** As `explainDatabaseError`; what was stored as JSON and is none any more was damaged or written by hand (`state_corrupt`). */
export function explainStateError(path: string, error: unknown): unknown {
  if (!(error instanceof SyntaxError)) return explainDatabaseError(path, error);
  return new CesError(
    'state_corrupt',
    `${path} holds a text that is not as it was recorded.`,
    'Keep it for inspection, and put .ces/ back from a copy.',
    error,
  );
}

function isIterator(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && Symbol.iterator in value;
}
