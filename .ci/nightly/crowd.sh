#!/usr/bin/env bash
# Fifty processes that append to one ledger at once; `.ci/long/slow.sh` tries ten.
cd "$(dirname "$0")/../.." || exit 2
CES_TEST_RESULTS=crowd-results npm test -- --config tests/long/vitest.config.ts tests/long/crowd.long.ts
code=$?
mkdir -p .cache/test-results
cp .cache/crowd-results/vitest.json .cache/test-results/crowd.json
exit $code
