import fc from 'fast-check';
import { HOSTILE_TEXTS, hostileJson, hostileText } from './hostile.js';

export interface Mutated {
  /** The sample that it was made from; null for garbage. */
  readonly from: string | null;
  readonly text: string;
}

/** Texts near valid ones, and texts that are nothing at all. `words` are what the format is made of. */
export function mutate(samples: readonly string[], words: readonly string[] = []): fc.Arbitrary<Mutated> {
  const sample = fc.constantFrom(...samples);
  const edited = fc
    .tuple(sample, fc.array(edit(words), { minLength: 1, maxLength: 5 }))
    .map(([from, edits]) => ({ from, text: edits.reduce((text, change) => change(text), from) }));
  const isJson = samples.some((text) => parse(text) !== undefined);
  return fc.oneof(
    { weight: 6, arbitrary: edited },
    ...(isJson ? [{ weight: 6, arbitrary: replaceInJson(sample) }] : []),
    { weight: 2, arbitrary: garbage(words).map((text) => ({ from: null, text })) },
    { weight: 1, arbitrary: sample.map((from) => ({ from, text: from })) },
  );
}

/** One change somewhere in a text. */
function edit(words: readonly string[]): fc.Arbitrary<(text: string) => string> {
  const token = fc.oneof(
    fc.constantFrom(...HOSTILE_TEXTS, ...words, '"', '{', '}', '[', ']', ',', ':', '\n', ' ', '<', '>', '&', '#'),
    hostileText,
    fc.string({ minLength: 1, maxLength: 1 }),
  );
  const place = fc.nat();
  const length = fc.oneof(fc.nat(3), fc.nat(40), fc.nat(4000));
  return fc.oneof(
    fc.tuple(place, token).map(([at, put]) => splice(at, 0, put)),
    fc.tuple(place, length, token).map(([at, cut, put]) => splice(at, cut, put)),
    fc.tuple(place, length).map(([at, cut]) => splice(at, cut, '')),
    fc.tuple(place, length, fc.integer({ min: 2, max: 500 })).map(([at, taken, times]) => repeat(at, taken, times)),
    fc.tuple(place, place).map(([one, other]) => exchangeLines(one, other)),
    place.map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
    place.map(flipBit),
  );
}

const splice =
  (at: number, cut: number, put: string) =>
  (text: string): string => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + put + text.slice(start + cut);
  };

const repeat =
  (at: number, taken: number, times: number) =>
  (text: string): string => {
    const start = at % (text.length + 1);
    const part = text.slice(start, start + Math.min(taken, 200));
    return text.slice(0, start) + part.repeat(times) + text.slice(start);
  };

const exchangeLines =
  (one: number, other: number) =>
  (text: string): string => {
    const lines = text.split('\n');
    const [a, b] = [one % lines.length, other % lines.length];
    return lines
      .map((line, index) => (index === a ? (lines[b] ?? '') : index === b ? (lines[a] ?? '') : line))
      .join('\n');
  };

const flipBit =
  (at: number) =>
  (text: string): string => {
    if (text === '') return text;
    const start = at % text.length;
    return text.slice(0, start) + String.fromCharCode(text.charCodeAt(start) ^ (1 << (at % 7))) + text.slice(start + 1);
  };

/** A well-formed JSON sample with one value, or one key, that should not be there. */
function replaceInJson(sample: fc.Arbitrary<string>): fc.Arbitrary<Mutated> {
  return fc
    .tuple(sample, fc.nat(), hostileJson, fc.constantFrom('replace', 'remove', 'add', 'rename'))
    .map(([from, at, value, how]) => {
      const json = parse(from);
      if (json === undefined) return { from, text: `${from}\0` };
      const places = listPlaces(json);
      return { from, text: JSON.stringify(change(json, places[at % places.length] ?? [], value, how)) };
    });
}

type Place = readonly (string | number)[];

function listPlaces(json: unknown): Place[] {
  if (typeof json !== 'object' || json === null) return [[]];
  const inner = Object.entries(json).flatMap(([key, value]) => listPlaces(value).map((place) => [key, ...place]));
  return [[], ...inner];
}

function change(json: unknown, [key, ...rest]: Place, value: unknown, how: string): unknown {
  if (key === undefined) return how === 'add' && isRecord(json) ? { ...json, [keyFrom(value)]: value } : value;
  if (Array.isArray(json)) {
    if (rest.length === 0 && how === 'remove') return json.filter((_, index) => String(index) !== key);
    return json.map((item, index) => (String(index) === key ? change(item, rest, value, how) : item));
  }
  if (!isRecord(json)) return value;
  const entries = Object.entries(json).flatMap(([name, item]): [string, unknown][] => {
    if (name !== key) return [[name, item]];
    if (rest.length > 0 || how === 'replace' || how === 'add') return [[name, change(item, rest, value, how)]];
    return how === 'remove' ? [] : [[keyFrom(value), item]];
  });
  return Object.fromEntries(entries);
}

function keyFrom(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 20) : (JSON.stringify(value) ?? '').slice(0, 20);
}

function garbage(words: readonly string[]): fc.Arbitrary<string> {
  const pieces = fc.oneof(hostileText, fc.constantFrom(...HOSTILE_TEXTS, ...words, '\n'));
  return fc.oneof(
    hostileText,
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
    hostileJson.map((value) => JSON.stringify(value)),
    fc
      .tuple(fc.constantFrom('[', '{"a":', '<a>', '(', '- ', '&a [*a,'), fc.integer({ min: 1, max: 20_000 }))
      .map(([part, times]) => part.repeat(times)),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
