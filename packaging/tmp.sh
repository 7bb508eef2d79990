#!/usr/bin/env bash
# Prints the folder for the temporary files of tests: in memory where there is enough of it, otherwise the usual one. Tests write and sync
# many thousand small files, and most of their time would be spent waiting for the disk. TMPDIR=FOLDER decides otherwise.
set -euo pipefail
usual=${TMPDIR:-/tmp} memory=/dev/shm
fits() {
  [ -z "${TMPDIR:-}" ] && [ -w "$memory" ] && [ "$(stat -f -c %T "$memory")" = tmpfs ] &&
    [ "$(df --output=avail -k "$memory" | tail -1)" -ge $((2 << 20)) ] && # KiB
    [ "$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)" -ge $((4 << 20)) ]
}
# Tests start programs there too, which some machines forbid.
starts() {
  local f code=0
  f=$(mktemp "$memory/holdfast.XXXXXX") && printf '#!/bin/sh\n' >"$f" && chmod +x "$f" && "$f" || code=$?
  rm -f "$f"
  return $code
}
if fits 2>/dev/null && starts 2>/dev/null; then echo "$memory"; else echo "$usual"; fi
