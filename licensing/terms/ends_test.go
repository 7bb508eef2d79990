package terms

import (
	"slices"
	"testing"
	"time"
)

func outage(until string) Notice {
	n := Notice{ID: "o1", Type: NoticeOutage, From: day("2026-12-01"), Ref: "O-7", Text: Plain("Our service is down.")}
	if until != "" {
		n.Until = day(until)
	}
	return n
}

var maintenance = Notice{ID: "m1", Type: NoticeMaintenance, From: day("2026-12-02"), Until: day("2026-12-04"), Ref: "M-12", Text: Plain("New machines.")}

func TestTheTimeWithoutContactEndsInSteps(t *testing.T) {
	held := func(until string) func(*Facts) {
		return func(f *Facts) {
			h := Hold{Serial: "4711", Reason: Plain("Who uses it?"), Ref: "H-1"}
			if until != "" {
				h.AnswerBy = endOf(until)
			}
			f.Holds = append(f.Holds, signed(h, "2026-11-05"))
		}
	}
	revoked := func(f *Facts) {
		f.Revocations = append(f.Revocations, signed(Revocation{
			Serial: "4711", Reason: Plain("Paid back"), Ref: "W-1", DecidedBy: "Anna", From: day("2026-11-05"), Until: endOf("2026-11-20"),
		}, "2026-11-05"))
	}
	for _, c := range []struct {
		name         string
		facts        Facts
		at           string
		state        State
		action, also Action
		works, view  string // features
		until        string // the finding's date
		code         int
	}{
		{"inside the window", away(), "2026-11-03", StateActiveOffline, "", ActMoreTime, "edit export render", "", "2026-12-02", 0},
		{"a quarter is left", away(), "2026-11-26", StateOfflineEnding, ActCheckin, "", "edit export render", "", "2026-12-02", 0},
		{"grace", away(), "2026-12-03", StateGraceOffline, ActCheckin, "", "edit export render", "", "2026-12-02", 0},
		{"some parts are over", away(), "2026-12-06", StateLimitedParts, ActCheckin, "", "edit export", "", "2026-12-05", 12},
		{"all parts that end are over", away(), "2026-12-17", StateLimited, ActCheckin, "", "export", "edit", "2026-12-16", 12},
		{"a contact brings everything back", away(contact("2026-12-17")), "2026-12-17", StateActiveOffline, "", ActMoreTime, "edit export render", "", "2027-01-16", 0},
		{"expired wins over limited", away(), "2027-04-17", StateExpired, ActTellBuyer, "", "export", "edit", "2027-03-14", 13},
		{
			"more offline time", away(extended(Extension{Serial: "4711", What: ExtendOffline, By: Days(50), Until: endOf("2027-01-21"), Agent: "Anna", Reason: Plain("Ship")}, "2026-11-05")),
			"2026-12-20", StateActiveOffline, "", ActMoreTime, "edit export render", "", "2027-01-21", 0,
		},
		{
			"more grace", away(extended(Extension{Serial: "4711", What: ExtendGrace, By: Days(30), Until: endOf("2027-01-10"), Agent: "Anna", Reason: Plain("Ship")}, "2026-12-20")),
			"2026-12-21", StateGraceExtended, "", "", "edit export render", "", "2027-01-10", 0,
		},
		{
			"more grace in its last days", away(extended(Extension{Serial: "4711", What: ExtendGrace, By: Days(30), Until: endOf("2027-01-10"), Agent: "Anna", Reason: Plain("Ship")}, "2026-12-20")),
			"2027-01-09", StateGraceOffline, ActCheckin, "", "edit export render", "", "2026-12-02", 0,
		},
		{
			"a longer license", with(away(contact("2027-03-10")), extended(Extension{Serial: "4711", What: ExtendLicense, By: Days(30), Until: endOf("2027-04-13"), Agent: "Anna", Reason: Plain("Order")}, "2027-03-10")),
			"2027-03-20", StateGraceExtended, "", "", "edit export render", "", "2027-04-13", 0,
		},
		{"the vendor is down as the window ends", away(noticed(outage(""), "2026-12-01"), followsCause("edit")), "2026-12-20", StateLimitedParts, ActCheckin, "", "edit export", "", "2026-12-05", 12},
		{"the vendor is down for longer than every grace", away(noticed(outage(""), "2026-12-01"), followsCause("edit")), "2027-01-01", StateLimited, ActCheckin, "", "export", "edit", "2026-12-31", 12},
		{"the vendor is down, nothing over yet", away(noticed(outage(""), "2026-12-01")), "2026-12-04", StateGraceVendor, "", "", "edit export render", "", "2026-12-02", 0},
		{"the vendor came back", away(noticed(outage("2026-12-03"), "2026-12-01")), "2026-12-04", StateGraceOffline, ActCheckin, "", "edit export render", "", "2026-12-02", 0},
		{"planned work as the window ends", away(noticed(maintenance, "2026-11-20")), "2026-12-05", StateGraceOffline, ActCheckin, "", "edit export render", "", "2026-12-02", 0},
		{"on hold with time to answer", away(held("2026-11-20")), "2026-11-10", StateOnHold, ActAskVendor, "", "edit export render", "", "2026-11-20", 14},
		{"on hold without an answer", away(held("2026-11-20")), "2026-11-21", StateOnHold, ActAskVendor, "", "export", "edit", "2026-11-20", 14},
		{"on hold without a date", away(held("")), "2026-11-21", StateOnHold, ActAskVendor, "", "edit export render", "", "", 14},
		{"withdrawn with days left", away(revoked), "2026-11-10", StateRevoked, ActAskVendor, "", "edit export render", "", "2026-11-05", 14},
		{"withdrawn", away(revoked), "2026-11-21", StateRevoked, ActAskVendor, "", "", "edit export", "2026-11-05", 14},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := evaluate(t, c.facts, Query{}, day(c.at))
			p := v.Products[0]
			if p.State != c.state || p.Action != c.action || p.Also != c.also || v.ExitCode(false) != c.code {
				t.Errorf("%s with %q and %q, exit %d; want %s with %q and %q, exit %d", p.State, p.Action, p.Also, v.ExitCode(false), c.state, c.action, c.also, c.code)
			}
			if got := join(p.Works); got != c.works {
				t.Errorf("works %q, want %q", got, c.works)
			}
			if got := join(p.View); got != c.view {
				t.Errorf("view %q, want %q", got, c.view)
			}
			until, _ := p.Slots["date"].(time.Time)
			if got := until.Format(time.DateOnly); c.until != "" && got != c.until {
				t.Errorf("date %s, want %s", got, c.until)
			}
		})
	}
}

// followsCause lets a feature follow the graces of the policy.
func followsCause(id string) func(*Facts) {
	return func(f *Facts) {
		x := f.Licenses[0].Policy.Features[id]
		x.Grace = Length{}
		f.Licenses[0].Policy.Features[id] = x
	}
}

func grace(g Grace) func(*Facts) { return func(f *Facts) { f.Licenses[0].Policy.Grace = g } }

func join(all []string) string {
	s := ""
	for _, x := range all {
		if s != "" {
			s += " "
		}
		s += x
	}
	return s
}

func TestGraceSaysWhyItRunsAndUntilWhen(t *testing.T) {
	for _, c := range []struct {
		name           string
		facts          Facts
		at             string
		cause          Cause
		started, until string
	}{
		{"offline", away(), "2026-12-03", CauseOffline, "2026-12-02", "2026-12-16"},
		{"outage", away(noticed(outage(""), "2026-12-01"), followsCause("edit")), "2026-12-03", CauseOutage, "2026-12-02", "2026-12-31"},
		{"maintenance", away(noticed(maintenance, "2026-11-20"), followsCause("edit"), grace(Grace{Maintenance: Days(2)})), "2026-12-05", CauseMaintenance, "2026-12-02", "2026-12-07"},
		{"migration", away(noticed(Notice{ID: "v", Type: NoticeMigration, From: day("2026-12-01"), Ref: "V"}, "2026-11-20"), followsCause("edit")), "2026-12-05", CauseMigration, "2026-12-02", "2026-12-31"},
		{"renewal", with(away(contact("2027-03-14"))), "2027-03-15", CauseRenewal, "2027-03-14", "2027-03-28"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := evaluate(t, c.facts, Query{}, day(c.at)).Products[0]
			if p.Cause != c.cause || p.GraceStarted.Format(time.DateOnly) != c.started || p.GraceUntil.Format(time.DateOnly) != c.until {
				t.Errorf("%s from %v until %v", p.Cause, p.GraceStarted, p.GraceUntil)
			}
		})
	}
}

func TestSecondsCountLikeDays(t *testing.T) {
	f := away(func(f *Facts) {
		p := &f.Licenses[0].Policy
		p.Offline.Window, p.Grace.Offline = Length{Span: 3 * time.Second}, Length{Span: 4 * time.Second}
		for id, x := range p.Features {
			x.Grace = Length{}
			p.Features[id] = x
		}
	})
	at := f.Contact[acmeRoot]
	for after, want := range map[time.Duration]State{
		time.Second: StateActiveOffline, 2500 * time.Millisecond: StateOfflineEnding, 3500 * time.Millisecond: StateGraceOffline, 8 * time.Second: StateLimited,
	} {
		if got := evaluate(t, f, Query{}, at.Add(after)).Products[0].State; got != want {
			t.Errorf("after %v it is %s, want %s", after, got, want)
		}
	}
}

func TestAChangeOfTheRulesShortensNothingThatWasGranted(t *testing.T) {
	f := away(func(f *Facts) {
		h := &f.Licenses[0]
		was := h.Policy
		h.Version, h.Policy.Version = 2, 4
		h.Policy.Offline.Window = Days(7)
		h.Policy.Features = map[string]Feature{"edit": {Grace: Days(1)}, "export": {After: Pause}, "render": {Grace: Days(3), After: Pause}}
		h.Overlap = &Overlap{Until: endOf("2026-12-20"), Version: 3, Offline: was.Offline, Grace: was.Grace, Features: was.Features}
	})
	p := evaluate(t, f, Query{}, day("2026-11-15")).Products[0]
	if got := p.OfflineUntil.Format(time.DateOnly); got != "2026-12-02" {
		t.Errorf("offline until %s", got)
	}
	if got := p.Features["edit"].Until.Format(time.DateOnly); got != "2026-12-16" {
		t.Errorf("edit until %s", got)
	}
	if got := p.Features["export"].Until.Format(time.DateOnly); got != "2026-12-20" {
		t.Errorf("export, which was kept, until %s", got)
	}
	f.Contact[acmeRoot] = day("2026-12-19")
	if got := evaluate(t, f, Query{}, day("2026-12-19")).Products[0].OfflineUntil.Format(time.DateOnly); got != "2026-12-26" {
		t.Errorf("after the overlap offline until %s", got)
	}
}

func TestASilentVendorIsNoEnd(t *testing.T) {
	f := away(func(f *Facts) {
		f.Licenses[0].Ends = time.Time{}
		f.Licenses[0].Policy.Continuity = Continuity{Silent: Days(365), Then: Keep}
	})
	if p := evaluate(t, f, Query{}, day("2027-11-01")).Products[0]; p.State != StateLimited {
		t.Errorf("after a year less a day %s", p.State)
	}
	p := evaluate(t, f, Query{}, day("2027-11-04")).Products[0]
	if p.State != StateActiveNoEnd || len(p.Works) != 3 {
		t.Errorf("after a year %s, works %v", p.State, p.Works)
	}
}

func TestAChangedComputerWorksUntilItsDate(t *testing.T) {
	f := home(cad())
	f.Device.Changed = &Changed{Since: day("2026-11-03"), Same: 2, Of: 6, Parts: []string{"disk", "mainboard"}}
	v := evaluate(t, f, Query{}, day("2026-11-04"))
	if v.Main.State != StateComputerChanged || v.Main.Action != ActConfirmComputer || v.ExitCode(false) != 0 || len(v.Products[0].Works) != 3 {
		t.Errorf("%s, exit %d, works %v", v.Main.State, v.ExitCode(false), v.Products[0].Works)
	}
	v = evaluate(t, f, Query{}, day("2026-11-11"))
	if v.Main.State != StateComputerChanged || v.ExitCode(false) != 34 || len(v.Products[0].View) != 2 {
		t.Errorf("%s, exit %d, view %v", v.Main.State, v.ExitCode(false), v.Products[0].View)
	}
}

func TestAWallClockThatIsNotBelievedDecidesNothing(t *testing.T) {
	f := away(func(f *Facts) {
		f.Clock = Clock{Line: day("2026-11-03"), From: day("2026-11-03"), To: day("2031-01-01")}
	})
	v := evaluate(t, f, Query{}, day("2031-01-01"))
	if v.Main.State != StateClockUnsure || v.ExitCode(false) != 0 || len(v.Products[0].Works) != 3 {
		t.Errorf("%s, exit %d, works %v", v.Main.State, v.ExitCode(false), v.Products[0].Works)
	}
}

func TestARestoredCopyMustCheckInOnlyWhereThereIsAWindow(t *testing.T) {
	restored := func(f *Facts) {
		f.Records = Records{State: StateRolledBack, At: day("2026-11-01"), Until: endOf("2026-11-17")}
	}
	v := evaluate(t, away(restored), Query{}, day("2026-11-04"))
	if got := v.Products[0].OfflineUntil.Format(time.DateOnly); got != "2026-11-17" || v.Main.Action != ActConfirmRestore {
		t.Errorf("offline until %s, %s", got, v.Main.Action)
	}
	v = evaluate(t, with(home(cad()), restored, func(f *Facts) { f.Records.Restored = true }), Query{}, day("2026-12-04"))
	if v.Products[0].State != StateActive || v.Main.Action != ActCheckin {
		t.Errorf("%s, %s", v.Products[0].State, v.Main.Action)
	}
}

func TestWhatIsAnnouncedIsALineUntilItComes(t *testing.T) {
	rules := Notice{ID: "p", Type: NoticePolicy, From: day("2026-12-20"), Ref: "P-4", Text: Plain("Shorter."), Old: Plain("30 days"), New: Plain("14 days")}
	f := away(noticed(maintenance, "2026-11-05"), noticed(rules, "2026-11-06"),
		extended(Extension{What: ExtendOffline, By: Days(20), Until: endOf("2026-12-22"), Agent: "Anna", Reason: Plain("Ship")}, "2026-11-05"))
	states := func(at string) (all []State) {
		for _, o := range evaluate(t, f, Query{}, day(at)).Others {
			all = append(all, o.State)
		}
		return all
	}
	for _, s := range []State{StateMaintenance, StatePolicyChange, StateGraceExtended} {
		if !slices.Contains(states("2026-11-07"), s) {
			t.Errorf("%s is not told of: %v", s, states("2026-11-07"))
		}
	}
	if got := states("2026-12-21"); len(got) != 0 {
		t.Errorf("afterwards %v", got)
	}
}

func TestACheckInDoesNotPutOffTheReminder(t *testing.T) {
	f := away(contact("2027-01-28"))
	f.Licenses[0].Issued, f.Licenses[0].Version = day("2027-01-28"), 5
	if got := evaluate(t, f, Query{}, day("2027-01-29")).Products[0].State; got != StateEndingSoon {
		t.Errorf("45 days before the end %s", got)
	}
	monthly := away(contact("2027-02-15"), func(f *Facts) { f.Licenses[0].Policy.Term.Length = Days(30) })
	if got := evaluate(t, monthly, Query{}, day("2027-02-16")).Products[0].State; got != StateActiveOffline {
		t.Errorf("a month that has just begun is %s", got)
	}
}

func TestAQuestionBeforeAWithdrawalComesFirst(t *testing.T) {
	f := away(func(f *Facts) {
		f.Holds = append(f.Holds, signed(Hold{Serial: "4711", Reason: Plain("Who uses it?"), Ref: "H-1", AnswerBy: endOf("2026-11-20")}, "2026-11-05"))
		f.Revocations = append(f.Revocations, signed(Revocation{Serial: "4711", Reason: Plain("Paid back"), Ref: "W-1", From: day("2026-11-05"), Until: endOf("2026-11-30")}, "2026-11-06"))
	})
	for at, want := range map[string][2]State{
		"2026-11-10": {StateOnHold, StateRevoked}, "2026-11-25": {StateOnHold, StateRevoked}, "2026-12-01": {StateRevoked, StateOnHold},
	} {
		v := evaluate(t, f, Query{}, day(at))
		if v.Main.State != want[0] || !slices.ContainsFunc(v.Others, func(o Finding) bool { return o.State == want[1] }) {
			t.Errorf("%s: %s first, others %v", at, v.Main.State, len(v.Others))
		}
		full := len(v.Products[0].Works) == 3
		if early := at == "2026-11-10"; full != early {
			t.Errorf("%s: works %v", at, v.Products[0].Works)
		}
	}
}

func TestGraceNamesThePartsThatEndBeforeIt(t *testing.T) {
	p := evaluate(t, away(), Query{}, day("2026-12-03")).Products[0]
	sooner, _ := p.Slots["sooner"].([]PartEnd)
	if len(sooner) != 1 || sooner[0].Name.In("en") != "Cloud render" || sooner[0].Until.Format(time.DateOnly) != "2026-12-05" {
		t.Errorf("%v", sooner)
	}
}

func TestOnlyTheLongestExtensionIsALine(t *testing.T) {
	more := func(until, issued string) func(*Facts) {
		return extended(Extension{Serial: "4711", What: ExtendOffline, By: Days(20), Until: endOf(until), Agent: "Anna", Reason: Plain("Ship")}, issued)
	}
	n := 0
	for _, o := range evaluate(t, away(more("2026-12-22", "2026-11-05"), more("2027-01-22", "2026-11-06")), Query{}, day("2026-11-07")).Others {
		if until, _ := o.Slots["date"].(time.Time); o.State == StateGraceExtended {
			if n++; until.Format(time.DateOnly) != "2027-01-22" {
				t.Errorf("until %v", until)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d lines", n)
	}
}
