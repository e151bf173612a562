/** `YYYYMMDDZ` or `YYYYMMDDHHMM[SS]Z` as ISO 8601; null for anything else: without Z it would mean another time elsewhere. */
export function parseTimestamp(text: string): string | null {
  const match = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z$/.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const date = new Date(iso);
  return !Number.isNaN(date.getTime()) && date.toISOString() === iso ? iso : null;
}

/** ISO 8601 as ssh-keygen's `verify-time` takes it, to be read in UTC. */
export function formatVerifyTime(iso: string): string {
  return iso.slice(0, 19).replace(/[-:T]/g, '');
}
