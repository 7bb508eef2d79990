package plain

import (
	"testing"
	"time"

	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

var berlin = time.FixedZone("CET", 3600)

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// now is the decision time of most tests.
var now = utc("2026-11-03T09:12:00Z")

func speaker(t testing.TB, lang string) *Speaker {
	t.Helper()
	s, err := New(lang)
	if err != nil {
		t.Fatalf("New(%q): %v", lang, err)
	}
	return s
}

func text(s string) terms.Text { return terms.Plain(s) }

func texts(all ...string) []terms.Text {
	list := make([]terms.Text, len(all))
	for i, s := range all {
		list[i] = text(s)
	}
	return list
}

// common are realistic values of slots; special are those that differ in one state.
var common = terms.Slots{
	"product": text("AcmeCAD Pro"), "feature": text("Sheet metal"), "features": texts("Edit drawings", "Export"),
	"parts": texts("Cloud render"), "core_parts": texts("Edit drawings", "Export"), "serial": "4711", "meter": text("renders"),
	"versions": terms.ReadVersions(">=4 <6"), "updates": "31 December 2027", "v": "6.1", "v2": "1.0",
	"vendor": "Acme", "issuer": "Acme", "contact": "help@acme.example", "buyer": "Kim Example", "agent": "Robin",
	"who": "Robin at Acme", "org": "Example Corp", "org2": "Sample Ltd", "name": "request_acme_7F3A-2C91.hfreq",
	"reason": text("The order was sent back"), "ref": "R-118", "text": text("You are right"), "topic": text("two places"),
	"result": text("agreed"), "words": "tulip orbit lamp river stone cloud maple ring",
	"date": utc("2026-12-02T23:59:59Z"), "date2": utc("2026-12-31T23:59:59Z"), "end": utc("2027-03-14T23:59:59Z"),
	"grace": utc("2026-12-16T23:59:59Z"), "until": utc("2026-12-20T23:59:59Z"), "reset": utc("2026-12-01T00:00:00Z"),
	"deadline": utc("2026-12-15T23:59:59Z"), "start": utc("2026-10-01T00:00:00Z"), "last": utc("2026-11-02T10:14:00Z"),
	"asked": utc("2026-11-01T10:00:00Z"), "started": utc("2026-11-01T10:00:00Z"), "used": 880, "days": 14,
	"d1": utc("2026-03-14T10:00:00Z"), "d2": utc("2026-06-14T10:00:00Z"), "from": utc("2026-10-01T00:00:00Z"), "to": utc("2026-10-31T23:59:59Z"),
	"local": utc("2023-01-01T00:05:00Z"), "sure": utc("2026-11-02T10:14:00Z"), "time": utc("2026-11-02T10:14:00Z"),
	"date_or_none": utc("2026-11-10T23:59:59Z"),
	"works_now":    terms.Kept{Full: texts("AcmeCAD Pro")}, "works_now_or_unread": terms.Kept{Full: texts("AcmeCAD Pro")},
	"works_until_start": terms.Kept{}, "what_works": text("View and export your own work"), "what_works_during_review": text("Everything stays as it is"),
	"until_then": terms.Kept{Full: texts("Edit drawings", "Export")}, "all_or_all_except": terms.Kept{Full: texts("Export"), Paused: texts("Cloud render")},
	"sooner":          []terms.PartEnd{{Name: text("Sheet metal"), Until: utc("2026-12-05T23:59:59Z")}},
	"kept_and_viewed": kept, "after": kept, "then": terms.Then{Grace: utc("2027-03-28T23:59:59Z"), After: kept},
	"impact_or_all": text("Everything but Cloud render"), "overage_effect": "stop", "promise": terms.Days(2), "status_page": "status.acme.example",
	"next_step": "ombud@acme.example", "review_effect": "", "late_effect": "nothing", "way_out": text("Free a place"), "evidence": terms.Evidence{Kind: "notice", Ref: "M-12", At: utc("2026-11-03T08:00:00Z")},
	"restore_if_any": utc("2026-11-01T10:00:00Z"), "when": utc("2026-11-03T12:00:00Z"), "period": "monthly", "what": "offline",
	"old": text("14 days"), "new": text("30 days"), "n": 4, "m": 6, "a": 214, "b": 200, "left": 120, "included": 1000, "hours": 2, "seconds": 3, "size": 20,
	"c1": "55AA-0102", "c2": "7F3A-2C91", "label1": "lab 7", "other": "lab 8", "list": []terms.PlaceUse{{Code: "55AA-0102", Label: "lab 7"}, {Code: "1234-ABCD"}},
	"keychain": "Keyring", "kind": "web_page", "r1": "A1B2", "r2": "C3D4", "host": "api.acme.example", "proxy": "proxy.acme.example:3128", "plain_cause": "timeout", "port": "443", "cause": text("the disk was full"),
	"gained": texts("Sheet metal"), "lost": texts("Trial CAM"),
	"changed": []reconcile.Change{{Sign: "+", Code: "product", Name: text("AcmeCAD Pro"), Until: utc("2027-03-14T23:59:59Z"), Was: utc("2026-11-14T23:59:59Z")}},
}

var kept = terms.Kept{Full: texts("Export"), View: texts("Edit drawings"), Paused: texts("Cloud render"), ViewText: texts("open, print and export drawings")}

var special = map[terms.State]terms.Slots{
	terms.StateFileUnreadable:    {"cause": "missing"},
	terms.StateFileUnknownSender: {"cause": "key_ended"},
	terms.StateComputerChanged:   {"parts": []string{"disk", "mac"}, "n": 2, "m": 6},
	terms.StateEmergency:         {"n": 1, "m": 2, "used": utc("2026-11-02T10:14:00Z")},
	terms.StateRolledBack:        {"date": utc("2026-10-20T10:14:00Z")},
	terms.StateLimited:           {"date": utc("2026-10-20T10:14:00Z")},
	terms.StateExpired:           {"date": utc("2026-10-20T10:14:00Z")},
}

// sample is a finding with every slot that the state's texts use.
func sample(s terms.State) terms.Finding {
	f := terms.Finding{State: s, Tone: s.Tone(), Slots: terms.Slots{}}
	for k, v := range common {
		f.Slots[k] = v
	}
	for k, v := range special[s] {
		f.Slots[k] = v
	}
	return f
}

func (a Answers) all() []string { return []string{a.Headline, a.Happened, a.Works, a.Do, a.By} }
