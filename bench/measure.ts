export type Subject = () => number | Promise<number>;

/** Medians of the milliseconds that each subject answers, measured in turns, so that the machine's moods hit all alike. */
export async function compare<K extends string>(
  rounds: number,
  subjects: Readonly<Record<K, Subject>>,
): Promise<Record<K, number>> {
  const names = Object.keys(subjects).filter((name): name is K => name in subjects);
  const samples = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) samples.get(name)?.push(await subjects[name]());
  }
  const medians: Partial<Record<K, number>> = {};
  for (const name of names) medians[name] = median(samples.get(name) ?? []);
  return requireAll(medians, names);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Milliseconds that the work took. */
export async function time(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function requireAll<K extends string>(found: Partial<Record<K, number>>, names: readonly K[]): Record<K, number> {
  if (!isComplete(found, names)) throw new Error('A subject was not measured.');
  return found;
}

function isComplete<K extends string>(
  found: Partial<Record<K, number>>,
  names: readonly K[],
): found is Record<K, number> {
  return names.every((name) => typeof found[name] === 'number');
}
