import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHome, type Home, projectRoot } from '../support/built.js';
import { type McpSession, startMcp } from '../support/mcp-client.js';

const NAMES = [
  'ces_manifest',
  'ces_evidence_submit',
  'ces_verify',
  'ces_completion_claim',
  'ces_report_blocked',
  'ces_status',
];
const folder = mkdtempSync(join(tmpdir(), 'ces-no-project-'));
let home: Home;
let mcp: McpSession;
let tools: Tool[];

beforeAll(async () => {
  home = createHome();
  mcp = await startMcp(folder, home.env);
  tools = (await mcp.client.listTools()).tools;
});
afterAll(async () => {
  await mcp?.close();
  home?.dispose();
  rmSync(folder, { recursive: true });
});

const tool = (name: string): Tool | undefined => tools.find((candidate) => candidate.name === name);

test.each(NAMES)('the public JSON of %s is the reviewed one', async (name) => {
  await expect(`${JSON.stringify(tool(name), null, 2)}\n`).toMatchFileSnapshot(`__snapshots__/${name}.json`);
});

test('the tools are these six, each in the file of its name, in the order of the loop', () => {
  expect(tools.map(({ name }) => name)).toEqual(NAMES);
  const files = readdirSync(join(projectRoot, 'src', 'tools')).filter((file) => file.startsWith('ces-'));
  expect(files.sort()).toEqual(NAMES.map((name) => `${name.replaceAll('_', '-')}.ts`).sort());
});

test('every tool has a title, a description under 1,000 characters, and all four annotations', () => {
  for (const { name, title, description = '', annotations } of tools) {
    expect(title, name).toMatch(/\w/);
    expect(description.length, name).toBeGreaterThan(50);
    expect(description.length, name).toBeLessThan(1000);
    expect(annotations, name).toEqual({
      title,
      readOnlyHint: name === 'ces_status',
      destructiveHint: false,
      idempotentHint: expect.any(Boolean),
      openWorldHint: false,
    });
  }
});

test('every input is strict, and every field of it is described, at any depth', () => {
  for (const { name, inputSchema } of tools) expect(findLoose(inputSchema, name)).toEqual([]);
});

test('every output is strict and ends in what to do next', () => {
  for (const { name, outputSchema } of tools) {
    expect(outputSchema, name).toMatchObject({ type: 'object', additionalProperties: false });
    expect(outputSchema?.required, name).toContain('next');
    expect(Object.keys(outputSchema?.properties ?? {}).at(-1), name).toBe('next');
  }
});

/** Objects that take unknown fields, and fields without a description. */
function findLoose(schema: unknown, at: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, properties, items, additionalProperties }: Record<string, unknown> = { ...schema };
  const fields = typeof properties === 'object' && properties !== null ? Object.entries(properties) : [];
  return [
    ...(type === 'object' && additionalProperties !== false ? [`${at} takes unknown fields`] : []),
    ...fields.flatMap(([key, value]) => [
      ...(typeof value?.description === 'string' && value.description !== '' ? [] : [`${at}.${key} is not described`]),
      ...findLoose(value, `${at}.${key}`),
    ]),
    ...findLoose(items, `${at}[]`),
  ];
}
