#!/usr/bin/env bash
# The tests of the normal form that take longer: tool fuzzing, broken worlds, crowds, the timeline under stress, the benchmark.
cd "$(dirname "$0")/../.." || exit 2
CES_SLOW=1 CES_TEST_RESULTS=slow-results npm test -- .slow.test.ts
code=$?
mkdir -p .cache/test-results
cp .cache/slow-results/vitest.json .cache/test-results/slow.json
exit $code
