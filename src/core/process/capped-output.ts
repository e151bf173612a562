export interface CappedOutput {
  readonly push: (chunk: Uint8Array) => void;
  readonly bytes: () => Buffer;
  readonly truncated: () => boolean;
}

/** Collects at most `maxBytes`: the first half and the last half; a line in between says how many bytes are missing. */
export function createCappedOutput(maxBytes: number): CappedOutput {
  const headLimit = Math.ceil(maxBytes / 2);
  const tailLimit = Math.max(0, maxBytes - headLimit);
  const head: Uint8Array[] = [];
  const tail: Uint8Array[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let dropped = 0;

  const push = (chunk: Uint8Array): void => {
    const room = headLimit - headBytes;
    if (room > 0) {
      const part = chunk.subarray(0, room);
      head.push(part);
      headBytes += part.length;
    }
    const rest = chunk.subarray(Math.max(0, room));
    if (rest.length === 0) return;
    tail.push(rest);
    tailBytes += rest.length;
    for (let first = tail[0]; first !== undefined && tailBytes > tailLimit; first = tail[0]) {
      const excess = Math.min(tailBytes - tailLimit, first.length);
      dropped += excess;
      tailBytes -= excess;
      if (excess === first.length) tail.shift();
      else tail[0] = first.subarray(excess);
    }
  };

  const bytes = (): Buffer => {
    const gap = dropped > 0 ? [Buffer.from(`\n[${dropped} bytes left out]\n`)] : [];
    return Buffer.concat([...head, ...gap, ...tail]);
  };

  return { push, bytes, truncated: () => dropped > 0 };
}
