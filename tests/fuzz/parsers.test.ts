import { afterAll, test } from 'vitest';
import { createFileParsers, TEXTS_PER_SCAN } from './file-parsers.js';
import { fuzzParser } from './fuzz-parser.js';
import { createSignedParsers } from './signed-parsers.js';
import { TEXT_PARSERS } from './text-parsers.js';

const RUNS = 300;
const SEED = 1;

const signed = await createSignedParsers();
const files = await createFileParsers();
afterAll(() => {
  signed.dispose();
  files.dispose();
});

test.each([...TEXT_PARSERS, ...signed.cases, ...files.cases])('$name: every text is read or refused', (parser) =>
  fuzzParser(parser, RUNS, SEED),
);
test.each(files.scans)('$name: a scan has an answer for every file', (parser) =>
  fuzzParser(parser, RUNS / TEXTS_PER_SCAN, SEED),
);
