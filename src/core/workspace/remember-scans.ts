import type { Scan } from '../delta/tree.js';
import type { ContentStore } from '../ports.js';

const REMEMBERED = 2;

/**
 * A content store that keeps the scans that it saved or loaded last in memory: each call compares with the same starting
 * tree. A scan never changes under its id, and one that was saved here shares its entries with the scans after it.
 */
export function rememberScans(store: ContentStore): ContentStore {
  const scans = new Map<string, Scan>();
  const remember = (id: string, scan: Scan): void => {
    scans.delete(id);
    scans.set(id, scan);
    const oldest = scans.keys().next().value;
    if (scans.size > REMEMBERED && oldest !== undefined) scans.delete(oldest);
  };
  return {
    keep: (root, entries) => store.keep(root, entries),
    get: (sha256) => store.get(sha256),
    async saveScan(scan) {
      const id = await store.saveScan(scan);
      remember(id, scan);
      return id;
    },
    async loadScan(id) {
      const scan = scans.get(id) ?? (await store.loadScan(id));
      if (scan !== null) remember(id, scan);
      return scan;
    },
  };
}
