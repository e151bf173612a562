#!/usr/bin/env bash
# Random sequences of changes in real repositories, each look compared with an independent one; `npm test` tries a few.
# CES_DELTA_SEED repeats the run whose seed a failure printed.
cd "$(dirname "$0")/../.." || exit 2
CES_TEST_RESULTS=delta-results npm test -- --config tests/long/vitest.config.ts tests/long/delta.long.ts
code=$?
mkdir -p .cache/test-results
cp .cache/delta-results/vitest.json .cache/test-results/delta.json
exit $code
