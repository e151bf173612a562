/** Words of a request that name files of the repository, with their tests: the scope that is proposed when none is given. */
export function proposeScope(objective: string, files: readonly string[]): string[] {
  const tokens = objective.split(/[\s"'`(),;]+/).map((token) => token.replace(/^\.\//, '').replace(/[.:]$/, ''));
  const named = files.filter((path) =>
    tokens.some((token) => token === path || (token.includes('.') && path.endsWith(`/${token}`))),
  );
  const folders = tokens
    .filter((token) => token.endsWith('/') && files.some((path) => path.startsWith(token)))
    .map((token) => `${token}**`);
  const tests = named.flatMap((path) => testsOf(path, files));
  return [...new Set([...named, ...tests, ...folders])].sort();
}

// `src/a/health.ts` has its tests in any file whose name is `health.test.ts`, `health_test.go`, `test_health.py` and the like.
function testsOf(path: string, files: readonly string[]): string[] {
  const stem =
    path
      .split('/')
      .at(-1)
      ?.replace(/\.[^.]+$/, '') ?? '';
  if (stem === '') return [];
  const names = [`${stem}.test.`, `${stem}.spec.`, `${stem}_test.`, `test_${stem}.`, `${stem}-test.`];
  return files.filter((candidate) => {
    const name = candidate.split('/').at(-1) ?? '';
    return names.some((start) => name.startsWith(start));
  });
}
