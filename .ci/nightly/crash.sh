#!/usr/bin/env bash
# Kills the server before, in the middle of and after every durable write of one loop; `npm test` tries a few of them.
cd "$(dirname "$0")/../.." || exit 2
CES_CRASH_POINTS=all CES_TEST_RESULTS=crash-results npm test -- tests/e2e/crash.test.ts
code=$?
mkdir -p .cache/test-results
cp .cache/crash-results/vitest.json .cache/test-results/crash.json
exit $code
