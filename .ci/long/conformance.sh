#!/usr/bin/env bash
# The MCP conformance suites against the real stdio server, through a bridge.
set -u
cd "$(dirname "$0")/../.."
exec npm run long -- --reporter=default --reporter=json --outputFile.json=.cache/test-results/conformance.json tests/long/conformance
