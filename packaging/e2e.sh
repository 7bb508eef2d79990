#!/usr/bin/env bash
# The main job from end to end with the built programs, a real Secret Service and a real window:
#   issuer init, profile, license; keys import, request, answer, import, status, entitled; the same from a welcome file in
#   one step; an offline window and its grace in seconds, watched as they pass, and full use again by a check-in file; more
#   time, an extension, a notice, a hold and a withdrawal by file; looking ahead; a new policy; the same in a window under
#   Xvfb (file argument, keyboard), read back with the command line while it is open; locked, missing and absent key store;
#   kill -9.
# Usage: e2e.sh BIN ARTEFACTS
. "$(dirname "$0")/e2e/frame.sh" "$1" "$2" 600
display=:$((90 + RANDOM % 400))

step "1. the programs know which build they are; no key store: a plain message, nothing half made"
[ "$("$issuer" version)" = "holdfast-issuer $("$hf" version | cut -d" " -f2)" ] || die "$("$issuer" version) beside $("$hf" version)"
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

step "7. an offline window and its grace, in seconds: every state by itself, and full use again by file"
export HOLDFAST_HOME=$TOP/seconds
cat >seconds.yaml <<'P'
schema: holdfast.policy/v1
version: 1
product: {id: acmelab, name: AcmeLab}
term: {length: 365d}
offline: {window: 3s}
grace: {offline: 4s}
features:
  edit: {name: Edit, grace: 4s, after: view}
  render: {name: Render, grace: 2s, after: pause}
  export: {name: Export, after: keep}
devices: {places: 2}
P
# license POLICY NAME: a license for this computer, in use, made with NAME.key.
license() {
  "$issuer" license create --dir vendor --policy "$1" --customer "Example Corp" 2>/dev/null >"$2.key" || die "no license: $1"
  expect 0 "$hf" keys import acme.hfkey --yes
  expect 0 "$hf" request activate --vendor acme --key-file "$2.key" --out "$2.hfreq"
  expect 0 "$issuer" answer --dir vendor "$2.hfreq" --out "$2.hflic"
  expect 0 "$hf" import "$2.hflic"
}
# state: the state of the only product, and the exit code in $code.
state() {
  code=0
  out=$("$hf" status --json) || code=$?
  state=$(sed -n 's/^ *"state": "\(.*\)",$/\1/p' <<<"$out" | head -1)
}
# field NAME: its first value in the JSON of $out.
field() { sed -n "s/^ *\"$1\": \"\(.*\)\",\?$/\1/p" <<<"$out" | head -1; }
license seconds.yaml seconds
seen=() codes=() state= limit=$((SECONDS + 30))
until [ "$state" = limited ]; do
  [ "$SECONDS" -lt "$limit" ] || die "waited too long for the end of grace; seen: ${seen[*]}"
  last=$state
  state
  [ "$state" = "$last" ] || { seen+=("$state"); codes+=("$code"); }
done
echo "seen: ${seen[*]}"
# The last quarter of the window is short; a computer that is busy may not look in time.
case "${seen[*]} ${codes[*]}" in
  "active_offline offline_ending grace_offline limited_parts limited 0 0 0 12 12") ;;
  "active_offline grace_offline limited_parts limited 0 0 12 12") ;;
  *) die "the states came as ${seen[*]}, with ${codes[*]}" ;;
esac
expect 12 "$hf" entitled acmelab edit
expect 12 "$hf" entitled acmelab render
expect 0 "$hf" entitled acmelab export
expect 0 "$hf" grace show --json
[ "$(grep -cE '"event": "(started|ended)"' <<<"$out")" = 2 ] || die "grace show lacks its start or its end: $out"
has '"cause": "offline"'
expect 0 "$hf" request checkin --out seconds2.hfreq
expect 0 "$issuer" answer --dir vendor seconds2.hfreq --out seconds2.hflic
expect 0 "$hf" import seconds2.hflic
state
case $state in active_offline | offline_ending | grace_offline) ;; *) die "after the check-in the state is $state" ;; esac
expect 0 "$hf" entitled acmelab edit
expect 0 "$hf" grace show --json
has '"event": "recovered"'
expect 0 "$hf" ledger verify

step "8. more time: covered, at once, and by a person"
export HOLDFAST_HOME=$TOP/long
ahead() { date -u -d "+$1 days" +%F; }
cat >long.yaml <<'P'
schema: holdfast.policy/v1
version: 3
product: {id: acmeplan, name: AcmePlan}
term: {length: 365d}
offline: {window: 30d, more_time: 60d}
grace: {offline: 14d, renewal: 14d, outage: 30d, maintenance: 2d, migration: 30d}
features:
  edit: {name: Edit, after: view}
  render: {name: Render, grace: 3d, after: pause}
  export: {name: Export, after: keep}
devices: {places: 2}
extensions: {agent: 14d, second_person_above: 14d}
P
license long.yaml long
expect 0 "$hf" status --json
serial=$(field license)
[ -n "$serial" ] || die "no license number: $out"
until_is() {
  expect 0 "$hf" until --format date
  [ "$out" = "$1" ] || die "until $out, wanted $1"
}
until_is "$(ahead 30)"
expect 71 "$hf" moretime --until 20d --out more.hfreq
[ ! -e more.hfreq ] || die "a request was made for what is covered"
expect 0 "$hf" moretime --until "$(ahead 60)" --out more.hfreq
expect 0 "$issuer" answer --dir vendor more.hfreq --out more.hflic
expect 0 "$hf" import more.hflic
until_is "$(ahead 60)"
expect 0 "$hf" moretime --until "$(ahead 100)" --out person.hfreq
expect 61 "$issuer" answer --dir vendor person.hfreq --out person.hflic
[ ! -e person.hflic ] || die "it was granted without a person"
expect 0 "$issuer" answer --dir vendor person.hfreq --out person.hflic --agent Kim --reason "At sea"
expect 0 "$hf" import person.hflic
until_is "$(ahead 100)"
expect 0 "$hf" moretime --until "$(ahead 110)" --out two.hfreq
expect 61 "$issuer" answer --dir vendor two.hfreq --out two.hflic --agent Kim --reason "At sea for longer"
expect 0 "$issuer" answer --dir vendor two.hfreq --out two.hflic --agent Kim --second Lee --reason "At sea for longer"
expect 0 "$hf" import two.hflic
until_is "$(ahead 110)"

step "9. an extension, a notice, a hold and its end, by file"
ends() { expect 0 "$hf" status --json; field license_ends; }
before=$(ends)
expect 0 "$issuer" extend "$serial" --dir vendor --what license --by 14d --agent Kim --reason "Order under way" --out extension.hfnot
expect 0 "$hf" import extension.hfnot
[[ "$(ends)" > "$before" ]] || die "the license end did not move: $(ends)"
expect 61 "$issuer" extend "$serial" --dir vendor --what license --by 40d --agent Kim --reason Long --out long.hfnot
expect 0 "$issuer" notice maintenance --dir vendor --from "$(ahead 3)T20:00:00Z" --until "$(ahead 4)T08:00:00Z" \
  --text "Servers move" --prepare "Check in before" --out work.hfnot
expect 0 "$hf" import work.hfnot
expect 0 "$hf" notices --json
[ "$(field type)" = maintenance ] || die "the notice is not the newest: $out"
has "Check in before"
has "Order under way"
expect 0 "$issuer" hold "$serial" --dir vendor --reason "Payment open" --answer-by "$(ahead 10)" --out hold.hfnot
expect 10 "$hf" import hold.hfnot
expect 0 "$hf" status
expect 0 "$hf" import hold.hfnot --yes
expect 14 "$hf" status
has on_hold
expect 0 "$hf" entitled acmeplan edit
expect 0 "$issuer" hold "$serial" --dir vendor --lift --out lifted.hfnot
expect 0 "$hf" import lifted.hfnot
expect 0 "$hf" status
has active_offline

step "10. look ahead, and why"
expect 0 "$hf" simulate --offline 60d --never-online --json
has '"mode": "parts"'
expect 0 "$hf" simulate --offline 60d --clock +400d --revoked --out plan.txt
[ -s plan.txt ] || die "the plan was not saved"
cat >plan.json <<P
{"schema": "holdfast.scenario/v1", "conditions": [{"kind": "offline", "from": "$(ahead 1)", "for": "60d"}, {"kind": "replaced", "from": "$(ahead 20)"}]}
P
expect 0 "$hf" simulate --scenario plan.json
expect 2 "$hf" simulate --offline soon
expect 0 "$hf" status
has active_offline
expect 0 "$hf" timeline --product acmeplan
has "Grace"
expect 0 "$hf" timeline --json
expect 2 "$hf" timeline --product acmenothing
expect 0 "$hf" why
has "offline_window"
expect 0 "$hf" why "$(ahead 111)"
has "AcmePlan"
expect 0 "$hf" why edit
expect 0 "$hf" clock show
has "Acme GmbH"
expect 71 "$hf" clock confirm
expect 0 "$hf" calendar --out dates.ics
[ "$(grep -c '^BEGIN:VEVENT' dates.ics)" -ge 5 ] && [ "$(tail -1 dates.ics | tr -d '\r')" = END:VCALENDAR ] || die "dates.ics is not a calendar of the dates"

step "11. a new policy, its page, and what was granted before"
sed 's/^version: 3/version: 4/; s/window: 30d/window: 20d/' long.yaml >long4.yaml
echo "changes: [{version: 4, date: $(ahead 0), text: Offline time is now 20 days instead of 30.}]" >>long4.yaml
expect 60 "$issuer" policy publish long.yaml --dir vendor --out same
export HOLDFAST_HOME=$TOP/other
license long.yaml other
until_is "$(ahead 30)"
expect 0 "$issuer" policy publish long4.yaml --dir vendor --from "$(ahead 10)" --out published
has "30d → 20d"
has "$serial"
for home in long other; do
  export HOLDFAST_HOME=$TOP/$home
  expect 0 "$hf" status --json
  expect 0 "$hf" import published/*.hfnot published/*"$(field code)"*.hflic
  expect 0 "$hf" status --json
  has '"state": "policy_change"'
done
until_is "$(ahead 30)" # what was granted gets no shorter
export HOLDFAST_HOME=$TOP/long
until_is "$(ahead 110)"
for f in page.md page.html; do
  expect 0 "$issuer" policy page long4.yaml --out $f
  grep -q "20 days" $f || die "$f does not tell of the rule"
done

step "12. a license that is withdrawn with days to go, and one at once"
expect 0 "$issuer" revoke "$serial" --dir vendor --reason "Key was shared" --by Kim --until "$(ahead 5)" --out revoked.hfnot
expect 10 "$hf" import revoked.hfnot
expect 0 "$hf" import revoked.hfnot --yes
expect 14 "$hf" status
has revoked
expect 0 "$hf" entitled acmeplan edit
expect 14 "$hf" until --format date
[ "$out" = "$(ahead 5)" ] || die "until $out, wanted the last day of full use"
expect 0 "$issuer" revoke "$serial" --dir vendor --reason "Key was shared" --by Kim --out revoked2.hfnot
expect 10 "$hf" import revoked2.hfnot
expect 0 "$hf" import revoked2.hfnot --yes
expect 14 "$hf" entitled acmeplan edit
expect 0 "$issuer" revoke "$serial" --dir vendor --by Kim --lift --out back.hfnot
expect 0 "$hf" import back.hfnot
expect 0 "$hf" entitled acmeplan edit
expect 0 "$hf" ledger verify

step "13. key store locked: a verdict still, and recovery without a restart"
export HOLDFAST_HOME=$TOP/offline
dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
  org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
expect 40 "$hf" status
has "keychain_locked"
expect 0 "$hf" entitled acmecad edit

step "14. key store gone from the bus: the same, and no daemon left behind"
before=$(pgrep -c dbus-daemon || true)
expect 41 env -u DBUS_SESSION_BUS_ADDRESS -u XDG_RUNTIME_DIR "$hf" status
expect 0 env -u DBUS_SESSION_BUS_ADDRESS -u XDG_RUNTIME_DIR "$hf" entitled acmecad edit
[ "$(pgrep -c dbus-daemon || true)" = "$before" ] || die "a bus daemon was left behind"
kill "$ring"; wait "$ring" 2>/dev/null || true
keyring
expect 0 "$hf" status

step "15. a real window: file argument, keyboard, read back while it is open"
Xvfb "$display" -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 &
export DISPLAY=$display LIBGL_ALWAYS_SOFTWARE=1 FYNE_THEME=light
for _ in $(seq 100); do xdpyinfo >/dev/null 2>&1 && break; sleep 0.1; done
openbox >/dev/null 2>&1 &
export HOLDFAST_HOME=$TOP/window
expect 0 "$hf" keys import acme.hfkey --yes
expect 0 "$hf" request activate --vendor acme --key-file key.txt --out window.hfreq
expect 0 "$issuer" answer --dir vendor window.hfreq --out window.hflic
"$hf" window.hflic >window.log 2>&1 &
win=$!
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
[ "$(ss -Hltnp 2>/dev/null | grep -c '"holdfast"' || true)" = 0 ] || die "the program listens on the network"
step "16. kill -9 with the window open: the journal verifies, the verdict stays"
kill -9 "$win"
wait "$win" 2>/dev/null || true
expect 0 "$hf" status
has "active"
expect 0 "$hf" ledger verify

echo
echo "e2e: all steps passed in $SECONDS s; screenshots in $art"
