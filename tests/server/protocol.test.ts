import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { pollUntil } from '../support/deadline.js';
import { createGovernedProject, type GovernedProject } from '../support/governed-project.js';
import { findDescendants } from '../support/processes.js';
import { type Message, startWire, type WireClient } from './wire-client.js';

let project: GovernedProject;
let server: WireClient;

beforeAll(async () => {
  const slow = { status: 'required', argv: ['sh', '-c', 'sleep 30'], parser: 'exit-code' } as const;
  project = await createGovernedProject({ checks: { slow } });
});
afterAll(() => project.dispose());
beforeEach(() => {
  server = startWire(project.repo.root, project.home.env);
});
afterEach(() => server.close());

const tool = (name: string, args: object = {}) => ({ name, arguments: args });
const resultOf = (message: Message): Message => (isRecord(message.result) ? message.result : {});
const codeOf = (message: Message): unknown => (isRecord(message.error) ? message.error.code : undefined);

/** The server must still answer, and answer this and nothing else. */
async function expectAlive(): Promise<void> {
  expect(resultOf(await server.ask('ping'))).toEqual({});
  expect(server.isAlive()).toBe(true);
}

test('it promises no notice of changed lists, and sends none; of resources it promises updates', async () => {
  const { capabilities } = resultOf(await server.initialize());
  expect(capabilities).toEqual({ tools: {}, prompts: {}, resources: { subscribe: true } });
  await server.ask('tools/call', tool('ces_status'));
  expect(server.messages.filter(({ method }) => String(method).endsWith('list_changed'))).toEqual([]);
});

test('a subscriber is told that a resource changed, and one that ended its subscription is not', async () => {
  await server.initialize();
  await server.ask('resources/subscribe', { uri: 'ces://manifest' });
  await server.ask('resources/subscribe', { uri: 'ces://delta' });
  await server.ask('resources/unsubscribe', { uri: 'ces://delta' });
  await server.ask('tools/call', tool('ces_report_blocked', { reason: 'no', needs: 'yes' }));
  await server.waitFor('an update', ({ method }) => method === 'notifications/resources/updated');
  const updated = server.messages
    .filter(({ method }) => method === 'notifications/resources/updated')
    .map(({ params }) => params);
  expect(updated).toContainEqual({ uri: 'ces://manifest' });
  expect(updated).not.toContainEqual({ uri: 'ces://delta' });
});

test('a client that cancels its wait for a verification gets no answer; the run goes on, reports progress while waited for, and can be stopped', async () => {
  await server.initialize();
  const manifest = await server.ask('tools/call', tool('ces_manifest', { objective: 'Change a', scope: ['src/a.js'] }));
  expect(resultOf(manifest)).toMatchObject({ structuredContent: { state: expect.any(String) } });
  const started = await server.ask('tools/call', tool('ces_verify', { wait_seconds: 0 }));
  const { structuredContent } = resultOf(started);
  const run = isRecord(structuredContent) ? structuredContent.run_id : undefined;
  expect(structuredContent).toMatchObject({ verdict: 'running', run_id: expect.stringMatching(/^V-/) });

  server.send({
    id: 'waits',
    method: 'tools/call',
    params: { ...tool('ces_verify', { run_id: run, wait_seconds: 100 }), _meta: { progressToken: 'p' } },
  });
  const progress = await server.waitFor('progress', ({ method }) => method === 'notifications/progress');
  expect(progress.params).toMatchObject({
    progressToken: 'p',
    progress: 1,
    message: expect.stringContaining('running'),
  });
  server.send({ method: 'notifications/cancelled', params: { requestId: 'waits', reason: 'enough' } });
  await expectAlive();

  const looked = await server.ask('tools/call', tool('ces_verify', { run_id: run, wait_seconds: 0 }));
  expect(resultOf(looked)).toMatchObject({ structuredContent: { run_id: run, verdict: 'running' } });
  const stopped = await server.ask('tools/call', tool('ces_verify', { run_id: run, cancel: true }));
  expect(resultOf(stopped)).toMatchObject({ structuredContent: { run_id: run, verdict: 'inconclusive' } });
  expect(server.messages.some(({ id }) => id === 'waits')).toBe(false);
  await pollUntil(() => !findDescendants(server.pid).some(({ command }) => command.includes('sleep 30')), {
    message: 'the check is gone',
  });
});

test('lines that are no message are passed over, wherever they stand, and the next request is answered', async () => {
  await server.initialize();
  for (const line of [
    '',
    'hello',
    '{',
    '{"jsonrpc":"2.0"',
    '[]',
    'null',
    '42',
    '"text"',
    '{}',
    '\0\0\0',
    '\ud800',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
  ])
    server.write(`${line}\n`);
  server.write(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a]));
  await expectAlive();
});

test.each(['1.0', '3.0', 2, null])('a message of JSON-RPC version %j is not carried out', async (jsonrpc) => {
  await server.initialize();
  server.send({
    jsonrpc,
    id: 'other',
    method: 'tools/call',
    params: tool('ces_report_blocked', { reason: 'version', needs: 'none' }),
  });
  await expectAlive();
  expect(server.messages.filter(({ id, result }) => id === 'other' && result !== undefined)).toEqual([]);
});

test('a batch, which the protocol no longer has, is not carried out', async () => {
  await server.initialize();
  const item = (id: number) => ({ jsonrpc: '2.0', id: `b${id}`, method: 'tools/list' });
  server.write(`${JSON.stringify([item(1), item(2)])}\n`);
  await expectAlive();
  expect(server.messages.filter(({ id, result }) => String(id).startsWith('b') && result !== undefined)).toEqual([]);
});

test('a method that there is not is answered with -32601; an answer or a notice that nobody waits for, with nothing', async () => {
  await server.initialize();
  expect(codeOf(await server.ask('tools/destroy'))).toBe(-32601);
  server.send({ id: 99, result: {} });
  server.send({ id: 98, error: { code: 1, message: 'x' } });
  server.send({ method: 'notifications/nonsense', params: { a: 1 } });
  server.send({ method: 'notifications/cancelled', params: { requestId: 'never' } });
  await expectAlive();
});

test('before initialize a ping is answered, a tool call neither crashes it nor changes what initialize answers', async () => {
  await expectAlive();
  const early = await server.ask('tools/call', tool('ces_status'));
  expect('result' in early || 'error' in early).toBe(true);
  expect(resultOf(await server.initialize())).toMatchObject({ serverInfo: { name: 'ces' } });
  await expectAlive();
});

test('an unknown protocol version is answered with one that the server speaks', async () => {
  const params = { protocolVersion: '1999-01-01', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
  expect(resultOf(await server.ask('initialize', params)).protocolVersion).toMatch(/^20\d\d-\d\d-\d\d$/);
});

test('a line of 5 MB is read whole: its text is refused as too long, by name', async () => {
  await server.initialize();
  const answer = await server.ask(
    'tools/call',
    tool('ces_report_blocked', { reason: 'x'.repeat(5 * 1024 * 1024), needs: 'none' }),
  );
  expect(JSON.stringify(answer)).toMatch(/invalid_input: .*reason/);
  expect(JSON.stringify(answer).length).toBeLessThan(3000);
  await expectAlive();
});

test('one message in many pieces, and many messages in one piece, are answered each once', async () => {
  await server.initialize();
  for (const letter of `${JSON.stringify({ jsonrpc: '2.0', id: 'pieces', method: 'ping' })}\n`) server.write(letter);
  await server.waitFor('the answer to the pieces', ({ id }) => id === 'pieces');
  const many = Array.from({ length: 50 }, (_, index) =>
    JSON.stringify({ jsonrpc: '2.0', id: `m${index}`, method: 'ping' }),
  );
  server.write(`${many.join('\n')}\n`);
  await server.waitFor('the last answer', ({ id }) => id === 'm49');
  expect(server.messages.filter(({ id }) => String(id).startsWith('m'))).toHaveLength(50);
});

test('two clients have a server process each, see one manifest, and one outlives the other', async () => {
  const other = startWire(project.repo.root, project.home.env);
  try {
    await Promise.all([server.initialize(), other.initialize()]);
    expect(other.pid).not.toBe(server.pid);
    const ids = await Promise.all(
      [server, other].map((each) =>
        each.ask('tools/call', tool('ces_manifest', { objective: 'Change a', scope: ['src/a.js'] })),
      ),
    );
    const [one, two] = ids
      .map((answer) => resultOf(answer).structuredContent)
      .map((view) => (isRecord(view) ? view.manifest_id : undefined));
    const current = resultOf(await server.ask('tools/call', tool('ces_status'))).structuredContent;
    const id = isRecord(current) ? current.manifest_id : undefined;
    expect(id).toMatch(/^M-/);
    // Both at once: the loser is told `conflict`, and sees the winner's from then on.
    expect([one, two]).toContain(id);
  } finally {
    await other.close();
  }
  await expectAlive();
  expect(existsSync(join(project.repo.root, '.ces', 'state.db'))).toBe(true);
});

function isRecord(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
