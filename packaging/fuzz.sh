#!/usr/bin/env bash
# Runs every fuzz test of the module for the given time each (default 5s), three at a time: while one is built the others keep the two cores of a small machine busy.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-5s}
targets=$(mktemp)
trap 'rm -f "$targets"' EXIT
for pkg in $(go list ./licensing/... ./app/... ./docs/...); do
  dir=$(go list -f '{{.Dir}}' "$pkg")
  { grep -hoE '^func (Fuzz[A-Za-z0-9_]+)' "$dir"/*_test.go 2>/dev/null || true; } | awk -v pkg="$pkg" '{print pkg, $2}' >>"$targets"
done
count=$(wc -l <"$targets")
[ "$count" -gt 0 ] || { echo "fuzz: no fuzz test found" >&2; exit 1; }
# Now and then Go reports the end of the time as a failure (golang/go#75804, mended in 1.27): "context deadline exceeded" and no failing input.
# That target runs once more; everything else that fails is a find.
# shellcheck disable=SC2016
xargs -P 3 -L 1 bash -c '
  fuzz() { out=$(go test -tags nogui -run "^$" -fuzz "^$2\$" -fuzztime "$0" -fuzzminimizetime 10x -parallel 1 "$1" 2>&1); }
  fuzz "$@" || { grep -q "context deadline exceeded" <<<"$out" && ! grep -q "Failing input" <<<"$out" && fuzz "$@"; } || {
    printf "%s\n" "$out" | tail -30
    exit 1
  }
  printf "%s %s\n" "$2" "$(printf "%s\n" "$out" | tail -1)"
' "$time" <"$targets" || { echo "fuzz: something was found, see above" >&2; exit 1; }
echo "fuzz: $count targets, $time each, nothing found"
