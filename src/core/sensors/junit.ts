import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { ParsedReport, ParseInput } from '../verification/belief.js';
import { MAX_DIAGNOSTICS, oneLine, relativePath, unusable } from './report-text.js';

interface TestCase {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}

type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: true,
  // Numeric references too: node:test writes a message's line ends as &#10;.
  htmlEntities: true,
  parseAttributeValue: false,
});

/** Reads JUnit XML. A passing entry that stands for a whole file means that the file ended before it reported a test. */
export function parseJunit(input: ParseInput): ParsedReport {
  if (input.report === null) return unusable('the report is missing');
  const top = parseXml(input.report);
  if (top === null) return unusable('the report is not well-formed XML');
  if (!isNode(top) || !('testsuites' in top || 'testsuite' in top)) return unusable('the report is not JUnit XML');
  const cases = collectCases(top).map(readCase);
  const silent = cases.filter((test) => test.outcome === 'passed' && isWholeFile(test));
  const counted = cases.filter((test) => !silent.includes(test));
  const failed = counted.filter((test) => test.outcome === 'failed');
  const passed = counted.filter((test) => test.outcome === 'passed').length;
  return {
    tests: { total: counted.length, passed, failed: failed.length, skipped: counted.length - passed - failed.length },
    saysPassed: failed.length === 0,
    failedFiles: failed.filter(isWholeFile).length,
    diagnostics: failed.slice(0, MAX_DIAGNOSTICS).map((test) => ({
      path: relativePath(test.file, input.dir),
      line: test.line,
      message: `${test.name}: ${test.message}`,
    })),
    problems: silent.slice(0, 1).map((test) => `${test.name} ended without having reported a test`),
  };
}

// What the validator lets through, the parser may still refuse by throwing: an open instruction, too many entities.
function parseXml(text: string): unknown {
  try {
    return XMLValidator.validate(text) === true ? parser.parse(text) : null;
  } catch {
    return null;
  }
}

function collectCases(node: Node): readonly Node[] {
  return [
    ...children(node, 'testcase'),
    ...[...children(node, 'testsuites'), ...children(node, 'testsuite')].flatMap((suite) => collectCases(suite)),
  ];
}

function readCase(node: Node): TestCase {
  const [failure] = [...children(node, 'failure'), ...children(node, 'error')];
  const isFailed = failure !== undefined || 'failure' in node || 'error' in node || '@failure' in node;
  const file = text(node, '@file');
  const body = failure === undefined ? '' : text(failure, '#text');
  const skipped = 'skipped' in node;
  return {
    name: text(node, '@name'),
    file,
    line: Number.parseInt(body.split(`${file}:`)[1] ?? '', 10) || 0,
    outcome: isFailed ? 'failed' : skipped ? 'skipped' : 'passed',
    message: oneLine((failure === undefined ? '' : text(failure, '@message')) || body),
  };
}

function isWholeFile(test: TestCase): boolean {
  return test.file !== '' && (test.file === test.name || test.file.endsWith(`/${test.name}`));
}

function children(node: Node, name: string): readonly Node[] {
  const value = node[name];
  return (Array.isArray(value) ? value : [value]).filter(isNode);
}

function text(node: Node, name: string): string {
  const value = node[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
