#!/usr/bin/env bash
# gofumpt, go vet, staticcheck and a tidy go.mod. The tools are pinned in tools/go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/bin/tools
mkdir -p "$bin"
GOBIN=$bin go -C tools install mvdan.cc/gofumpt honnef.co/go/tools/cmd/staticcheck
unformatted=$("$bin/gofumpt" -l .)
if [ -n "$unformatted" ]; then
  printf 'gofumpt would change:\n%s\n' "$unformatted" >&2
  exit 1
fi
go mod tidy -diff
go vet -tags migrated_fynedo ./...
CGO_ENABLED=0 go vet -tags nogui . ./app/... ./licensing/...
for os in darwin windows; do
  GOOS=$os CGO_ENABLED=0 go vet ./licensing/... ./app/...
done
"$bin/staticcheck" -tags migrated_fynedo ./...
echo "lint: clean"
