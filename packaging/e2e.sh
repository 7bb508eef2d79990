#!/usr/bin/env bash
# The main job from end to end with the built programs, a real Secret Service and a real window:
#   issuer init, profile, license; keys import, request, answer, import, status, entitled; the same from a welcome file in
#   one step; the same in a window under Xvfb (file argument, keyboard), read back with the command line while it is open;
#   locked, missing and absent key store; kill -9.
# Usage: e2e.sh BIN ARTEFACTS
set -euo pipefail
bin=$1 art=$2
mkdir -p "$art"

if [ "${HOLDFAST_E2E_INSIDE:-}" != 1 ]; then
  # A fresh account: its own HOME, runtime folder and session bus. Nothing of the machine's user is touched.
  top=$(mktemp -d)
  trap 'rm -rf "$top"' EXIT
  mkdir -p "$top/home" "$top/run" && chmod 700 "$top/run"
  env -i PATH="$PATH" HOME="$top/home" XDG_RUNTIME_DIR="$top/run" LANG=C.UTF-8 TZ=UTC TOP="$top" HOLDFAST_E2E_INSIDE=1 \
    dbus-run-session -- bash "$0" "$bin" "$art"
  exit
fi

step() { printf '\n== %s\n' "$*"; }
die() { echo "e2e: $*" >&2; exit 1; }
# expect CODE COMMAND…: runs it, keeps its output in $out, and demands the exit code.
expect() {
  local want=$1 got=0
  shift
  out=$("$@" 2>&1) || got=$?
  [ "$got" = "$want" ] || die "exit $got, wanted $want: $*
$out"
}
has() { grep -qF -- "$1" <<<"$out" || die "the output lacks \"$1\":
$out"; }
hf=$bin/holdfast issuer=$bin/holdfast-issuer
display=:$((90 + RANDOM % 400))
cd "$TOP"
pids=()
cleanup() { for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; }
trap cleanup EXIT

keyring() { # starts the real key store, unlocked
  # In the foreground, as our child: only ours is ever stopped.
  printf 'pw' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
  ring=$!
  pids+=("$ring")
  for _ in $(seq 50); do
    secret-tool store --label=probe holdfast probe <<<ok 2>/dev/null && return
    sleep 0.1
  done
  die "the key store did not start"
}

step "1. no key store: a plain message, nothing half made"
export HOLDFAST_HOME=$TOP/none
expect 15 "$hf" status
[ ! -e "$TOP/none" ] || die "reading the status made a home"

step "2. vendor: init, profile, license"
cat >policy.yaml <<'P'
schema: holdfast.policy/v1
version: 3
product: {id: acmecad, name: AcmeCAD Pro, versions: ">=4 <6"}
term: {length: 365d}
renewal: {contact: sales@acme.example, remind_from: 60d}
features:
  edit: {name: {en: Edit drawings, de: Zeichnungen bearbeiten}, grace: 14d, after: view, view: {en: "open, print and export drawings"}}
  export: {name: Export, after: keep, was: [export_pdf]}
devices: {places: 2, first_use: 14d, unproven: 7d}
P
expect 0 "$issuer" init --dir vendor --vendor acme --name "Acme GmbH" --email help@acme.example
expect 0 "$issuer" profile --dir vendor --out acme.hfkey
key=$("$issuer" license create --dir vendor --policy policy.yaml --customer "Example Corp" 2>/dev/null)
[ "$(wc -l <<<"$key")" = 1 ] || die "license create printed more than the key"
printf '%s\n' "$key" >key.txt

keyring
step "3. offline computer: two crossings of a stick"
export HOLDFAST_HOME=$TOP/offline
expect 21 "$hf" keys import acme.hfkey
has "trust"
expect 0 "$hf" keys import acme.hfkey --yes
expect 0 "$hf" request activate --vendor acme --key-file key.txt --out stick.hfreq
expect 15 "$hf" status
expect 27 "$hf" import stick.hfreq
expect 0 "$issuer" answer --dir vendor stick.hfreq --out stick.hflic
expect 0 "$hf" import stick.hflic
expect 0 "$hf" status
until=$(date -u -d '+365 days' '+%-d %B %Y')
has "active"
has "$until"
echo "$out"
expect 0 "$hf" until --format date
expect 0 "$hf" entitled acmecad edit
expect 17 "$hf" entitled acmecad teleport
expect 17 "$hf" entitled acmecad edit --version 7.0
expect 0 "$hf" entitled acmecad export_pdf
expect 0 "$hf" import stick.hflic
expect 25 "$hf" import stick.hflic --strict
expect 0 "$hf" ledger verify
expect 0 "$hf" status --json
has '"schema_version": 1'
has '"exit_code": 0'
! grep -rqF "$key" "$HOLDFAST_HOME" || die "the license key stands readable in the home"
[ -z "$(find "$HOLDFAST_HOME" ! -type d -perm /077)" ] || die "a file of the home is open to others"

step "4. the same request again gives the same file"
expect 0 "$issuer" answer --dir vendor stick.hfreq --out again.hflic
cmp stick.hflic again.hflic

step "5. the file by mail, quoted and with other line ends"
sed 's/^/> /; s/$/\r/' stick.hflic >mailed.txt
expect 0 "$hf" inspect mailed.txt

step "6. welcome file: one e-mail, one step"
export HOLDFAST_HOME=$TOP/welcome
"$issuer" license create --dir vendor --policy policy.yaml --welcome welcome.hfkey >/dev/null 2>&1
expect 21 "$hf" import welcome.hfkey
expect 0 "$hf" import welcome.hfkey --yes
expect 0 "$hf" status
has "first_use"
expect 0 "$hf" entitled acmecad edit

step "7. key store locked: a verdict still, and recovery without a restart"
export HOLDFAST_HOME=$TOP/offline
dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
  org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
expect 40 "$hf" status
has "keychain_locked"
expect 0 "$hf" entitled acmecad edit

step "8. key store gone from the bus: the same, and no daemon left behind"
before=$(pgrep -c dbus-daemon || true)
expect 41 env -u DBUS_SESSION_BUS_ADDRESS -u XDG_RUNTIME_DIR "$hf" status
expect 0 env -u DBUS_SESSION_BUS_ADDRESS -u XDG_RUNTIME_DIR "$hf" entitled acmecad edit
[ "$(pgrep -c dbus-daemon || true)" = "$before" ] || die "a bus daemon was left behind"
kill "$ring"; wait "$ring" 2>/dev/null || true
keyring
expect 0 "$hf" status

step "9. a real window: file argument, keyboard, read back while it is open"
Xvfb "$display" -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 &
pids+=($!)
export DISPLAY=$display LIBGL_ALWAYS_SOFTWARE=1 FYNE_THEME=light
for _ in $(seq 100); do xdpyinfo >/dev/null 2>&1 && break; sleep 0.1; done
openbox >/dev/null 2>&1 &
pids+=($!)
export HOLDFAST_HOME=$TOP/window
expect 0 "$hf" keys import acme.hfkey --yes
expect 0 "$hf" request activate --vendor acme --key-file key.txt --out window.hfreq
expect 0 "$issuer" answer --dir vendor window.hfreq --out window.hflic
"$hf" window.hflic >window.log 2>&1 &
win=$!
pids+=($win)
id=$(timeout 60 xdotool search --sync --onlyvisible --name Holdfast | tail -1) || die "no window appeared: $(cat window.log)"
xdotool windowactivate --sync "$id" || true
timeout 30 bash -c 'until "$0" status --quiet >/dev/null 2>&1 || [ $? = 15 ]; do :; done' "$hf"
# The preview is there when the picture stops changing; Return then uses the license.
still() {
  local last= now= _
  for _ in $(seq 100); do
    import -window "$id" "$1"
    now=$(convert "$1" -depth 8 rgb:- | sha256sum)
    [ "$now" = "$last" ] && return
    last=$now
    sleep 0.3
  done
  die "the window never came to rest"
}
still "$art/window-preview.png"
xdotool key --window "$id" Return
code=1
for _ in $(seq 100); do
  code=0; "$hf" status >status.txt 2>&1 || code=$?
  [ "$code" = 0 ] && break
  sleep 0.1
done
out=$(cat status.txt)
has "active"
has "$until"
expect 0 "$hf" entitled acmecad edit
still "$art/window-overview.png"
[ "$(ss -Hltnp 2>/dev/null | grep -c holdfast || true)" = 0 ] || die "the program listens on the network"
step "10. kill -9 with the window open: the journal verifies, the verdict stays"
kill -9 "$win"
wait "$win" 2>/dev/null || true
expect 0 "$hf" status
has "active"
expect 0 "$hf" ledger verify

echo
echo "e2e: all steps passed; screenshots in $art"
