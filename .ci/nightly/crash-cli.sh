#!/usr/bin/env bash
# Kills each of the operator's commands before, in the middle of and after every durable write and child start; `npm test`
# tries one point of each.
cd "$(dirname "$0")/../.." || exit 2
CES_TEST_RESULTS=crash-cli-results npm test -- --config tests/long/vitest.config.ts tests/long/crash-cli.long.ts
code=$?
mkdir -p .cache/test-results
cp .cache/crash-cli-results/vitest.json .cache/test-results/crash-cli.json
exit $code
