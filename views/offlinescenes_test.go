package views

import (
	"slices"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/alarm"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// likeOthers are scenes whose layout another one has too: they are painted, and left out of what is slow.
var likeOthers = []string{"51", "52", "53", "56", "57", "60", "62", "65", "66", "68", "70", "74", "75", "80", "81", "c1", "c3", "c5", "c7", "c8", "c9", "ca", "cb", "cd", "cf", "cg", "cj", "cl", "cm", "e2", "e5", "e7", "e9", "ec", "ed"}

// paintedOnly says that a scene is one of likeOthers.
func paintedOnly(s scene) bool { return slices.Contains(likeOthers, s.name[:2]) }

// offlineScenes are the pages about offline time, clock, grace and what vendors announce.
func offlineScenes() []scene {
	return slices.DeleteFunc(allOfflineScenes(), paintedOnly)
}

// likeScenes are those of likeOthers.
func likeScenes() []scene {
	return slices.DeleteFunc(slices.Concat(allOfflineScenes(), allContactScenes(), allErrandScenes()), func(s scene) bool { return !paintedOnly(s) })
}

func allOfflineScenes() []scene {
	at := func(wall string, then func(b *bench)) func(b *bench) {
		return func(b *bench) {
			b.engine.wall = day(wall)
			b.engine.revision++
			b.w.reload()
			if then != nil {
				then(b)
			}
		}
	}
	offline := func() terms.Facts { return offlineFacts("2026-11-02") }
	away := func(typed string) func(b *bench) {
		return func(b *bench) {
			b.engine.away = coverOf
			b.w.moreTime()
			if typed != "" {
				b.typeDate(typed)
			}
		}
	}
	notices := func(b *bench) { b.engine.notices = announced(); b.w.visit(b.w.noticesPlace()) }
	notice := func(doc string) func(b *bench) {
		return func(b *bench) { b.engine.notices = announced(); b.w.showNotice(doc) }
	}
	part := func(kind exchange.Kind, f terms.Finding, changes ...licensing.Change) func(b *bench) {
		return func(b *bench) {
			b.engine.report = partReport(kind, f, changes...)
			b.w.Open([]string{"notice_acme.hfnot"})
		}
	}
	return []scene{
		{"50-offline", offline, nil},
		{"51-offline-ending", offline, at("2026-11-30", nil)},
		{"52-grace-offline", offline, at("2026-12-05", nil)},
		{"53-limited", offline, at("2026-12-20", nil)},
		{"54-clock-wrong", clockWrongFacts, nil},
		{"55-clock-unsure", clockUnsureFacts, at("2027-02-03", nil)},
		{"56-rolled-back", rolledBackFacts, nil},
		{"57-computer-changed", changedFacts, nil},
		{"58-checkin", changedFacts, func(b *bench) { b.pressAction(terms.ActConfirmComputer) }},
		{"59-checkin-vendors", func() terms.Facts {
			f := rolledBackFacts()
			f.Licenses = append(f.Licenses, held("studio", "Nordlicht Studio", northRoot, endOf("2027-06-30")))
			f.Records.Restored = true
			return f
		}, func(b *bench) { b.pressAction(terms.ActCheckin) }},
		{"60-away-covered", offline, away("2026-11-30")},
		{"61-away-granted", offline, away("")},
		{"62-away-person", offline, away("2027-02-01")},
		{"63-away-ends", offline, away("2027-04-01")},
		{"64-away-unread", offline, away("soon")},
		{"65-moretime", offline, func(b *bench) { away("")(b); b.clickID("away.ask") }},
		{"66-clock", offline, func(b *bench) { b.w.visit(b.w.clockPlace()) }},
		{"67-clock-wrong", clockWrongFacts, func(b *bench) { b.w.visit(b.w.clockPlace()) }},
		{"68-clock-unsure", clockUnsureFacts, at("2027-02-03", func(b *bench) { b.w.visit(b.w.clockPlace()) })},
		{"69-grace", offline, at("2026-12-05", func(b *bench) { b.engine.grace = graceEntries(); b.w.visit(b.w.gracePlace()) })},
		{"70-grace-none", offline, func(b *bench) { b.w.visit(b.w.gracePlace()) }},
		{"71-notices", offline, notices},
		{"72-notices-none", offline, func(b *bench) { b.w.visit(b.w.noticesPlace()) }},
		{"73-notice-work", offline, notice("document 1")},
		{"74-notice-rules", offline, notice("document 2")},
		{"75-notice-extension", offline, notice("document 3")},
		{"76-notice-revocation", offline, notice("document 5")},
		{"77-rules", policyFacts, func(b *bench) { b.w.seeChanges(b.finding(terms.StatePolicyChange)) }},
		{"78-reminder", offline, at("2026-12-05", func(b *bench) {
			b.w.alarm = alarm.Alarm{
				Key: "k", Step: alarm.StepDays, Name: terms.Plain("AcmeCAM"), Product: "acmecam", Event: terms.EventOfflineGraceEnds, At: b.engine.wall,
				Date: endOf("2026-12-16"), Snooze: endOf("2026-12-15"), Finding: b.w.snap.Verdict.Products[1].Finding,
			}
			b.w.now.renew()
		})},
		{"79-offer", offline, func(b *bench) { b.w.offered = true; b.w.now.renew() }},
		{"80-preview-notice", offline, part(exchange.KindNotice, announced()[0].Finding, licensing.Change{Sign: '=', Code: "notice", Name: terms.Plain("We move to new servers."), Until: day("2026-12-05")})},
		{"81-preview-extension", offline, part(exchange.KindExtension, terms.Finding{State: terms.StateGraceExtended, Tone: terms.ToneOK, Slots: terms.Slots{
			"agent": "Kim Doe", "vendor": "Acme GmbH", "days": 14, "what": "offline", "reason": terms.Plain("Trip to sea"), "date": endOf("2026-12-20"),
		}}, licensing.Change{Sign: '+', Code: "extension_offline", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2026-12-20"), Was: endOf("2026-12-02")})},
		{"82-preview-revocation", offline, func(b *bench) {
			b.engine.report = partReport(exchange.KindRevocation, terms.NewProblem(terms.StateRevoked, terms.Slots{
				"issuer": "Acme GmbH", "date": day("2026-11-20"), "date2": endOf("2026-12-20"), "reason": terms.Plain("Order was cancelled"), "who": "Kim Doe", "ref": "R-1",
			}, nil).Finding, licensing.Change{Sign: '-', Code: "revocation", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2026-12-20")})
			b.engine.report.Items[0].NeedsYes = true
			b.w.Open([]string{"revocation.hfnot"})
		}},
		{"83-maintenance", func() terms.Facts {
			f := offlineFacts("2026-11-02")
			f.Notices = []terms.Signed[terms.Notice]{signed(maintenanceBody()), signed(policyNoticeBody())}
			return f
		}, nil},
	}
}

// partReport is what the engine says of a file with a notice, extension, hold or revocation.
func partReport(kind exchange.Kind, f terms.Finding, changes ...licensing.Change) licensing.Report {
	it := licensing.Item{
		Source: "/media/stick/notice_acme_2026-11-01.hfnot", Kind: kind, Vendor: "Acme GmbH", Root: acmeRoot, Words: "tulip-orbit-47",
		Issued: day("2026-11-01"), Finding: f, Usable: true, Changes: changes,
	}
	return licensing.Report{Items: []licensing.Item{it}, ForHere: 1, Finding: f}
}

// typeDate writes a date into the page about time away.
func (b *bench) typeDate(text string) {
	b.t.Helper()
	b.tabTo("date")
	b.w.canvas().Focused().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutSelectAll{})
	for _, r := range text {
		b.w.canvas().Focused().TypedRune(r)
	}
}

// finding is the finding of a state in the verdict.
func (b *bench) finding(s terms.State) terms.Finding {
	b.t.Helper()
	for _, f := range append([]terms.Finding{b.w.snap.Verdict.Main}, b.w.snap.Verdict.Others...) {
		if f.State == s {
			return f
		}
	}
	b.t.Fatalf("there is no %s", s)
	return terms.Finding{}
}
