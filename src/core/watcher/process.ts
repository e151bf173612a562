import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { Batches } from './batches.js';
import { BurstMeter } from './burst.js';
import type { WatcherCommand, WatcherMessage, WatcherSettings } from './messages.js';
import { observe } from './observe.js';

/** The watcher's own process: a busy server loses no notification, and what happens to the watcher is noticed. */
function main(settings: WatcherSettings): void {
  const root = realpathSync(settings.root);
  const batches = new Batches(send);
  const burst = new BurstMeter(settings.burstLimit, send);
  const refusals = new Set<string>();
  const observation = observe(root, {
    onReady: () => send({ type: 'ready', at: new Date().toISOString() }),
    onEvent: (event) => batches.add(event),
    onNotification: () => burst.count(Date.now()),
    onError: (error) => sendRefusal(root, error, refusals),
  });
  const beat = setInterval(() => {
    burst.tick(Date.now());
    send({ type: 'beat', at: new Date().toISOString() });
  }, settings.heartbeatMs);

  process.on('disconnect', () => process.exit(0));
  process.on('message', (command) => {
    if (!isCommand(command)) return;
    switch (command.type) {
      case 'acknowledge':
        return batches.acknowledge(command.sequence);
      case 'stop':
        clearInterval(beat);
        void observation.close().then(() => {
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

function sendRefusal(root: string, error: NodeJS.ErrnoException, known: Set<string>): void {
  const code = error.code ?? 'unknown';
  const isOfPath = (code === 'EACCES' || code === 'EPERM') && typeof error.path === 'string';
  const detail = isOfPath && known.size < MAX_REFUSALS ? `${code} ${relative(root, error.path ?? '')}` : code;
  if (known.has(detail)) return;
  known.add(detail);
  send({ type: 'gap', open: true, kind: 'limit', at: new Date().toISOString(), detail });
}

function isCommand(value: unknown): value is WatcherCommand {
  return typeof value === 'object' && value !== null && 'type' in value;
}

main(JSON.parse(process.argv[2] ?? '{}'));
