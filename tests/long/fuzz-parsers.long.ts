import { afterAll, test } from 'vitest';
import { createFileParsers, TEXTS_PER_SCAN } from '../fuzz/file-parsers.js';
import { fuzzParser } from '../fuzz/fuzz-parser.js';
import { createSignedParsers } from '../fuzz/signed-parsers.js';
import { TEXT_PARSERS } from '../fuzz/text-parsers.js';
import { fuzzRuns } from './fuzz-runs.js';

const signed = await createSignedParsers();
const files = await createFileParsers();
afterAll(() => {
  signed.dispose();
  files.dispose();
});

// Without a seed: each night tries other texts. A failure names its seed.
test.each([...TEXT_PARSERS, ...signed.cases, ...files.cases])('$name: 10,000 texts are read or refused', (parser) =>
  fuzzParser(parser, fuzzRuns()),
);

test.each(files.scans)('$name: 10,000 texts are read or refused', (parser) =>
  fuzzParser(parser, fuzzRuns() / TEXTS_PER_SCAN),
);
