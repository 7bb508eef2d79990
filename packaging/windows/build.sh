#!/usr/bin/env bash
# Builds the Windows programs on Linux: holdfastw.exe (the window), holdfast.exe (commands, no window libraries) and
# holdfast-issuer.exe (for vendors). Installs mingw-w64 where apt-get is there and it is missing.
# The first build compiles the window toolkit: about six minutes on two cores.
# Usage: build.sh OUT VERSION
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-bin/windows} version=${2:-dev}
cc=x86_64-w64-mingw32-gcc windres=x86_64-w64-mingw32-windres
if ! command -v $cc >/dev/null; then
  command -v apt-get >/dev/null || { echo "windows: please install mingw-w64 ($cc)" >&2; exit 1; }
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" apt-get install -y -q --no-install-recommends gcc-mingw-w64-x86-64
fi
mkdir -p "$out"
out=$(cd "$out" && pwd)

# The icon lies in the programs as a resource. The linker takes a .syso from the folder of package main; its name keeps
# it out of every other build, and it is gone afterwards.
syso=rsrc_windows_amd64.syso
temp=$(mktemp -d)
trap 'rm -rf "$temp" "$syso"' EXIT
if command -v convert >/dev/null; then
  convert assets/holdfast-icon-{16,32,48,64,128,256}.png "$temp/holdfast.ico"
  echo '1 ICON "holdfast.ico"' >"$temp/holdfast.rc"
  (cd "$temp" && $windres -O coff holdfast.rc "$syso")
  cp "$temp/$syso" .
else
  echo "windows: without ImageMagick the programs have no icon" >&2
fi

export GOOS=windows GOARCH=amd64
ldflags="-s -w -X holdfast/app.Version=$version -X main.version=$version"
CGO_ENABLED=0 go build -tags nogui -ldflags "$ldflags" -o "$out/holdfast.exe" .
CGO_ENABLED=0 go build -ldflags "$ldflags" -o "$out/holdfast-issuer.exe" ./licensing/issuer/cmd/holdfast-issuer
# accessibility: Fyne tells screen readers of Windows what the window shows.
CGO_ENABLED=1 CC=$cc go build -tags "migrated_fynedo accessibility" -ldflags "$ldflags -H=windowsgui" -o "$out/holdfastw.exe" .
ls -l "$out"
