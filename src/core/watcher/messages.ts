import { z } from 'zod';

const time = z.string();
const event = z.object({
  path: z.string(),
  kind: z.enum(['created', 'modified', 'deleted']),
  type: z.enum(['file', 'dir', 'link', 'other']),
  at: time,
  since: time.optional(),
});

/** What the watcher's process sends. The process itself imports the types alone. */
export const watcherMessage = z.discriminatedUnion('type', [
  /** `until`: everything that happened before was sent before. */
  z.object({ type: z.literal('beat'), at: time, until: time }),
  z.object({ type: z.literal('ready'), at: time }),
  z.object({ type: z.literal('events'), sequence: z.number(), events: z.array(event) }),
  z.object({
    type: z.literal('gap'),
    open: z.boolean(),
    kind: z.enum(['limit', 'overflow', 'burst', 'mount']),
    at: time,
    detail: z.string(),
  }),
]);

export type WatcherMessage = z.infer<typeof watcherMessage>;

/** What the watcher's process is sent. */
export type WatcherCommand =
  | { readonly type: 'acknowledge'; readonly sequence: number }
  | { readonly type: 'mark' }
  | { readonly type: 'stop' };

/** What the watcher's process is started with, as JSON in its first argument. */
export interface WatcherSettings {
  readonly root: string;
  readonly heartbeatMs: number;
  /** More notifications than this within one second are a burst. */
  readonly burstLimit: number;
}
