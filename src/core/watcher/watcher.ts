import { type ChildProcess, fork } from 'node:child_process';
import type { Gap, TimelineEvent } from '../delta/timeline.js';
import { GapBook } from './gap-book.js';
import { type WatcherCommand, type WatcherSettings, watcherMessage } from './messages.js';
import { gapOf, nextState, type WatcherSignal, type WatcherState } from './state.js';

const SILENT_HEARTBEATS = 3;
const MAX_DEATHS = 5;
const DEATHS_WITHIN_MS = 60_000;
const FIRST_DELAY_MS = 100;
const STOP_MS = 2000;
/** A first look at 100,000 files leaves a third as much memory behind, and takes half as long again. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];
const OF_STATES = ['starting', 'stopped', 'killed', 'suspended'] as const;
const OF_PROCESS = ['limit', 'overflow', 'burst', 'mount'] as const;

export interface WatcherOptions {
  readonly root: string;
  /** The bundled script of the watcher's process, and the Node that runs it. */
  readonly program: string;
  readonly node: string;
  readonly heartbeatMs?: number;
  readonly burstLimit?: number;
  /** Events in the order in which they were seen; they count as taken when it returns. */
  onEvents(events: readonly TimelineEvent[]): void;
  onState(state: WatcherState): void;
  /** Called when a gap opens (`to: null`), and again with the same kind, from and detail when it closes. */
  onGap(gap: Gap): void;
}

export interface Watcher {
  /** Says that a call is made now: what is seen from now on is told apart from what was before, to a few milliseconds. */
  mark(): void;
  /** Ends watching; events seen before are handed over first. Kills a process that does not answer. */
  stop(): Promise<void>;
  pid(): number | null;
  state(): WatcherState;
  gaps(): readonly Gap[];
}

/**
 * Watches a folder in a process of its own, restarts it when it dies (five times a minute at most, then `failed`), and
 * records every time in which it did not see as a gap. Never throws for what happens there. Does not keep the caller alive.
 */
export function startWatcher(options: WatcherOptions): Watcher {
  const gaps = new GapBook((gap) => options.onGap(gap));
  const supervisor = new Supervisor(options, gaps);
  return {
    mark: () => supervisor.mark(),
    stop: () => supervisor.stop(),
    pid: () => supervisor.pid,
    state: () => supervisor.state,
    gaps: () => gaps.list(),
  };
}

class Supervisor {
  state: WatcherState = 'starting';
  readonly #options: WatcherOptions;
  readonly #settings: WatcherSettings;
  readonly #gaps: GapBook;
  readonly #ticks: NodeJS.Timeout;
  #child: ChildProcess | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  /** Whatever happened before was handed over, if it was seen. */
  #told = now();
  #quietTicks = 0;
  #deaths: number[] = [];

  constructor(options: WatcherOptions, gaps: GapBook) {
    const { root, heartbeatMs = 1000, burstLimit = 8000 } = options;
    this.#options = options;
    this.#settings = { root, heartbeatMs, burstLimit };
    this.#gaps = gaps;
    this.#gaps.open('starting', this.#told, 'until the first look at every folder is done');
    // Ticks are counted, not milliseconds: a caller whose own loop was blocked must not take that for the watcher's silence.
    this.#ticks = setInterval(() => this.#countQuietTick(), heartbeatMs).unref();
    this.#spawn();
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  mark(): void {
    if (this.#child !== null) send(this.#child, { type: 'mark' });
  }

  async stop(): Promise<void> {
    this.#signal('stop', now(), 'on request');
    clearInterval(this.#ticks);
    const child = this.#child;
    if (child === null) return;
    child.ref();
    child.channel?.ref();
    send(child, { type: 'stop' });
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(kill);
  }

  #spawn(): void {
    // No variable of the caller may change how chokidar or Node behaves there.
    const child = fork(this.#options.program, [JSON.stringify(this.#settings)], {
      execPath: this.#options.node,
      execArgv: NODE_FLAGS,
      env: {},
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child = child;
    this.#quietTicks = 0;
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    const drained = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('disconnect', resolve);
    });
    this.#ended = Promise.all([exited, drained]).then(([detail]) => this.#onExit(detail));
    child.on('message', (value) => this.#onMessage(child, value));
    child.unref();
    child.channel?.unref();
  }

  #onMessage(child: ChildProcess, value: unknown): void {
    const parsed = watcherMessage.safeParse(value);
    if (!parsed.success) return;
    const message = parsed.data;
    this.#quietTicks = 0;
    switch (message.type) {
      case 'beat':
        this.#told = message.until;
        this.#signal('beat', message.at, '');
        break;
      case 'ready':
        this.#told = message.at;
        this.#signal('ready', message.at, '');
        break;
      case 'events':
        this.#options.onEvents(message.events);
        send(child, { type: 'acknowledge', sequence: message.sequence });
        break;
      case 'gap':
        if (message.open) this.#gaps.open(message.kind, message.at, message.detail);
        else this.#gaps.close([message.kind], message.at);
    }
  }

  #countQuietTick(): void {
    this.#quietTicks += 1;
    if (this.#quietTicks < SILENT_HEARTBEATS) return;
    this.#signal('silent', this.#told, `no sign of life for ${SILENT_HEARTBEATS} heartbeats`);
  }

  #onExit(detail: string): void {
    this.#child = null;
    this.#gaps.close(OF_PROCESS, now());
    this.#signal('exit', this.#told, detail);
    if (this.state !== 'restarting') return;
    const time = Date.now();
    this.#deaths = [...this.#deaths.filter((death) => time - death < DEATHS_WITHIN_MS), time];
    if (this.#deaths.length > MAX_DEATHS) this.#signal('gave_up', now(), detail);
    else setTimeout(() => this.#restart(), FIRST_DELAY_MS * 2 ** (this.#deaths.length - 1)).unref();
  }

  #restart(): void {
    if (this.state !== 'restarting') return;
    this.#signal('retry', now(), '');
    this.#spawn();
  }

  #signal(signal: WatcherSignal, at: string, detail: string): void {
    const state = nextState(this.state, signal);
    if (state === this.state) return;
    this.state = state;
    const gap = gapOf(state);
    if (state === 'watching') this.#gaps.close(OF_STATES, at);
    if (gap !== null) {
      this.#gaps.close(
        OF_STATES.filter((kind) => kind !== gap),
        at,
      );
      this.#gaps.open(gap, at, detail);
    }
    this.#options.onState(state);
  }
}

function send(child: ChildProcess, command: WatcherCommand): void {
  if (child.connected) child.send(command, () => {}); // a process that is gone shows itself by its exit
}

function now(): string {
  return new Date().toISOString();
}
