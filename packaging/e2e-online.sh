#!/usr/bin/env bash
# A computer that is online, from end to end, with the built programs, a real Secret Service and a real service on the loopback:
# a waiting request is answered by itself, usage leaves by itself, renewals and holds arrive, the service is killed, a sign-in page
# answers instead of it, and nothing of that changes what works.
# Usage: e2e-online.sh BIN ARTEFACTS
. "$(dirname "$0")/e2e/frame.sh" "$1" "$2" 240
state_is() { [ "$("$hf" status --json | jq -r .verdict.state)" = "$1" ]; }
keyring

port=$((20000 + RANDOM % 20000))
url=http://127.0.0.1:$port
start_service() {
  "$issuer" serve --dir vendor --addr 127.0.0.1:$port >>service.log 2>&1 &
  service=$!
  soon curl -fsS "$url/readyz"
}

step "1. a vendor with a service; its verbs go through the service that owns the folder"
cat >policy.yaml <<'P'
schema: holdfast.policy/v1
version: 1
product: {id: acmecad, name: AcmeCAD Pro}
term: {length: 365d}
offline: {window: 30d}
features:
  edit: {name: Edit drawings, after: view}
meters:
  renders: {name: Renders, unit: render, included: 1000000, per: month, overage: allow}
usage: {due: monthly, level: contract, keep: 400d}
P
expect 0 "$issuer" init --dir vendor --vendor acme --name "Acme GmbH" --email help@acme.example --url "$url"
expect 0 "$issuer" profile --dir vendor --out acme.hfkey
start_service
key=$("$issuer" license create --dir vendor --policy policy.yaml --customer "Example Corp" 2>/dev/null)
printf '%s\n' "$key" >key.txt
serial=$("$issuer" license list --dir vendor --json | jq -r '.licenses[0].serial')

step "2. a request that waits is answered by itself once the agent runs"
export HOLDFAST_HOME=$TOP/device
expect 0 "$hf" keys import acme.hfkey --yes
expect 0 "$hf" request activate --vendor acme --key-file key.txt --out r.hfreq
"$hf" agent >>agent.log 2>&1 &
agent=$!
soon state_is active_offline

step "3. usage is recorded, leaves in a sealed batch and is confirmed"
for n in 1 2 3 4 5; do expect 0 "$hf" usage record acmecad renders "$n" --id "job-$n"; done
expect 0 "$hf" sync --json
echo "$out" | head -40
expect 0 "$hf" receipts list
has R-1
expect 0 "$issuer" usage report --dir vendor --json
[ "$(jq '[.rows[] | select(.meter=="renders") | .units] | add' <<<"$out")" = 15 ] || die "the vendor counted something else: $out"
expect 71 "$hf" usage export --reviewed --out again.hfuse

step "4. nothing new is a short contact"
expect 0 "$hf" sync --json
jq -e '[.contacts[].sent[].wire] | max < 2048' <<<"$out" >/dev/null || die "a check-in is long: $out"
jq -e '[.contacts[].came[].wire] | max < 2048' <<<"$out" >/dev/null || die "a brief answer is long: $out"

step "5. a renewal arrives, with its difference"
was=$("$hf" until --format date)
ends=$("$hf" status --json | jq -r '.products[0].license_ends')
expect 0 "$issuer" license renew "$serial" --dir vendor --out outbox
expect 0 "$hf" sync
echo "$out"
now=$("$hf" status --json | jq -r '.products[0].license_ends')
[ "$now" \> "$ends" ] || die "the license still ends $now, it was $ends ($was)"
expect 0 "$hf" contacts list --limit 1 --json
jq -e '.contacts[0].changes | length > 0' <<<"$out" >/dev/null || die "the log names no change: $out"

step "6. a hold arrives, and its end"
expect 0 "$issuer" hold "$serial" --dir vendor --reason "Is the address still right?" --out outbox --answer-by "$(date -u -d "+30 days" +%F)"
expect 0 "$hf" sync
expect 14 "$hf" status
expect 0 "$issuer" hold "$serial" --dir vendor --lift --reason "It is." --out outbox
expect 0 "$hf" sync
expect 0 "$hf" status

step "7. the service is killed: the verdict stays, the cause is plain, the next try is planned"
kill -9 "$service" && wait "$service" 2>/dev/null || true
before=$("$hf" status --json | jq -S '{s: .verdict.state, p: [.products[] | {state, works, offline_until}]}')
expect 50 "$hf" sync
echo "$out"
after=$("$hf" status --json | jq -S '{s: .verdict.state, p: [.products[] | {state, works, offline_until}]}')
[ "$before" = "$after" ] || die "a failed contact changed the verdict: $before $after"
expect 0 "$hf" contacts next --json
jq -e '.contacts[0].next.at != null' <<<"$out" >/dev/null || die "no next contact is planned: $out"

step "8. a sign-in page answers instead of the vendor"
mkdir -p portal && echo '<!doctype html><title>Welcome to the hotel</title>' >portal/index.html
cat >portal.py <<'P'
import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        b = b"<!doctype html><title>Welcome to the hotel</title>"
        self.send_response(200); self.send_header("Content-Type", "text/html"); self.send_header("Content-Length", str(len(b))); self.end_headers(); self.wfile.write(b)
    do_GET = do_POST
    def log_message(self, *a): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), H).serve_forever()
P
python3 portal.py "$port" &
portal=$!
soon curl -fsS "$url/"
expect 51 "$hf" sync
has "sign-in page"
kill "$portal" && wait "$portal" 2>/dev/null || true

step "9. the service comes back, with everything that it acknowledged"
start_service
expect 0 "$hf" usage record acmecad renders 7 --id job-6
expect 0 "$hf" sync
expect 0 "$issuer" usage report --dir vendor --json
[ "$(jq '[.rows[] | select(.meter=="renders") | .units] | add' <<<"$out")" = 22 ] || die "the vendor counted something else: $out"

step "10. what a person and an admin can see, and switch off"
expect 0 "$hf" metrics --prometheus m.prom
grep -q '^holdfast_contact_failures_total' m.prom || die "the metrics name no failures: $(cat m.prom)"
expect 0 "$hf" events --json
has '"contact"'
expect 0 "$hf" contacts list
echo "$out" | head -60
expect 0 "$hf" settings set network off
expect 61 "$hf" sync
expect 0 "$hf" settings set network auto
expect 0 "$hf" ledger verify
curl -fsS "$url/metrics" >service.prom || true

step "11. a request that a person carries over the same service, with curl"
export HOLDFAST_HOME=$TOP/second
expect 0 "$hf" keys import acme.hfkey --yes
expect 0 "$hf" request activate --vendor acme --key-file key.txt --out second.hfreq
curl -fsS --data-binary @second.hfreq -H 'Content-Type: application/vnd.holdfast' "$url/v1/exchange" -o second.hflic || true
[ -s second.hflic ] || die "curl got no answer"
"$hf" import second.hflic || [ $? = 53 ] || die "the answer that curl got could not be imported"
kill "$agent" && wait "$agent" 2>/dev/null || true
agent=
kill "$service" && wait "$service" 2>/dev/null || die "the service did not stop well: $?"
service=
echo "e2e-online: everything works ($SECONDS s)"
