import { readFileSync, realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { Batches } from './batches.js';
import { BurstMeter } from './burst.js';
import type { WatcherCommand, WatcherMessage, WatcherSettings } from './messages.js';
import { observe } from './observe.js';
import { Pulse } from './pulse.js';
import { RootWatch } from './root-watch.js';

/** The watcher's own process: a busy server loses no notification, and what happens to the watcher is noticed. */
function main(settings: WatcherSettings): void {
  const root = realpathSync(settings.root);
  const pulse = new Pulse();
  const batches = new Batches(send);
  const burst = new BurstMeter(Math.min(settings.burstLimit, readQueueLimit() / 2), send);
  const refusals = new Set<string>();
  const start = (onReady: () => void) =>
    observe(root, pulse, {
      onReady,
      onEvent: (event) => batches.add(event),
      onNotification: () => burst.count(Date.now(), pulse.arrivedUntil()),
      onError: (error) => sendRefusal(root, error, refusals, pulse.arrivedUntil()),
    });
  const watch = new RootWatch(root, start, send);
  let until = Date.now();
  const beat = setInterval(() => {
    const now = Date.now();
    burst.tick(now, pulse.arrivedUntil());
    watch.check(now);
    if (watch.isQuiet() && batches.isEmpty()) until = pulse.arrivedUntil();
    send({ type: 'beat', at: toTime(now), until: toTime(until) });
  }, settings.heartbeatMs);

  process.on('disconnect', () => process.exit(0));
  process.on('message', (command) => {
    if (!isCommand(command)) return;
    switch (command.type) {
      case 'acknowledge':
        return batches.acknowledge(command.sequence);
      case 'mark':
        return pulse.mark();
      case 'stop':
        clearInterval(beat);
        void watch.close().then(() => {
          pulse.stop();
          batches.flush();
          process.disconnect();
        });
    }
  });
}

function send(message: WatcherMessage): void {
  if (!process.connected) process.exit(0);
  process.send?.(message, (error: Error | null) => {
    if (error !== null) process.exit(0); // nobody is there to be told
  });
}

const MAX_REFUSALS = 20;

function sendRefusal(root: string, error: NodeJS.ErrnoException, known: Set<string>, since: number): void {
  const code = error.code ?? 'unknown';
  const isOfPath = (code === 'EACCES' || code === 'EPERM') && typeof error.path === 'string';
  const detail = isOfPath && known.size < MAX_REFUSALS ? `${code} ${relative(root, error.path ?? '')}` : code;
  if (known.has(detail)) return;
  known.add(detail);
  send({ type: 'gap', open: true, kind: 'limit', at: toTime(since), detail });
}

/** How many notifications the kernel holds for a process that does not read them. */
function readQueueLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  } catch {
    return Number.POSITIVE_INFINITY; // not Linux
  }
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function isCommand(value: unknown): value is WatcherCommand {
  return typeof value === 'object' && value !== null && 'type' in value;
}

main(JSON.parse(process.argv[2] ?? '{}'));
