#!/usr/bin/env bash
# Makes the pictures of docs/window anew, which the README shows: a demo vendor with three products, and the real window on
# a virtual screen.
# Usage: tour.sh BIN OUT
set -euo pipefail
bin=$1 out=$2
mkdir -p "$out"
if [ "${HOLDFAST_TOUR_INSIDE:-}" != 1 ]; then
  top=$(mktemp -d)
  trap 'rm -rf "$top"' EXIT
  mkdir -p "$top/home" "$top/run" && chmod 700 "$top/run"
  env -i PATH="$PATH" HOME="$top/home" XDG_RUNTIME_DIR="$top/run" LANG=C.UTF-8 TZ=UTC TOP="$top" HOLDFAST_TOUR_INSIDE=1 \
    dbus-run-session -- bash "$0" "$bin" "$(realpath "$out")"
  exit
fi
cd "$TOP"
export HOLDFAST_HOME=$TOP/home/records
printf pw | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 & ring=$!
# Asking before it has its name would have the bus start another one, locked.
for _ in $(seq 100); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
    string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true' && break
  sleep 0.1
done
for _ in $(seq 50); do secret-tool store --label=probe holdfast probe <<<ok 2>/dev/null && break; sleep 0.1; done
display=:$((300 + RANDOM % 100))
Xvfb "$display" -screen 0 1600x1000x24 -nolisten tcp >/dev/null 2>&1 & xvfb=$!
trap 'kill $ring $xvfb ${wm:-} ${win:-} 2>/dev/null || true; wait' EXIT # it closes its records before its folder goes
export DISPLAY=$display LIBGL_ALWAYS_SOFTWARE=1 FYNE_THEME=light
for _ in $(seq 100); do xdpyinfo >/dev/null 2>&1 && break; sleep 0.1; done
openbox >/dev/null 2>&1 & wm=$!

issuer=$bin/holdfast-issuer hf=$bin/holdfast
"$issuer" init --dir vendor --vendor acme --name "Acme GmbH" --email help@acme.example >/dev/null 2>&1
"$issuer" profile --dir vendor --out acme.hfkey >/dev/null
"$hf" keys import acme.hfkey --yes >/dev/null
# product ID NAME TERM WINDOW [MORE]: activates it here and leaves the license file as license_ID.hflic
product() {
  cat >"$1.yaml" <<P
schema: holdfast.policy/v1
version: 3
product: {id: $1, name: $2, versions: ">=4 <6"}
term: {$3}
renewal: {contact: sales@acme.example, remind_from: 60d}
$([ -z "$4" ] || echo "offline: {window: $4, more_time: 60d}")
grace: {offline: 14d, renewal: 14d}
features:
  edit: {name: {en: Edit drawings, de: Zeichnungen bearbeiten}, grace: 14d, after: view, view: {en: "open, print and export drawings", de: "Zeichnungen öffnen, drucken und exportieren"}}
  export: {name: {en: Export, de: Export}, after: keep}
  sheet: {name: {en: Sheet metal, de: Blech}, grace: 5d, after: pause}
devices: {places: 2, first_use: 14d}
${5:-}
P
  key=$("$issuer" license create --dir vendor --policy "$1.yaml" --customer "Example Corp" 2>/dev/null)
  printf '%s\n' "$key" | "$hf" request activate --vendor acme --key-file - --out "$1.hfreq" >/dev/null
  "$issuer" answer --dir vendor "$1.hfreq" --out "license_$1.hflic" >/dev/null
}
product acmecam "AcmeCAM" "length: 239d" 90d; "$hf" import license_acmecam.hflic >/dev/null
product acmeview "AcmeView" "perpetual: true" ""; "$hf" import license_acmeview.hflic >/dev/null
product acmecad "AcmeCAD Pro" "length: 131d" 30d

start() { # FILES…: the window, in front
  "$hf" "$@" >window.log 2>&1 & win=$!
  id=$(timeout 60 xdotool search --sync --onlyvisible --name Holdfast | tail -1)
  xdotool windowactivate --sync "$id" || true
}
shot() { # NAME: the window when it has come to rest, without what hides the mouse
  local last= now= _
  xdotool mousemove 1590 990
  for _ in $(seq 100); do
    import -window "$id" "$out/$1.png"
    now=$(convert "$out/$1.png" -depth 8 rgb:- | sha256sum)
    [ "$now" = "$last" ] && return
    last=$now
    sleep 0.4
  done
  echo "tour: $1 never came to rest" >&2
  exit 1
}
start license_acmecad.hflic
shot preview
xdotool key --window "$id" Return
timeout 20 bash -c 'until "$0" entitled acmecad edit >/dev/null 2>&1; do sleep 0.1; done' "$hf"
sleep 7 # until the word of thanks has gone
shot overview
xdotool key ctrl+2; sleep 0.5; xdotool key Return
shot license
"$hf" settings set appearance dark >/dev/null
"$hf" settings set language de >/dev/null
xdotool key ctrl+1
shot overview-de-dark
"$hf" settings set appearance system >/dev/null
"$hf" settings set language en >/dev/null
xdotool key ctrl+6
shot help
xdotool windowsize "$id" 960 892
xdotool key ctrl+5; sleep 0.5; xdotool key shift+Tab Return; sleep 0.5; xdotool key Tab Return # what if, try it
shot plan
kill "$win"; wait "$win" 2>/dev/null || true

# Another computer, on which grace runs: the window of this license is over after a moment.
export HOLDFAST_HOME=$TOP/home/grace
"$hf" keys import acme.hfkey --yes >/dev/null
product acmecad5 "AcmeCAD Pro" "length: 131d" 1s; "$hf" import license_acmecad5.hflic >/dev/null
timeout 20 bash -c 'until "$0" grace show --json | grep -q started; do sleep 0.2; done' "$hf"
start
shot overview-grace
kill "$win"; wait "$win" 2>/dev/null || true

# A third, whose license counts what is used.
export HOLDFAST_HOME=$TOP/home/metered
"$hf" keys import acme.hfkey --yes >/dev/null
product acmecad6 "AcmeCAD Pro" "length: 365d" 30d 'meters:
  hours: {name: {en: Hours, de: Stunden}, kind: duration, unit: h, included: 160, per: month}
  renders: {name: {en: Renders, de: Renderings}, unit: render, included: 20, per: month, overage: allow}'
"$hf" import license_acmecad6.hflic >/dev/null
for n in 5400 7200 12600; do "$hf" usage record acmecad6 hours "$n" >/dev/null; done
for n in 3 4; do "$hf" usage record acmecad6 renders "$n" >/dev/null; done
start
xdotool key ctrl+4
shot usage
xdotool key Return
sleep 1
shot usage-file
pictures=(preview overview license overview-de-dark help plan overview-grace usage usage-file)
for f in "${pictures[@]}"; do convert "$out/$f.png" -strip -define png:compression-level=9 "$out/$f.png"; done
echo "tour: pictures in $out"
