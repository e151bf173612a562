#!/usr/bin/env bash
# Two minutes of random use; `npm run soak` alone takes an hour.
set -u
cd "$(dirname "$0")/../.."
exec npm run soak -- --minutes 2
