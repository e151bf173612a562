declare module 'write-file-atomic' {
  /** Writes to a temporary file beside `path`, syncs it, and renames it into place. */
  export default function writeFileAtomic(
    path: string,
    data: string | Uint8Array,
    options?: { mode?: number },
  ): Promise<void>;
}
