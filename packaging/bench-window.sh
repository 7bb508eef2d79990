#!/usr/bin/env bash
# The window from its start to the verdict on the screen, beside a bare Fyne window in the same run, with 0, 50 and 10,000
# licenses; then memory, idle CPU and size (scorecard P10). Usage: bench-window.sh BIN [LICENSES…]
# Needs python3 and xwd (x11-apps) beside what setup.sh installs.
set -euo pipefail
bin=$1
shift
counts=${*:-0 50 10000}
if [ "${HOLDFAST_BENCH_INSIDE:-}" != 1 ]; then
  top=$(mktemp -d)
  trap 'rm -rf "$top"' EXIT
  mkdir -p "$top/run" && chmod 700 "$top/run"
  go build -tags migrated_fynedo -ldflags '-s -w' -o "$top/bare" ./packaging/bare
  env -i PATH="$PATH" HOME="$top" XDG_RUNTIME_DIR="$top/run" LANG=C.UTF-8 TOP="$top" HOLDFAST_BENCH_INSIDE=1 \
    dbus-run-session -- bash "$(realpath "$0")" "$bin" $counts
  exit
fi
cd "$TOP"
printf 'pw' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 & ring=$!
for _ in $(seq 50); do secret-tool store --label=probe holdfast probe <<<ok 2>/dev/null && break; sleep 0.1; done
display=:$((100 + RANDOM % 400))
Xvfb "$display" -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 & xvfb=$!
trap 'kill $ring $xvfb 2>/dev/null || true' EXIT
export DISPLAY=$display LIBGL_ALWAYS_SOFTWARE=1 FYNE_THEME=light
for _ in $(seq 100); do xdpyinfo >/dev/null 2>&1 && break; sleep 0.1; done

# shown PIXELS PROGRAM…: milliseconds until the root window shows another colour than black at the point, and for
# Holdfast until the ground of a banner or a first-run choice is there; leaves the process in $pid.
cat >watch.py <<'P'
import subprocess, struct, sys, time
want, program = sys.argv[1], sys.argv[2:]
begin = time.monotonic()
p = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while time.monotonic() - begin < 60:
    d = subprocess.run(["xwd", "-root", "-silent"], capture_output=True).stdout
    if len(d) < 100: continue
    h = struct.unpack(">25I", d[:100])
    head, width, line, colours = h[0], h[4], h[12], h[19]
    body = d[head + colours * 12:]
    def at(x, y):
        b, g, r = body[y * line + x * 4: y * line + x * 4 + 3]
        return r, g, b
    if want == "any":
        if any(at(x, 40) != (0, 0, 0) for x in range(10, 300, 20)): break
    else: # a verdict: a tinted banner or the filled choice of the first run
        tints = {(0xE8, 0xF4, 0xEC), (0xE8, 0xF0, 0xFB), (0xFF, 0xF4, 0xDD), (0xFC, 0xEB, 0xE9), (0x0B, 0x64, 0x71)}
        if any(at(x, y) in tints for x in range(230, 900, 40) for y in range(30, 260, 10)): break
else:
    sys.exit("nothing was shown within a minute")
print(f"{(time.monotonic() - begin) * 1000:.0f} {p.pid}")
P
median() { sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }
run() { # WANT PROGRAM…: median of five starts; the last one stays
  local n out
  for n in 1 2 3 4 5; do
    out=$(python3 watch.py "$@")
    echo "${out% *}" >>times
    pid=${out#* }
    if [ "$n" != 5 ]; then
      kill "$pid"
      while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
      sleep 0.2
    fi
  done
  ms=$(median <times); rm times
}
home() { # N: a home with so many products, 500 to a license key
  local vendor=vendor$1 key= i
  "$bin/holdfast-issuer" init --dir "$vendor" --vendor acme --name "Acme GmbH" >/dev/null 2>&1
  "$bin/holdfast-issuer" profile --dir "$vendor" --out acme.hfkey >/dev/null
  "$bin/holdfast-cli" keys import acme.hfkey --yes >/dev/null
  activate() {
    printf '%s\n' "$key" | "$bin/holdfast-cli" request activate --vendor acme --key-file - --out r.hfreq >/dev/null
    "$bin/holdfast-issuer" answer --dir "$vendor" r.hfreq --out l.hflic >/dev/null
    "$bin/holdfast-cli" import l.hflic >/dev/null
    rm -f r.hfreq l.hflic
  }
  for i in $(seq "$1"); do
    printf 'schema: holdfast.policy/v1\nversion: 1\nproduct: {id: product%s, name: Product %s}\nfeatures: {edit: {name: Edit}, export: {name: Export}}\n' "$i" "$i" >p.yaml
    if [ -z "$key" ]; then key=$("$bin/holdfast-issuer" license create --dir "$vendor" --policy p.yaml 2>/dev/null)
    else "$bin/holdfast-issuer" license create --dir "$vendor" --policy p.yaml --key "$key" >/dev/null 2>&1; fi
    if [ $((i % 500)) = 0 ]; then activate; key=; fi
  done
  [ -z "$key" ] || activate
  [ "$("$bin/holdfast-cli" status --json | grep -c '"license":')" = "$1" ] || { echo "bench: not $1 licenses" >&2; exit 1; }
}
anon() { awk '/RssAnon/ {printf "%d", $2/1024}' "/proc/$1/status"; }
run any ./bare
bare=$ms bareanon=$(anon "$pid")
kill "$pid"
printf 'bare Fyne window: %s ms to its first picture, %s MB anonymous\n' "$bare" "$bareanon"
for n in $counts; do
  export HOLDFAST_HOME=$TOP/records$n
  [ "$n" = 0 ] || home "$n"
  run verdict "$bin/holdfast"
  sleep 2
  printf '%s licenses: %s ms to the verdict (%.2f x bare), %s MB anonymous (+%d)' "$n" "$ms" "$(awk "BEGIN{print $ms/$bare}")" "$(anon "$pid")" $(($(anon "$pid") - bareanon))
  a=$(awk '{print $14+$15}' "/proc/$pid/stat"); sleep 20; b=$(awk '{print $14+$15}' "/proc/$pid/stat")
  awk "BEGIN{printf \", idle CPU %.2f %%\n\", ($b-$a)/20}"
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
done
stat -c 'size: %s bytes' "$bin/holdfast"
