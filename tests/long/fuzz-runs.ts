/** How many inputs the long form generates for each tool and each reader: 10,000, or what `CES_FUZZ_RUNS` says. */
export function fuzzRuns(): number {
  const given = Number(process.env.CES_FUZZ_RUNS);
  return Number.isSafeInteger(given) && given > 0 ? given : 10_000;
}
