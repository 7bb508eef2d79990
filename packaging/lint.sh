#!/usr/bin/env bash
# gofumpt, go vet, staticcheck, a tidy go.mod, and whether everything fits together on other systems. The tools are pinned in tools/go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/bin/tools
mkdir -p "$bin"
GOBIN=$bin go -C tools install mvdan.cc/gofumpt honnef.co/go/tools/cmd/staticcheck ./typecheck
unformatted=$("$bin/gofumpt" -l .)
if [ -n "$unformatted" ]; then
  printf 'gofumpt would change:\n%s\n' "$unformatted" >&2
  exit 1
fi
go mod tidy -diff
# The first time, one process of a C compiler reads OpenGL for a minute or two; what needs no window goes on beside it.
go vet -tags migrated_fynedo ./... &
window=$!
trap 'kill "$window" 2>/dev/null || true' EXIT
CGO_ENABLED=0 go vet -tags nogui . # nothing below it knows of the window or of cgo
"$bin/typecheck" darwin,windows ./licensing/... ./app/...
wait "$window"
trap - EXIT
"$bin/staticcheck" -tags migrated_fynedo ./...
echo "lint: clean"
