#!/usr/bin/env bash
# `holdfast status` with 50 licenses and a warm, real Secret Service: process time over 20 runs (target: at most 60 ms).
# Usage: bench.sh BIN
set -euo pipefail
bin=$1
if [ "${HOLDFAST_BENCH_INSIDE:-}" != 1 ]; then
  top=$(mktemp -d)
  trap 'rm -rf "$top"' EXIT
  mkdir -p "$top/run" && chmod 700 "$top/run"
  env -i PATH="$PATH" HOME="$top" XDG_RUNTIME_DIR="$top/run" LANG=C.UTF-8 TOP="$top" HOLDFAST_BENCH_INSIDE=1 \
    dbus-run-session -- bash "$0" "$bin"
  exit
fi
cd "$TOP"
eval "$(printf 'pw' | gnome-keyring-daemon --unlock --components=secrets 2>/dev/null)"
export HOLDFAST_HOME=$TOP/records
"$bin/holdfast-issuer" init --dir vendor --vendor acme --name "Acme GmbH" >/dev/null 2>&1
"$bin/holdfast-issuer" profile --dir vendor --out acme.hfkey >/dev/null
key=
for i in $(seq 50); do
  printf 'schema: holdfast.policy/v1\nversion: 1\nproduct: {id: product%s, name: Product %s}\nfeatures: {edit: {name: Edit}, export: {name: Export}}\n' "$i" "$i" >p.yaml
  if [ -z "$key" ]; then key=$("$bin/holdfast-issuer" license create --dir vendor --policy p.yaml 2>/dev/null)
  else "$bin/holdfast-issuer" license create --dir vendor --policy p.yaml --key "$key" >/dev/null 2>&1; fi
done
"$bin/holdfast-cli" keys import acme.hfkey --yes >/dev/null
printf '%s\n' "$key" | "$bin/holdfast-cli" request activate --vendor acme --key-file - --out r.hfreq >/dev/null
"$bin/holdfast-issuer" answer --dir vendor r.hfreq --out l.hflic >/dev/null
"$bin/holdfast-cli" import l.hflic >/dev/null
[ "$("$bin/holdfast-cli" status --json | grep -c '"license":')" = 50 ] || { echo "bench: not 50 licenses" >&2; exit 1; }
TIMEFORMAT='%U %S %R'
for program in holdfast-cli holdfast; do
  "$bin/$program" status >/dev/null
  times=$( { time for _ in $(seq 20); do "$bin/$program" status >/dev/null; done; } 2>&1 )
  awk -v p="$program" '{printf "%s status, 50 licenses: %.1f ms process time, %.1f ms elapsed\n", p, ($1+$2)*50, $3*50}' <<<"$times"
done
