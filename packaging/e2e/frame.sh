# The frame of the end-to-end scripts, which source it as "frame.sh BIN ARTEFACTS SECONDS [NAME=VALUE…]": the script runs in a fresh
# account with its own HOME, runtime folder and session bus, for at most that many seconds. Nothing of the machine's user is touched.
set -euo pipefail
name=$(basename "$0" .sh) bin=$1 art=$2
mkdir -p "$art"

if [ "${HOLDFAST_E2E_INSIDE:-}" != 1 ]; then
  limit=$3
  shift 3
  top=$(mktemp -d)
  trap 'rm -rf "$top"' EXIT
  mkdir -p "$top/home" "$top/run" && chmod 700 "$top/run"
  code=0
  env -i PATH="$PATH" HOME="$top/home" XDG_RUNTIME_DIR="$top/run" LANG=C.UTF-8 TZ=UTC TOP="$top" HOLDFAST_E2E_INSIDE=1 "$@" \
    timeout --foreground "$limit" dbus-run-session -- bash "$0" "$bin" "$art" || code=$?
  [ "$code" = 0 ] || echo "$name: ended with $code" >&2
  exit "$code"
fi

hf=$bin/holdfast issuer=$bin/holdfast-issuer
cleanup() { # what the script left running ends with it
  local p
  for p in $(jobs -p); do kill "$p" 2>/dev/null || true; done
  wait
}
trap cleanup EXIT
cd "$TOP"

step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }
# died is what a script does before it dies, such as a picture.
died() { :; }
die() {
  died
  printf '%s: %s\n' "$name" "$*" >&2
  local log
  for log in agent.log service.log window.log; do
    [ ! -s "$log" ] || { echo "$log:" && tail -20 "$log"; } >&2
  done
  exit 1
}
# expect CODE COMMAND…: runs it, keeps its output in $out, and demands the exit code.
expect() {
  local want=$1 got=0
  shift
  out=$(timeout 60 "$@" 2>&1) || got=$?
  [ "$got" = "$want" ] || die "exit $got, wanted $want: $*
$out"
}
# has TEXT: demands it in $out.
has() { grep -qF -- "$1" <<<"$out" || die "the output lacks \"$1\":
$out"; }
# within SECONDS WHAT COMMAND…: repeats the command until it succeeds.
within() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ "$SECONDS" -lt "$limit" ] || die "waited too long: $what"
    sleep 0.1
  done
}
# soon COMMAND…: within half a minute, whatever it says meanwhile.
soon() { within 30 "$*" silent "$@"; }
silent() { "$@" >/dev/null 2>&1; }

bus() { dbus-send --session --print-reply --reply-timeout=5000 "$@" 2>/dev/null; }
# keyring: starts the real key store, unlocked; in the foreground, as our child ($ring): only ours is ever stopped.
keyring() {
  gnome-keyring-daemon --foreground --unlock --components=secrets < <(printf 'pw') >/dev/null 2>&1 & # no pipe: its first part would be the job
  ring=$!
  # Asking before it has its name would have the bus start another one, locked.
  within 10 "the key store takes its name" named
  within 10 "the key store works" probe
}
named() { bus --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q 'boolean true'; }
probe() { secret-tool store --label=probe holdfast probe <<<ok 2>/dev/null; }
