#!/usr/bin/env bash
# The main job with a demo vendor, for a person to watch: a vendor, a license, a request, the answer, the window.
# Without a screen, the window is shown on a virtual one and a screenshot is kept. Nothing outside a temporary folder is touched.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/bin art=$PWD/artefacts
mkdir -p "$art"
if [ "${HOLDFAST_DEMO_INSIDE:-}" != 1 ]; then
  top=$(mktemp -d)
  trap 'rm -rf "$top"' EXIT
  mkdir -p "$top/run" && chmod 700 "$top/run"
  if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    HOLDFAST_DEMO_INSIDE=1 TOP="$top" bash "$0"
  else
    HOLDFAST_DEMO_INSIDE=1 TOP="$top" HOME="$top" XDG_RUNTIME_DIR="$top/run" dbus-run-session -- bash "$0"
  fi
  exit
fi
show() { printf '\n$ %s\n' "$*"; "$@" || printf '(exit code %d)\n' "$?"; }
cd "$TOP"
export HOLDFAST_HOME=$TOP/records
PATH=$bin:$PATH
virtual=
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  virtual=:$((100 + RANDOM % 400))
  printf 'demo' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
  ring=$!
  # Asking before it has its name would have the bus start another one, locked.
  for _ in $(seq 100); do
    dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
      string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true' && break
    sleep 0.1
  done
  for _ in $(seq 50); do secret-tool store --label=probe holdfast probe <<<ok 2>/dev/null && break; sleep 0.1; done
fi
show holdfast-issuer init --dir vendor --vendor acme --name "Acme GmbH" --email help@acme.example
show holdfast-issuer profile --dir vendor --out acme.hfkey
echo; echo '$ holdfast-issuer license create --dir vendor --policy acmecad.yaml > key.txt'
holdfast-issuer license create --dir vendor --policy "$OLDPWD/docs/examples/acmecad.yaml" >key.txt
show holdfast keys import acme.hfkey --yes
show holdfast request activate --vendor acme --key-file key.txt --out request.hfreq
show holdfast status
show holdfast-issuer answer --dir vendor request.hfreq --out license.hflic
show holdfast inspect license.hflic
if [ -n "$virtual" ]; then
  show holdfast import license.hflic
  show holdfast status
  Xvfb "$virtual" -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 & xvfb=$!
  export DISPLAY=$virtual LIBGL_ALWAYS_SOFTWARE=1 FYNE_THEME=light
  for _ in $(seq 100); do xdpyinfo >/dev/null 2>&1 && break; sleep 0.1; done
  openbox >/dev/null 2>&1 & wm=$!
  holdfast >window.log 2>&1 & win=$!
  id=$(timeout 60 xdotool search --sync --onlyvisible --name Holdfast | tail -1)
  for _ in $(seq 20); do import -window "$id" "$art/holdfast.png"; sleep 0.1; done
  kill "$win" 2>/dev/null || true
  wait "$win" 2>/dev/null || true # it closes its records before its folder goes
  kill "$wm" "$xvfb" "$ring" 2>/dev/null || true
  wait 2>/dev/null || true
  printf '\nThere is no screen here. A screenshot of the window: %s\n' "$art/holdfast.png"
else
  printf '\nThe window opens with the license file. Choose "Use this license".\n'
  holdfast license.hflic
  show holdfast status
fi
