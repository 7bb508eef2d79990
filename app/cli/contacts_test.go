package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast/app"
	"holdfast/app/local"
	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// line is a way to vendors on which a contact ends as a test wants.
type line struct {
	ends map[string]reconcile.Cause // by root
	err  error
	hang bool
	// checked are the vendors that CheckNow was for; nil: it is not expected.
	checked *[]string
}

func (l line) CheckNow(ctx context.Context, root string) (reconcile.Contact, error) {
	if l.checked == nil {
		return reconcile.Contact{}, errors.New("not everything was asked for")
	}
	*l.checked = append(*l.checked, root)
	return line{ends: l.ends}.SyncNow(ctx, root)
}

func (l line) SyncNow(ctx context.Context, root string) (reconcile.Contact, error) {
	if l.hang {
		<-ctx.Done()
		return reconcile.Contact{Root: root, Cause: reconcile.CauseStopped}, ctx.Err()
	}
	return reconcile.Contact{Root: root, At: day, Reason: reconcile.ReasonPerson, Cause: l.ends[root], Sent: []reconcile.Piece{{What: "checkin"}}}, l.err
}

// online is an engine that trusts vendors with a service.
func online(roots ...string) *fake {
	f := &fake{verdict: verdict(terms.StateActive), home: &fakeHome{settings: app.Settings{TextSize: 100}}}
	for _, root := range roots {
		f.snap.Vendors = append(f.snap.Vendors, licensing.VendorView{Vendor: terms.Vendor{ID: root, Root: root, Name: root}})
		f.snap.Contacts = append(f.snap.Contacts, licensing.ContactView{Root: root, Vendor: root, Host: root + ".example"})
	}
	return f
}

// sync runs one command on a fake that can reach vendors.
func (f *fake) sync(t *testing.T, l line, command string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	s := Streams{In: strings.NewReader(""), Out: &out, Err: &out, Dir: t.TempDir(), Env: func(string) string { return "" }}
	code := Run(t.Context(), strings.Fields(command), s, func(_ context.Context, a Access) (Opened, func() error, error) {
		o := Opened{Engine: f, Home: f.home, Start: new(fakeStart)}
		if a.Contacts {
			o.Contacts = l
		}
		return o, func() error { return nil }, nil
	})
	return code, out.String()
}

func TestSyncExitsWithHowItsContactsEnded(t *testing.T) {
	for cause, want := range map[reconcile.Cause]int{
		"": 0, reconcile.CauseNoNetwork: 50, reconcile.CauseDNS: 50, reconcile.CauseRefused: 50, reconcile.CauseTimeout: 50, reconcile.CauseCut: 50,
		reconcile.CauseNotService: 50, reconcile.CauseAnswer: 50, reconcile.CauseOther: 50, reconcile.CauseCertificate: 50,
		reconcile.CauseCAFile: 50, reconcile.CauseExpired: 50, reconcile.CauseEarly: 50, reconcile.CauseOtherName: 50, reconcile.CauseProxyAway: 51,
		reconcile.CauseProxy: 51, reconcile.CauseCaptive: 51, reconcile.CauseIntercepted: 51,
		reconcile.CauseBusy: 52, reconcile.CauseServer: 52, reconcile.CauseOutage: 52, reconcile.CauseDeclined: 53, reconcile.CauseWaiting: 75, reconcile.CauseHere: 43,
	} {
		code, out := online("a").sync(t, line{ends: map[string]reconcile.Cause{"a": cause}}, "sync")
		if code != want || strings.Contains(out, "[no text") {
			t.Errorf("%q: exit %d, want %d\n%s", cause, code, want, out)
		}
	}
	both := func(a, b reconcile.Cause) line { return line{ends: map[string]reconcile.Cause{"a": a, "b": b}} }
	for name, c := range map[string]struct {
		l    line
		code int
	}{
		"both":          {both("", ""), 0},
		"one of two":    {both("", reconcile.CauseDNS), 70},
		"neither":       {both(reconcile.CauseProxy, reconcile.CauseDNS), 51},
		"off":           {line{err: &licensing.Mistake{Code: "network_off"}}, 61},
		"locked":        {line{err: &app.Locked{Key: "network.mode", Source: app.Source{From: app.FromLocked, Org: "Acme GmbH", File: "policy.json"}}}, 61},
		"key store":     {line{err: terms.NewProblem(terms.StateKeychainLocked, terms.Slots{"keychain": "Keyring"}, nil)}, 40},
		"a bug":         {line{err: errors.New("index out of range")}, 1},
		"nobody serves": {line{err: &licensing.Mistake{Code: "no_address"}}, 71},
	} {
		if code, out := online("a", "b").sync(t, c.l, "sync"); code != c.code {
			t.Errorf("%s: exit %d, want %d\n%s", name, code, c.code, out)
		}
	}
}

func TestSyncEndsWithItsTimeout(t *testing.T) {
	began := time.Now()
	code, out := online("a", "b").sync(t, line{hang: true}, "sync --timeout 1s")
	if code != codeNoContact || time.Since(began) > 5*time.Second || !strings.Contains(out, "no answer came in time") {
		t.Errorf("exit %d after %v\n%s", code, time.Since(began), out)
	}
}

// Usage that waits for a word is nobody's who only wants a request to leave.
func TestARequestThatLeavesAtOnceTakesNoUsageThatWaits(t *testing.T) {
	f := online("a")
	f.made = licensing.Made{File: []byte("x"), Name: "r.hfreq", Request: terms.Request{ID: "r1", Vendor: "a", Kind: exchange.RequestCheckin, State: terms.RequestAnswered}}
	f.snap.Requests = []terms.Request{f.made.Request}
	var checked []string
	l := line{err: errors.New("asked for everything"), checked: &checked}
	if code, out := f.sync(t, l, "request checkin --vendor a --now"); code != 0 || !slices.Equal(checked, []string{"a"}) {
		t.Errorf("exit %d, %v\n%s", code, checked, out)
	}
}

// Read verbs never touch the network: the way to it is handed out for sync, and for a request that leaves at once.
func TestOnlySyncAndNowCanReachVendors(t *testing.T) {
	found := 0
	for _, n := range nodes(parser(t).Model.Node) {
		v, ok := n.Target.Addr().Interface().(verb)
		if !ok || len(n.Children) > 0 {
			continue
		}
		if found++; v.needs().reaches() != (verbPath(n) == "sync") {
			t.Errorf("%s may contact vendors: %v", verbPath(n), v.needs().reaches())
		}
		s, _ := testSession(t, "en")
		for _, args := range []string{" --now", " --until 60d --now"} {
			c, err := s.parse(strings.Fields(verbPath(n) + args))
			if asks := strings.HasPrefix(verbPath(n), "request ") || verbPath(n) == "moretime"; err == nil && (!asks || c.verb.needs() != sending) {
				t.Errorf("%s needs %d", verbPath(n)+args, c.verb.needs())
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d verbs", found)
	}
	p := process{Options: app.Options{
		Home: t.TempDir(), Dir: t.TempDir(), Policy: t.TempDir(), Env: func(string) string { return "" },
		Keys: func(string, string) (keystore.Store, error) { return keystore.Memory(), nil },
	}}
	a, _, err := app.Open(t.Context(), p.Options, local.Command{Args: []string{"status"}, Dir: "/"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for want := range 2 {
		o, err := p.opened(a, Access{Contacts: want == 1})
		if err != nil || (o.Contacts != nil) != (want == 1) {
			t.Errorf("contacts %v, %v", o.Contacts, err)
		}
	}
}

var (
	metricLine = regexp.MustCompile(`^([a-z_]+)(\{(.*)\})? ([0-9.+-eInfNa]+)$`)
	labelPair  = regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"(,|$)`)
)

// exposition reads the text format of Prometheus: types by family, values by series.
func exposition(t *testing.T, text string) (types map[string]string, values map[string]float64) {
	t.Helper()
	types, values = map[string]string{}, map[string]float64{}
	ended, last := map[string]bool{}, ""
	for sc := bufio.NewScanner(strings.NewReader(text)); sc.Scan(); {
		words := strings.SplitN(sc.Text(), " ", 4)
		if words[0] == "#" {
			if words[1] == "TYPE" {
				if types[words[2]] != "" {
					t.Errorf("%s has two types", words[2])
				}
				types[words[2]] = words[3]
			}
			continue
		}
		m := metricLine.FindStringSubmatch(sc.Text())
		if m == nil || types[m[1]] == "" {
			t.Fatalf("not understood: %q", sc.Text())
		}
		if m[1] != last && ended[m[1]] {
			t.Errorf("%s is not in one piece", m[1])
		}
		ended[last], last = true, m[1]
		labels := map[string]string{}
		for _, p := range labelPair.FindAllStringSubmatch(m[3], -1) {
			labels[p[1]] = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(p[2])
		}
		if rest := labelPair.ReplaceAllString(m[3], ""); rest != "" {
			t.Fatalf("labels not understood: %q", m[3])
		}
		series := m[1]
		for _, k := range slices.Sorted(maps.Keys(labels)) {
			series += fmt.Sprintf(" %s=%s", k, labels[k])
		}
		v, err := strconv.ParseFloat(m[4], 64)
		if _, again := values[series]; err != nil || again {
			t.Fatalf("%q again, or no number: %v", series, err)
		}
		values[series] = v
	}
	return types, values
}

func TestMetricsAreWhatTheRecordsSay(t *testing.T) {
	f := online("a", `b"\`)
	f.verdict.Products = []terms.ProductVerdict{
		{Finding: finding(terms.StateActiveOffline), ID: "acmecad", Vendor: "a", OfflineUntil: day.Add(time.Hour), LicenseEnds: day.Add(-time.Hour)},
		{Finding: finding(terms.StateGraceOffline), ID: "acmesim", Vendor: "a", Cause: terms.CauseOffline},
	}
	f.snap.Contacts[0].OK = day.Add(-2 * time.Minute)
	f.snap.Contacts[0].Last = &reconcile.Contact{Took: 1500 * time.Millisecond}
	f.snap.Usage = []licensing.UsageView{{Root: "a", Unsent: 214}}
	f.receipts = []licensing.ReceiptView{
		{Root: "a", UsageReceipt: terms.UsageReceipt{Issued: day.Add(-time.Hour)}}, {Root: "a", UsageReceipt: terms.UsageReceipt{Issued: day.Add(-2 * time.Hour)}},
	}
	at := func(root string, hours int, cause reconcile.Cause, before int) reconcile.Contact {
		return reconcile.Contact{Root: root, At: day.Add(-time.Duration(hours) * time.Hour), Cause: cause, Before: before}
	}
	f.contacts = []reconcile.Contact{ // newest first
		at("a", 0, "", 0), at("a", 1, reconcile.CauseDNS, 3), at("a", 30, "", 0), at("a", 31, reconcile.CauseDeclined, 0), at(`b"\`, 40, reconcile.CauseProxy, 0), at("a", 100, "", 0),
	}
	f.graces = []licensing.GraceEntry{{Event: "started", Cause: terms.CauseOffline}, {Event: "started", Cause: terms.CauseOffline}, {Event: "changed"}, {Event: "recovered"}}
	code, out, _ := f.run(t, "metrics")
	types, values := exposition(t, out)
	want := map[string]float64{
		"holdfast_offline_seconds_left product=acmecad vendor=a":               3600,
		"holdfast_license_seconds_left product=acmecad vendor=a":               0,
		"holdfast_grace_active product=acmecad reason=none vendor=a":           0,
		"holdfast_grace_active product=acmesim reason=offline vendor=a":        1,
		"holdfast_usage_unsent vendor=a":                                       214,
		"holdfast_receipt_age_seconds vendor=a":                                3600,
		"holdfast_clock_trusted":                                               1,
		"holdfast_contact_age_seconds vendor=a":                                120,
		"holdfast_contact_seconds vendor=a":                                    1.5,
		"holdfast_contacts_total result=ok vendor=a":                           4,
		"holdfast_contacts_total result=failed vendor=a":                       4,
		"holdfast_contacts_total result=failed vendor=" + `b"\`:                1,
		"holdfast_contact_failures_total cause=dns vendor=a":                   4,
		"holdfast_contact_failures_total cause=proxy vendor=" + `b"\`:          1,
		"holdfast_offline_sessions_total vendor=a":                             2,
		"holdfast_offline_sessions_total vendor=" + `b"\`:                      0,
		"holdfast_grace_activations_total cause=" + string(terms.CauseOffline): 2,
		"holdfast_grace_recoveries_total":                                      1,
	}
	if code != 0 || !maps.Equal(values, want) {
		for k, v := range want {
			if got, ok := values[k]; !ok || got != v {
				t.Errorf("%s is %v, want %v", k, got, v)
			}
		}
		t.Errorf("exit %d\n%s", code, out)
	}
	for name, kind := range types {
		if (kind == "counter") != strings.HasSuffix(name, "_total") {
			t.Errorf("%s is a %s", name, kind)
		}
	}
	f.snap.Clock.State = terms.StateClockWrong
	if _, out, _ := f.run(t, "metrics"); !strings.Contains(out, "holdfast_clock_trusted 0\n") {
		t.Error("a wrong clock is trusted")
	}
}

func TestAnEventHasWhatMonitorsNeedAndNothingElse(t *testing.T) {
	f := online("a")
	c := reconcile.Contact{
		Cause: reconcile.CauseDNS, Host: "a.example:443", Took: 2 * time.Second, Root: "a",
		Sent: []reconcile.Piece{{What: "checkin", Trace: "7f3a"}}, Changes: []reconcile.Change{{}},
	}
	f.events = []licensing.LedgerEntry{
		{Seq: 1, At: day, Kind: "set_up", Head: strings.Repeat("0", 64)},
		{Seq: 2, At: day, Kind: "contact", Reason: "start", Vendor: "a", Head: strings.Repeat("ab", 32), Data: map[string]any{"contacts": []any{map[string]any{"root": "a", "state": "hidden", "last": c}}}},
	}
	_, out, _ := f.run(t, "events --json --since 1")
	want := `{"schema_version":1,"id":"abababababababab","seq":2,"time":"2026-11-03T09:12:00Z","kind":"contact","reason":"start","vendor":"a","vendor_id":"a",` +
		`"cause":"dns","host":"a.example:443","seconds":2,"changes":1,"trace":"7f3a"}` + "\n"
	if out != want {
		t.Errorf("%s\nwant\n%s", out, want)
	}
	if _, out, _ := f.run(t, "events --vendor a"); strings.Count(out, "\n") != 1 || !strings.Contains(out, "dns") {
		t.Errorf("%s", out)
	}
}

func TestContactsNextTellsAPauseThatDelaysNoContact(t *testing.T) {
	f := online("a")
	f.snap.Contacts[0].Plan = reconcile.Plan{At: day.Add(20 * time.Hour), Reason: reconcile.ReasonRegular}
	home := f.home.(*fakeHome)
	says := func(pause time.Time, network, want string) {
		t.Helper()
		home.settings.Paused, home.settings.Network = pause, network
		_, out, _ := f.run(t, "contacts next")
		_, asJSON, _ := f.run(t, "contacts next --json")
		named := strings.Contains(out, "Contacts rest until")
		if named != (want != "") || named && !strings.Contains(asJSON, `"paused_until": "`+want) || !named && strings.Contains(asJSON, "paused_until") {
			t.Errorf("%s %s: %s%s", pause, network, out, asJSON)
		}
	}
	says(day.Add(time.Hour), "", day.Add(time.Hour).Format(time.RFC3339))
	says(time.Time{}, "", "")
	says(day.Add(-time.Hour), "", "")
	says(day.Add(time.Hour), app.NetworkManual, "") // nothing is made by itself anyhow
	f.snap.Contacts[0].Plan = reconcile.Plan{At: day.Add(time.Hour), Reason: reconcile.ReasonRegular, Paused: true}
	home.settings.Paused, home.settings.Network = day.Add(time.Hour), ""
	if _, out, _ := f.run(t, "contacts next"); strings.Contains(out, "Contacts rest until") || !strings.Contains(out, "Paused.") {
		t.Errorf("the row says it already: %s", out)
	}
}
