import type { Gap } from '../delta/timeline.js';

/**
 *              ready             silent
 *   starting ────────▶ watching ────────▶ suspended
 *     │  ▲                │  ▲               │  │
 *     │  │                │  └───── beat ────┘  │
 *     │  └── retry ──┐    │ exit                │ exit
 *     │ exit         │    ▼                     │
 *     └────────▶ restarting ◀───────────────────┘
 *                    │ gave_up
 *                    ▼
 *                  failed            every state but failed ── stop ──▶ stopped
 *
 * Whatever is not `watching` is a gap: what changes then may go unseen.
 */
export type WatcherState = 'starting' | 'watching' | 'suspended' | 'restarting' | 'stopped' | 'failed';

/** `silent`: no sign of life for three heartbeats; `retry`: a new process was started; `gave_up`: too many deaths in a minute. */
export type WatcherSignal = 'ready' | 'beat' | 'silent' | 'exit' | 'retry' | 'gave_up' | 'stop';

/** The state after a signal; the same state where the signal changes nothing. Pure. */
export function nextState(state: WatcherState, signal: WatcherSignal): WatcherState {
  switch (state) {
    case 'starting':
      return onLiving(state, signal, { ready: 'watching', beat: state, silent: state });
    case 'watching':
      return onLiving(state, signal, { ready: state, beat: state, silent: 'suspended' });
    case 'suspended':
      return onLiving(state, signal, { ready: 'watching', beat: 'watching', silent: state });
    case 'restarting':
      return onRestarting(signal);
    case 'stopped':
    case 'failed':
      return state;
  }
}

function onLiving(
  state: WatcherState,
  signal: WatcherSignal,
  next: Record<'ready' | 'beat' | 'silent', WatcherState>,
): WatcherState {
  switch (signal) {
    case 'ready':
    case 'beat':
    case 'silent':
      return next[signal];
    case 'exit':
      return 'restarting';
    case 'stop':
      return 'stopped';
    case 'retry':
    case 'gave_up':
      return state;
  }
}

function onRestarting(signal: WatcherSignal): WatcherState {
  switch (signal) {
    case 'retry':
      return 'starting';
    case 'gave_up':
      return 'failed';
    case 'stop':
      return 'stopped';
    case 'ready':
    case 'beat':
    case 'silent':
    case 'exit':
      return 'restarting';
  }
}

/** The gap that a state is; null while watching, and while starting, which the first start opens and a restart continues. */
export function gapOf(state: WatcherState): Gap['kind'] | null {
  switch (state) {
    case 'watching':
    case 'starting':
      return null;
    case 'suspended':
      return 'suspended';
    case 'restarting':
    case 'failed':
      return 'killed';
    case 'stopped':
      return 'stopped';
  }
}
