import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CrashRig } from './crash-rig.js';
import { type Answer, type McpSession, startMcp } from './mcp-client.js';

const PRELOAD = fileURLToPath(new URL('./crash-preload.mjs', import.meta.url));

/** Where the first server dies. */
export interface CrashPoint {
  readonly at: number;
  readonly when: 'before' | 'after' | 'torn';
}

/** A client whose first server dies at a point (or, without one, writes every point down) and which then starts another. */
export class CrashAgent {
  readonly #rig: CrashRig;
  readonly #crash: Readonly<Record<string, string>>;
  readonly #log: string;
  readonly #onCrash: () => Promise<void>;
  #session: McpSession | null = null;
  #servers = 0;

  /** `onCrash` runs while no server does. */
  constructor(rig: CrashRig, point: CrashPoint | null, onCrash: () => Promise<void>) {
    this.#rig = rig;
    this.#onCrash = onCrash;
    this.#log = join(rig.home, 'places');
    this.#crash = {
      CRASH_LOG: this.#log,
      CRASH_ROOTS: [join(rig.root, '.ces'), rig.home].join(':'),
      ...(point === null ? {} : { CRASH_AT: String(point.at), CRASH_WHEN: point.when }),
    };
  }

  /** The names of the points that were passed, or of the one where the server died. */
  places(): readonly string[] {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').trim().split('\n') : [];
  }

  /** Calls a tool; when the server dies over it, asks a new one the same. Throws where the tool refuses. */
  async call(tool: string, args: Readonly<Record<string, unknown>> = {}): Promise<Answer['structured']> {
    const answer = await this.#ask(tool, args).catch(async (error: unknown) => {
      if (this.#servers !== 1) throw error;
      this.#session = null;
      await this.#onCrash();
      return this.#ask(tool, args);
    });
    if (answer.isError) throw new Error(`${tool} was refused: ${answer.text}`);
    return answer.structured;
  }

  /** Ends as a client does; where the server dies over that, another one looks in. */
  async end(): Promise<void> {
    await this.close();
    if (this.#servers !== 1) return;
    await this.#onCrash();
    await this.call('ces_status');
    await this.close();
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close();
  }

  async #ask(tool: string, args: Readonly<Record<string, unknown>>): Promise<Answer> {
    this.#session ??= await this.#start();
    return this.#session.call(tool, { ...args });
  }

  #start(): Promise<McpSession> {
    this.#servers += 1;
    if (this.#servers > 1) return startMcp(this.#rig.root, this.#rig.env);
    return startMcp(this.#rig.root, { ...this.#rig.env, ...this.#crash }, ['--import', PRELOAD]);
  }
}
