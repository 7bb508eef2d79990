#!/usr/bin/env bash
# Runs every fuzz test of the module for the given time each (default 5s) on the two cores of a small machine.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-5s}
count=0
for pkg in $(go list ./licensing/... ./app/... ./docs/...); do
  dir=$(go list -f '{{.Dir}}' "$pkg")
  names=$(grep -hoE '^func (Fuzz[A-Za-z0-9_]+)' "$dir"/*_test.go 2>/dev/null | awk '{print $2}' || true)
  for name in $names; do
    go test -tags nogui -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 10x -parallel 2 "$pkg" | tail -2
    count=$((count + 1))
  done
done
[ "$count" -gt 0 ] || { echo "fuzz: no fuzz test found" >&2; exit 1; }
echo "fuzz: $count targets, $time each, nothing found"
