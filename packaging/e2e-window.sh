#!/usr/bin/env bash
# The window as a person has it: the built program under Xvfb with a window manager and a real Secret Service, driven
# with mouse and keyboard. Every step reads back what came of it: from the command line, the files, the clipboard, the
# window's place, or the pixels.
#   first run, drag and drop, paste, a second start with a file, keyboard, settings from another process, size and place,
#   a key store that locks, kill -9, a request from form to license, an offline window of seconds that ends by itself and
#   begins anew by a check-in file, a plan that is tried, reminders, a double click.
# Usage: e2e-window.sh BIN ARTEFACTS
here=$(cd "$(dirname "$0")" && pwd)
. "$here/e2e/frame.sh" "$1" "$2" 400
mkdir "$HOME/Downloads"
home=$HOME/.local/share/holdfast
id= win=
died() { [ -z "$id" ] || import -window root "$art/window-died.png" 2>/dev/null || true; }

# run COMMAND…: demands success and keeps the output in $out.
run() {
  local code=0
  out=$(timeout 20 "$@" 2>&1) || code=$?
  [ "$code" = 0 ] || die "exit $code: $*
$out"
}
says() { out=$(timeout 20 "$hf" "$@" 2>&1) || true; } # also with an exit code that tells of a state
# state WORD [OPTION…]: the first word of the status.
state() {
  local want=$1
  shift
  says status "$@"
  [ "${out%%[[:space:]]*}" = "$want" ]
}
# setting NAME: its value in the settings file, "" for none.
setting() { sed -n "s/^ *\"$1\": \"\\?\\([^\",]*\\).*/\\1/p" "$home/settings.json" 2>/dev/null || true; }
is() { [ "$(setting "$1")" = "$2" ]; }

# ours: the processes of the program that belong to this run.
ours() {
  local p
  for p in $(pgrep -x holdfast); do
    if tr '\0' '\n' 2>/dev/null <"/proc/$p/environ" | grep -qxF "TOP=$TOP"; then echo "$p"; fi
  done
}
none() { [ -z "$(ours)" ]; }

# Pictures. Two are alike when they differ in no more than a blinking cursor.
blink=120
shot() {
  local _
  # Now and then import waits for ever when something is dropped at that moment.
  for _ in 1 2 3; do timeout 3 import -window "$id" "$1" 2>/dev/null && return; done
  die "no picture of the window can be taken"
}
alike() {
  local n
  n=$(compare -metric AE -fuzz 2% "$1" "$2" null: 2>&1) || [ $? = 1 ] || return 1 # 2: not of one size
  [ "${n%%.*}" -le $blink ]
}
# rest NAME [OTHER…]: keeps the picture of the window as NAME once it stays the same and looks different from each OTHER.
rest() {
  local name=$art/window-$1.png limit=$((SECONDS + 15)) other new
  shift
  shot "$name"
  while :; do
    mv "$name" last.png
    shot "$name"
    if alike last.png "$name"; then
      new=1
      for other; do if alike "$art/window-$other.png" "$name"; then new=; fi; done
      [ -z "$new" ] || return 0
    fi
    [ "$SECONDS" -lt "$limit" ] || die "$(basename "$name"): the window does not come to rest${1:+, or still shows $*}"
  done
}
# back NAME AS [SECONDS]: the window comes to look as it did in picture AS.
back() {
  local limit=$((SECONDS + ${3:-15}))
  until shot "$art/window-$1.png" && alike "$art/window-$1.png" "$art/window-$2.png"; do
    [ "$SECONDS" -lt "$limit" ] || die "$1: the window does not look as in $2"
  done
}
brightness() { convert "$1" -colorspace gray -format '%[fx:round(100*mean)]' info:; }
key() { xdotool key --delay 20 "$@"; }
place() { xdotool getwindowgeometry --shell "$id" | grep -E '^(X|Y|WIDTH|HEIGHT)=' | tr '\n' ' '; }

# start [FILE…]: opens the window and waits until it is there and has the keyboard.
start() {
  "$hf" "$@" >window.log 2>&1 &
  win=$!
  find_window
}
xdotool() { timeout 10 /usr/bin/env xdotool "$@"; }
# xdotool's own --sync can miss what it waits for, so nothing here uses it.
find_window() {
  within 20 "a window appears" visible
  within 10 "the window has the keyboard" active
  within 20 "the licenses are open" shows_licenses
}
# The licenses are shown when the window has its footer, of another colour than the page.
shows_licenses() {
  shot open.png
  local page foot
  read -r page foot < <(convert open.png -format '%[hex:u.p{w-12,4}] %[hex:u.p{w-12,h-4}]\n' info:)
  [ "$page" != "$foot" ]
}
visible() { id=$(xdotool search --onlyvisible --name '^Holdfast$' 2>/dev/null | tail -1) && [ -n "$id" ]; }
active() { [ "$(xdotool windowactivate "$id" getactivewindow 2>/dev/null)" = "$id" ]; }
# ended CODE: the program ends by itself, and nothing of it stays.
ended() {
  local code=0
  within 10 "the program ends" gone "$win"
  wait "$win" || code=$?
  [ "$code" = "$1" ] || die "the program ended with $code, not $1"
  within 5 "no process of the program stays" none
  [ -z "$(find "$XDG_RUNTIME_DIR" -name 'holdfast-*')" ] || die "a socket was left behind"
  [ ! -e "$home/endpoint" ] || die "the endpoint file was left behind"
  [ ! -e "$home/lock" ] || flock -n "$home/lock" true || die "the lock is still held"
}
gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

# What the desktop does when a person types the password.
unlock() {
  /usr/bin/python3 - <<'P'
from gi.repository import Gio, GLib
bus, top = Gio.bus_get_sync(Gio.BusType.SESSION), "/org/freedesktop/secrets"
def call(interface, method, types, *args):
    return bus.call_sync("org.freedesktop.secrets", top, interface, method, GLib.Variant(types, args), None, 0, 5000)
session = call("org.freedesktop.Secret.Service", "OpenSession", "(sv)", "plain", GLib.Variant("s", ""))[1]
call("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", "UnlockWithMasterPassword", "(o(oayays))",
     top + "/collection/login", (session, b"", b"pw", "text/plain"))
P
}
secrets() { # how many items the key store holds
  bus --dest=org.freedesktop.secrets /org/freedesktop/secrets/collection/login org.freedesktop.DBus.Properties.Get \
    string:org.freedesktop.Secret.Collection string:Items | grep -c 'object path'
}

step "0. a vendor, a display"
keyring
display=
exec 9>display
Xvfb -displayfd 9 -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 9>&9 &
within 20 "the display" test -s display
exec 9>&-
export DISPLAY=:$(cat display) LIBGL_ALWAYS_SOFTWARE=1 FYNE_THEME=light
openbox >/dev/null 2>&1 &
policy() {
  cat <<P
schema: holdfast.policy/v1
version: 3
product: {id: $1, name: $2, versions: ">=4 <6"}
term: {length: 365d}
renewal: {contact: sales@acme.example, remind_from: 60d}
offline: {window: 30d}
features:
  edit: {name: {en: Edit drawings, de: Zeichnungen bearbeiten}, grace: 14d, after: view, view: {en: "open, print and export drawings"}}
  export: {name: Export, after: keep}
devices: {places: 5, first_use: 14d, unproven: 7d}
P
}
run "$issuer" init --dir vendor --vendor acme --name "Acme GmbH" --email help@acme.example
run "$issuer" profile --dir vendor --out acme.hfkey
for p in "acmecad AcmeCAD Pro" "acmeview AcmeView"; do
  policy "${p%% *}" "${p#* }" >"${p%% *}.yaml"
  "$issuer" license create --dir vendor --policy "${p%% *}.yaml" --customer "Example Corp" 2>/dev/null >"${p%% *}.key" || die "no license: $p"
done
# answer PRODUCT FILE: a license for this computer, made on the command line beside the open window.
answer() {
  run "$hf" request activate --vendor acme --key-file "$1.key" --out "$1.hfreq" --force
  run "$issuer" answer --dir vendor "$1.hfreq" --out "$2"
}
managed() { xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null | grep -q 'window id'; }
within 10 "the window manager" managed

step "1. first run: a window, and nothing kept"
[ ! -e "$home" ] || die "there is a home already"
start
rest first
kept=$(find "$home" -type f ! -name lock ! -name endpoint)
[ -z "$kept" ] || die "written before there was anything to keep: $kept"
[ "$(secrets)" = 1 ] || die "the key store was written to: $(secrets) items, one is ours"
state not_set_up || die "wanted not_set_up: $out"

step "2. drag and drop"
run "$hf" keys import acme.hfkey --yes
[ "$(secrets)" -gt 1 ] || die "the secrets are not in the key store"
answer acmecad drop.hflic
rest asked first # the open window shows what the command did
xdotool windowmove "$id" 0 0
drop() { # drop FILE: drags it from a GTK window onto ours
  NO_AT_BRIDGE=1 /usr/bin/python3 "$here/dragsource.py" "$1" 1060 200 >drag.log 2>&1 &
  local source=$!
  within 15 "the drag source" grep -q ready drag.log
  local X=0 Y=0 WIDTH=0 HEIGHT=0
  eval "$(xdotool getwindowgeometry --shell "$(xdotool search --onlyvisible --name '^dragsource$' | tail -1)")"
  xdotool mousemove $((X + WIDTH / 2)) $((Y + HEIGHT / 2)) mousedown 1
  within 10 "the drag begins" move_until begun $((X + WIDTH / 2 - 20)) $((Y + HEIGHT / 2))
  within 10 "the window takes the drag" move_until accepted 480 320
  xdotool mouseup 1
  within 10 "the file is handed over" grep -q sent drag.log
  within 10 "the drag ends" grep -q ended drag.log # the window still answers its source
  kill "$source"
}
move_until() { # move_until WORD X Y: a real pointer never stands still
  xdotool mousemove $(($2 + RANDOM % 9)) "$3"
  grep -q "$1" drag.log
}
drop drop.hflic
rest dropped asked
state active_offline && die "dropping a file used it"
key Return
within 10 "the dropped license is in use" state active_offline --product acmecad
rest used dropped asked

step "3. paste"
answer acmeview paste.hflic
xclip -selection clipboard -quiet -in paste.hflic >/dev/null 2>&1 &
copied() { timeout 2 xclip -selection clipboard -out 2>/dev/null | cmp -s paste.hflic -; }
within 5 "the clipboard" copied
rest waiting used
key ctrl+v
rest pasted waiting
state active_offline --product acmeview && die "pasting used the license"
key Return
within 10 "the pasted license is in use" state active_offline --product acmeview
rest toast pasted

step "4. a second start hands its file over"
since=$(date +%s%N)
run "$hf" drop.hflic
took=$((($(date +%s%N) - since) / 1000000))
echo "second start: $took ms"
[ "$took" -lt 5000 ] || die "the second start took $took ms"
rest second toast
[ "$(ours)" = "$win" ] || die "more than one process: $(ours | tr '\n' ' ')"
key Escape
rest overview second toast

step "5. keyboard"
pages=("$art/window-overview.png") last=overview
for n in 2 3 4 5 6 comma; do
  key "ctrl+$n"
  rest "key-$n" "$last"
  last=key-$n
  pages+=("$art/window-$last.png")
done
[ "$(identify -format '%#\n' "${pages[@]}" | sort -u | wc -l)" = 7 ] || die "two pages look the same"
key ctrl+1
back key-1 overview
key ctrl+5
back key-again key-5
key alt+Left
back key-back overview
key alt+Right
back key-forward key-5
key F1
rest key-F1 key-5
key Escape
back key-Esc key-5
for want in 125 150; do
  key ctrl+plus
  within 10 "text size $want" is text_size $want
done
rest key-larger key-5
key ctrl+minus
within 10 "text size 125" is text_size 125
key ctrl+0
within 10 "the usual text size" is text_size ""
back key-usual key-5
key ctrl+r
rest key-request key-5 key-3
key Escape
back key-request-Esc key-5

step "6. settings from another process"
key ctrl+1
back settings-light overview
run "$hf" settings set language de
within 5 "language in the file" is language de
rest settings-de overview
run "$hf" settings set appearance dark
within 5 "appearance in the file" is appearance dark
rest settings-dark settings-de
[ "$(brightness "$art/window-settings-dark.png")" -lt 40 ] || die "dark is not dark"
run "$hf" settings set language system
run "$hf" settings set appearance system
back settings-back overview
run "$hf" settings set remind on # the answer to the question on the Overview, which stands there until it has one
rest settings-answered overview

step "7. size, closing"
xdotool windowsize "$id" 820 600
sized() { [[ "$(place)" == *"WIDTH=820 HEIGHT=600"* ]]; }
within 10 "the new size" sized
rest small settings-answered
key ctrl+w
ended 0
is width 820 && is height 600 || die "kept size: $(setting width) x $(setting height)"

step "8. opened again while the key store is locked; it comes back, nobody starts the window again"
bus --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock \
  array:objpath:/org/freedesktop/secrets/collection/login >/dev/null || die "the key store does not lock"
start
sized || die "opened with another size: $(place)"
rest locked small
state keychain_locked || die "the status does not tell of the lock: $out"
run "$hf" entitled acmecad edit
unlock || die "the key store does not unlock"
back unlocked small 40 # it tries again every 15 s, without a question
state active_offline || die "the status does not see that the key store is open: $out"

step "9. kill -9, and a start after it"
kill -9 "$win"
wait "$win" 2>/dev/null || true
start
within 10 "everything as before" state active_offline
run "$hf" ledger verify
back killed small
key ctrl+w
ended 0

step "10. a request from the form to the license, by keyboard, on another computer"
export HOLDFAST_HOME=$TOP/second
home=$HOLDFAST_HOME
run "$hf" keys import acme.hfkey --yes
start
rest second-first
key ctrl+r
rest form second-first
xdotool type --delay 15 "$(cat acmecad.key)"
rest typed form
key Return
rest save typed
key Return
saved() { file=$(find "$HOME/Downloads" -name '*.hfreq') && [ -n "$file" ]; }
within 10 "the request file in Downloads" saved
rest requested save
says request list
has "$(basename "$file")"
run "$issuer" answer --dir vendor "$file" --out carried.hflic
run "$hf" carried.hflic
rest carried requested
state active_offline && die "looking at the answer used it"
key Return
within 10 "the answer is in use" state active_offline
rest done carried
key ctrl+w
ended 0
unset HOLDFAST_HOME
home=$HOME/.local/share/holdfast

step "11. a window of seconds while the program is open: grace and its end come by themselves, a file ends them"
export HOLDFAST_HOME=$TOP/third
home=$HOLDFAST_HOME
cat >acmelab.yaml <<'P'
schema: holdfast.policy/v1
version: 1
product: {id: acmelab, name: AcmeLab}
term: {length: 365d}
offline: {window: 8s}
grace: {offline: 8s}
features:
  edit: {name: Edit, grace: 8s, after: view}
  render: {name: Render, grace: 4s, after: pause}
  export: {name: Export, after: keep}
devices: {places: 2}
P
"$issuer" license create --dir vendor --policy acmelab.yaml --customer "Example Corp" 2>/dev/null >acmelab.key || die "no license: acmelab"
run "$hf" keys import acme.hfkey --yes
start
rest lab-first
answer acmelab lab.hflic
run "$hf" import lab.hflic
within 5 "the license is in use" state active_offline
rest lab-active lab-first
within 15 "grace starts by itself" state grace_offline
rest lab-grace lab-active
within 15 "grace ends by itself" state limited
rest lab-limited lab-grace
run "$hf" grace show
[ "$(ours)" = "$win" ] || die "the command line did not reach the window's process"
has "Grace started"
has "Grace ended"
run "$hf" entitled acmelab export
rm -f "$HOME"/Downloads/*.hfreq
key Return # the button of the state
rest lab-checkin lab-limited
key Return
rest lab-save lab-checkin
key Return
within 10 "the check-in file in Downloads" saved
rest lab-saved lab-save
run "$issuer" answer --dir vendor "$file" --out lab-answer.hflic
run "$hf" lab-answer.hflic
rest lab-carried lab-saved
key Return
works() { timeout 20 "$hf" entitled acmelab edit >/dev/null 2>&1; }
within 10 "the answer brings full use back" works
run "$hf" grace show
has "Full use is back"
rest lab-works lab-carried

step "12. plan ahead and the switch for reminders, by keyboard"
key ctrl+5
rest plan-dates lab-works
key shift+Tab # from the button above the dates to the tabs
key Return
rest plan-if plan-dates
key Tab Return # Try it
rest plan-result plan-if
key ctrl+comma
rest reminders plan-result
is remind "" || die "reminders are on already"
key Tab Tab Tab Tab Tab Tab space # language, three looks, text size, reminders
within 10 "reminders are on" is remind true
rest reminders-on reminders
key ctrl+1
rest reminders-overview reminders-on
state active_offline || state offline_ending || state grace_offline || state limited_parts || state limited || die "after the switch: $out"
key ctrl+w
ended 0
unset HOLDFAST_HOME
home=$HOME/.local/share/holdfast

step "13. a double click"
run env PREFIX="$HOME/.local" "$here/linux/install.sh" install "$bin"
file=$TOP/carried.hflic
run gio info -a standard::content-type "$file"
has application/vnd.holdfast.license
timeout 20 gio open "$file" >window.log 2>&1 </dev/null || die "a double click opens nothing"
find_window
win=$(ours)
[ "$(readlink "/proc/$win/exe")" = "$HOME/.local/bin/holdfast" ] || die "a double click starts another program"
rest double-click
xprop -id "$id" WM_CLASS | grep -qF '"Holdfast"' || die "the window is not the one of the desktop entry: $(xprop -id "$id" WM_CLASS)"
key ctrl+w
within 10 "the program ends" gone "$win"
within 5 "no process of the program stays" none

echo
echo "e2e-window: all steps passed in $SECONDS s; pictures in $art"
