#!/usr/bin/env bash
# Runs every fuzz test of the module for the given time each (default 3s), three at a time. Each package is built once, instrumented, for all its
# tests, while those of the packages before run: that keeps the two cores of a small machine busy.
set -euo pipefail
cd "$(dirname "$0")/.."
export FUZZTIME=${1:-3s} BIN CACHE
BIN=$(mktemp -d)
CACHE=$(go env GOCACHE)/fuzz
trap 'rm -rf "$BIN"' EXIT
# Names of the fuzz tests of a package, as its source has them: "FOLDER PACKAGE TEST".
targets() {
  local dir pkg
  go list -f '{{.Dir}} {{.ImportPath}}' ./licensing/... ./app/... ./docs/... | while read -r dir pkg; do
    { grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go 2>/dev/null || true; } | sed "s|^func|$dir $pkg|"
  done
}
targets >"$BIN/targets"
count=$(wc -l <"$BIN/targets")
[ "$count" -gt 0 ] || { echo "fuzz: no fuzz test found" >&2; exit 1; }
built() { echo "$BIN/${1//\//-}.test"; }
# build FOLDER PACKAGE: says its targets on when they can run.
build() {
  go test -c -vet=off -ldflags '-s -w' -tags nogui -fuzz . -o "$(built "$2")" "$2" >&2 && grep -F "$1 $2 " "$BIN/targets"
}
# Now and then Go reports the end of the time as a failure (golang/go#75804, mended in 1.27): "context deadline exceeded" and no failing input.
# That target runs once more; everything else that fails is a find.
run() {
  local out
  fuzz() {
    out=$(cd "$1" && "$(built "$2")" -test.run '^$' -test.fuzz "^$3\$" -test.fuzztime "$FUZZTIME" -test.fuzzminimizetime 10x \
      -test.parallel 1 -test.fuzzcachedir "$CACHE/$2" 2>&1)
  }
  fuzz "$@" || { grep -q "context deadline exceeded" <<<"$out" && ! grep -q "Failing input" <<<"$out" && fuzz "$@"; } || {
    printf '%s\n' "$out" | tail -30
    return 1
  }
  printf '%s %s\n' "$3" "$(grep '^fuzz: elapsed' <<<"$out" | tail -1)"
}
export -f built run
cut -d' ' -f1,2 "$BIN/targets" | uniq | while read -r dir pkg; do build "$dir" "$pkg" || exit 1; done |
  xargs -P 3 -n 3 bash -c 'run "$@"' fuzz || { echo "fuzz: something was found, see above" >&2; exit 1; }
echo "fuzz: $count targets, $FUZZTIME each, nothing found"
