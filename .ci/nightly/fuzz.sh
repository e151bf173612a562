#!/usr/bin/env bash
# 10,000 generated inputs for each tool and each reader of foreign files; CES_FUZZ_RUNS makes it fewer.
set -u
cd "$(dirname "$0")/../.."
exec npm run long -- --reporter=default --reporter=json --outputFile.json=.cache/test-results/fuzz.json tests/long/fuzz
