package views

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"holdfast/docs"
	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// tour opens every screen.
func tour(t *testing.T, o benchOptions, visit func(t *testing.T, b *bench)) {
	t.Helper()
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			b := open(t, newFake(s.facts()), o)
			if s.go_ != nil {
				s.go_(b)
			}
			visit(t, b)
		})
	}
}

// TestEveryScreenKeepsItsPromises opens each screen once for each kind of text, since that takes most of the time. In every window its text fits;
// with the usual text the keyboard reaches everything and no state is told by colour alone; all words come from the translations.
func TestEveryScreenKeepsItsPromises(t *testing.T) {
	small := fyne.NewSize(760, 520)
	for name, c := range map[string]struct {
		options benchOptions
		also    []func(*testing.T, *bench)
	}{
		"usual":      {benchOptions{lang: "en"}, []func(*testing.T, *bench){neverByColourAlone, keyboardReachesAll}},
		"text 200":   {benchOptions{lang: "en", factor: 2}, nil},
		"long words": {benchOptions{lang: plain.Pseudo}, []func(*testing.T, *bench){wordsAreTranslated(t)}},
	} {
		t.Run(name, func(t *testing.T) {
			tour(t, c.options, func(t *testing.T, b *bench) {
				noTextIsCut(t, b)
				for _, check := range c.also {
					check(t, b)
				}
				b.resize(small)
				noTextIsCut(t, b)
			})
		})
	}
}

// noTextIsCut checks that no text is wider than the object that holds it, and that nothing sticks out of the window.
func noTextIsCut(t *testing.T, b *bench) {
	t.Helper()
	d := fyne.CurrentApp().Driver()
	width := b.w.canvas().Size().Width
	walkAll(b.root(), func(o fyne.CanvasObject) {
		w, ok := o.(fyne.Widget)
		if !ok {
			return
		}
		var texts []*canvas.Text
		switch w.(type) {
		case *look.Line, *look.Para, *look.Button:
		default:
			return
		}
		for _, c := range test.WidgetRenderer(w).Objects() {
			if x, ok := c.(*canvas.Text); ok && x.Visible() {
				texts = append(texts, x)
			}
		}
		for _, x := range texts {
			if right := x.Position().X + x.MinSize().Width; right > w.Size().Width+1.5 {
				t.Errorf("%q needs %.0f of %.0f", x.Text, right, w.Size().Width)
			}
		}
		if left := d.AbsolutePositionForObject(w).X; left < -0.5 || left+w.Size().Width > width+0.5 {
			t.Errorf("%T sticks out of the window: %.0f to %.0f of %.0f", w, left, left+w.Size().Width, width)
		}
	})
}

// wordsAreTranslated is the check that every word on a screen comes from the translations or is data.
func wordsAreTranslated(t *testing.T) func(*testing.T, *bench) {
	t.Helper()
	data := []string{ // what vendors, people and the system named
		"AcmeCAD Pro", "AcmeCAM", "Nordlicht Studio", "Acme GmbH", "Nordlicht Audio", "Edit drawings", "Export", "Cloud render", "Sheet metal", "Trial CAM",
		"4711-", "tulip-orbit-47", "anchor-lime-12", ".hfl", ".hfk", ".hfreq", "7F3A-2C91", "acme", "Keyring", "Holdfast", "holdfast ", "harbor", "/",
	}
	data = append(data, words8...)
	data = append(data, "We move to new servers.", "Files that you need that day", "New contract", "days offline", "Kim Doe", "Trip to sea", "Order was cancelled",
		"N-20", "X-1", "R-1", "document ")
	data = append(data, "Working time", "Seats", "Mixes", " parts", " seats") // meters and their units
	data = append(data, "AcmeCAD Module", "5f1d", "1 … 6", "F5", "F1")
	data = append(data, usageFileData...)
	data = append(data, "licenses.acme.example", "c-7", "t-7c41a2", "Example Corp", "08:00", "http://proxy.example:3128")
	for _, name := range docs.Names() { // guides are texts of their own, in their own languages
		g, err := docs.Read(name, "en")
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, g.Title)
	}
	return func(t *testing.T, b *bench) {
		if here := b.w.trail.here().name; strings.HasPrefix(here, "guide ") || strings.HasPrefix(here, "usage raw ") {
			return
		}
		for _, s := range b.texts() {
			if plain.IsMissing(s) {
				t.Errorf("a text is missing: %s", s)
			}
			if strings.Trim(s, "0123456789.·•, %") == "" || len([]rune(s)) < 2 || strings.ContainsAny(s, "[~") {
				continue
			}
			known := false
			for _, d := range data {
				known = known || strings.Contains(s, d)
			}
			if !known {
				t.Errorf("%q does not come from the translations", s)
			}
		}
	}
}

func TestEveryStateShowsItsFourAnswersAndLeavesTheWaysOutOpen(t *testing.T) {
	e := newFake(quietFacts())
	b := open(t, e, benchOptions{})
	for _, s := range terms.States() {
		snap := e.Snapshot()
		snap.Verdict.Main = terms.NewProblem(s, nil, nil).Finding
		snap.Revision++
		b.w.have = true
		b.w.showHome()
		b.w.set(state{snap: snap})
		a := b.w.v.Say(snap.Verdict.Main, snap.Verdict.At, time.UTC)
		for i, want := range []string{a.Headline, a.Happened, a.Works, a.Do, a.By} {
			if want == "" {
				t.Errorf("%s has no answer %d", s, i)
			}
		}
		if s == terms.StateNotSetUp {
			continue // its own screen
		}
		b.mustSay(a.Headline, a.Happened, a.Works, a.Do, a.By, "Use a license file", "Make a request file")
		if primary := b.primaries(); primary > 1 {
			t.Errorf("%s has %d main buttons", s, primary)
		}
	}
}

func (b *bench) primaries() int {
	n := 0
	walkAll(b.root(), func(o fyne.CanvasObject) {
		if v, ok := o.(*look.Button); ok && v.Kind == look.PrimaryButton {
			n++
		}
	})
	return n
}

func TestEveryFindingBesideTheMainOneIsALineThatOpens(t *testing.T) {
	f := quietFacts()
	f.Records = terms.Records{State: terms.StateRecordsRepaired, At: day("2026-11-01")}
	e := newFake(f)
	b := open(t, e, benchOptions{})
	others := e.Snapshot().Verdict.Others
	if len(others) == 0 && e.Snapshot().Verdict.Main.State != terms.StateRecordsRepaired {
		t.Fatal("the repaired records are said nowhere")
	}
	if len(others) > 0 && len(b.w.shown.Lines) > 0 {
		l := b.w.shown.Lines[0]
		b.click(l.Title)
		a := b.w.v.Say(l.Finding, e.wall, time.UTC)
		b.mustSay(a.Headline, a.Happened, a.Works, a.Do, a.By)
	} else {
		b.mustSay(b.w.v.Say(e.Snapshot().Verdict.Main, e.wall, time.UTC).Headline)
	}
}

// keyboardReachesAll checks that Tab comes to everything that can be pressed.
func keyboardReachesAll(t *testing.T, b *bench) {
	t.Helper()
	want := map[fyne.Focusable]string{}
	walkAll(b.root(), func(o fyne.CanvasObject) {
		f, ok := o.(fyne.Focusable)
		if d, can := o.(fyne.Disableable); ok && (!can || !d.Disabled()) {
			want[f] = look.FocusKeyOf(f)
		}
	})
	if len(want) == 0 {
		t.Fatal("nothing can be pressed")
	}
	b.w.canvas().Unfocus()
	for range 2*len(want) + 2 {
		b.w.canvas().FocusNext()
		delete(want, b.w.canvas().Focused())
	}
	if len(want) > 0 {
		t.Errorf("Tab does not reach %v", fmt.Sprint(want))
	}
}

func neverByColourAlone(t *testing.T, b *bench) {
	t.Helper()
	for _, r := range b.w.shown.Rows {
		if r.Word == "" || r.DateLabel == "" {
			t.Errorf("row %+v has no word for its state", r)
		}
	}
	for _, p := range b.w.foot {
		if p.Text == "" {
			t.Errorf("a part of the footer has no words")
		}
	}
}

func TestAKeyFileIsNoContact(t *testing.T) {
	signed := day("2026-11-01")
	s := licensing.Snapshot{LastContact: signed}
	if at := heardOf(s); !at.IsZero() {
		t.Errorf("a key file alone counts as a contact at %s", at)
	}
	s.Facts.Licenses = make([]terms.Held, 1)
	if at := heardOf(s); !at.Equal(signed) {
		t.Errorf("a license counts as a contact at %s, want %s", at, signed)
	}
}

func TestTheFooterSaysOnlyWhatIsKnown(t *testing.T) {
	words, err := plain.New("en")
	if err != nil {
		t.Fatal(err)
	}
	v := voice{words, time.UTC}
	texts := func(f terms.Facts, wall time.Time) string {
		e := newFake(f)
		e.wall = wall
		var out []string
		for _, p := range v.footer(e.Snapshot(), contactsFetched{}) {
			out = append(out, p.Text)
		}
		return strings.Join(out, " · ")
	}
	fresh := noLicense()
	behind := quietFacts()
	behind.Lower = map[string]time.Time{acmeRoot: day("2026-11-04")}
	endless := acme(held("studio", "Studio", northRoot, time.Time{}))
	for _, c := range []struct {
		name, got, want string
	}{
		{"nothing yet", texts(fresh, day("2026-11-03")), "Not set up · No contact yet"},
		{"in order", texts(quietFacts(), day("2026-11-03")), "Offline until 14 Mar 2027 · Last contact 2 Nov 2026, 12:00 · Clock OK · Safe storage OK"},
		{"one in grace", texts(graceFacts(), day("2026-11-03")), "Offline until 14 Mar 2027 · Last contact 2 Nov 2026, 12:00 · Clock OK · Safe storage OK"},
		{"no end", texts(endless, day("2026-11-03")), "Offline without an end date · Last contact 2 Nov 2026, 12:00 · Clock OK · Safe storage OK"},
		{"clock behind", texts(behind, day("2026-11-03")), "Offline until 14 Mar 2027 · Last contact 4 Nov 2026, 12:00 · Clock: behind a signed date · Safe storage OK"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}
