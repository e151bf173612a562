#!/usr/bin/env bash
# What the timeline says of a burst while the server is busy, and what watching 100,000 files costs in memory.
cd "$(dirname "$0")/../.." || exit 2
CES_TEST_RESULTS=timeline-results npm test -- --config tests/long/vitest.config.ts tests/long/timeline.long.ts
code=$?
mkdir -p .cache/test-results
cp .cache/timeline-results/vitest.json .cache/test-results/timeline.json
exit $code
