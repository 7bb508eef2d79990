#!/usr/bin/env bash
# Usage from end to end with the built programs and a real Secret Service: a licensed program records 100,000 events through
# the endpoint while the agent is killed three times; the person looks, saves a usage file with an e-mail draft; the vendor
# answers; the receipt closes the loop; totals are exactly what was acknowledged; an older copy of the home put back is named
# by the computer and by the vendor.
# Usage: e2e-usage.sh BIN ARTEFACTS
. "$(dirname "$0")/e2e/frame.sh" "$1" "$2" 300 EVENTS="${EVENTS:-100000}"
sample=$bin/acmecad-sample agent=
keyring

start_agent() {
  "$hf" agent >>agent.log 2>&1 &
  agent=$!
}

step "1. a vendor with a metered product, and a licensed computer"
cat >policy.yaml <<'P'
schema: holdfast.policy/v1
version: 1
product: {id: acmecad, name: AcmeCAD Pro}
term: {length: 365d}
offline: {window: 30d}
features:
  edit: {name: Edit drawings, after: view}
  render: {name: Cloud render, after: pause}
meters:
  renders: {name: Renders, unit: render, included: 1000000, per: month, overage: allow}
  parts: {name: Parts, unit: part}
usage: {due: monthly, level: contract, keep: 400d}
P
expect 0 "$issuer" init --dir vendor --vendor acme --name "Acme GmbH" --email help@acme.example
expect 0 "$issuer" profile --dir vendor --out acme.hfkey
key=$("$issuer" license create --dir vendor --policy policy.yaml --customer "Example Corp" 2>/dev/null)
printf '%s\n' "$key" >key.txt
export HOLDFAST_HOME=$TOP/device
expect 0 "$hf" keys import acme.hfkey --yes
expect 0 "$hf" request activate --vendor acme --key-file key.txt --label "lab seven" --out r.hfreq
expect 0 "$issuer" answer --dir vendor r.hfreq --out r.hflic
expect 0 "$hf" import r.hflic
expect 71 "$hf" usage export --reviewed --out nothing.hfuse
[ ! -e nothing.hfuse ] || die "an empty usage file was written"

step "2. one use from the command line, counted once"
expect 0 "$hf" usage record acmecad parts 3 --id order-1
expect 0 "$hf" usage record acmecad parts 3 --id order-1
expect 0 "$hf" usage list --json
has '"parts"'

step "3. $EVENTS events through the endpoint, while the agent is killed three times"
start_agent
"$sample" --home "$HOLDFAST_HOME" --root acme.hfkey --product acmecad --meter renders --events "$EVENTS" --feature edit >sample.json 2>sample.log &
run=$!
kills=0
for _ in 1 2 3; do
  sleep 0.4
  kill -0 "$run" 2>/dev/null || break
  kill -9 "$agent" && kills=$((kills + 1))
  wait "$agent" 2>/dev/null || true
  start_agent
done
wait "$run" || die "the licensed program ended with $?: $(cat sample.json sample.log)"
cat sample.json
[ "$kills" = 3 ] || die "the program was done after $kills kills: more events are needed"
acked=$(jq -r .acknowledged_units sample.json)
[ "$acked" = "$EVENTS" ] || die "$acked of $EVENTS units were acknowledged"
curl -sS --unix-socket "$(jq -r .address "$HOLDFAST_HOME/endpoint")" http://holdfast/v1/status >status.json || die "curl could not ask the endpoint"
jq -e '.usage[0].unsent > 0' status.json >/dev/null || die "the status names no usage: $(cat status.json)"

step "4. an older copy of the home is kept aside; then the person looks before anything leaves"
kill "$agent" && wait "$agent" 2>/dev/null || true
agent=
cp -a "$HOLDFAST_HOME" older
expect 0 "$hf" usage preview
echo "$out" | head -30
has "AcmeCAD Pro"
expect 2 "$hf" usage export --out u.hfuse
[ ! -e u.hfuse ] || die "a usage file was written without a look at it"
expect 0 "$hf" usage export --reviewed --out u.hfuse --email u.eml
expect 0 "$hf" usage preview --raw
! grep -aqE 'lab seven|'"$(hostname)" <<<"$out" || die "a name of the computer is in the file"
grep -q '^To:.*help@acme.example' u.eml || die "the draft is not addressed: $(head -20 u.eml)"
ls -l u.hfuse

step "5. the vendor answers the mail, and again with the same bytes"
expect 0 "$issuer" answer --dir vendor u.eml --out answer.hfrcp
expect 0 "$issuer" answer --dir vendor u.hfuse --out again.hfrcp
cmp answer.hfrcp again.hfrcp
expect 0 "$issuer" usage report --dir vendor --json
total=$(jq '[.rows[] | select(.meter=="renders") | .units] | add' <<<"$out")
[ "$total" = "$acked" ] || die "the vendor counted $total, acknowledged were $acked"
[ "$(jq '[.rows[] | select(.meter=="parts") | .units] | add' <<<"$out")" = 3 ] || die "parts: $out"
jq -e '.rows[0].customer == "Example Corp"' <<<"$out" >/dev/null || die "the customer is not named: $out"
expect 0 "$issuer" open u.hfuse --dir vendor --json

step "6. the receipt closes the loop"
expect 0 "$hf" import answer.hfrcp
expect 0 "$hf" receipts list
echo "$out"
expect 0 "$hf" receipts verify
expect 71 "$hf" usage export --reviewed --out second.hfuse
expect 25 "$hf" import answer.hfrcp --strict
expect 0 "$hf" ledger verify

step "7. the older copy put back is named by the computer"
mv "$HOLDFAST_HOME" newest
cp -a older "$HOLDFAST_HOME"
expect 32 "$hf" status
expect 0 "$hf" usage record acmecad renders 5
expect 0 "$hf" usage export --reviewed --out fork.hfuse

step "8. and by the vendor, who counts what it can prove"
expect 0 "$issuer" answer --dir vendor fork.hfuse --out fork.hfrcp
expect 0 "$issuer" anomalies --dir vendor --json
has fork
echo "$out" | head -40
echo "e2e-usage: everything works ($SECONDS s)"
