package look

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestProgressAndToastNeverTakeEachOtherAwayOrCoverEachOther(t *testing.T) {
	f, _ := railWindow(t, railOn("files"), 960, 640, 1)
	f.SetFoot(foot())
	p := NewProgress("Using the license file …", NewButton(LinkButton, "Cancel", nil))
	toast := NewToast("ok", OK, "Copied.", nil)
	f.SetProgress(p)
	f.SetFloat(toast)
	if !holds(f, p) || !holds(f, toast) {
		t.Fatal("one of the two is not there")
	}
	if low := p.Position().Y + p.Size().Height; low > toast.Position().Y || p.Position().Y < 0 {
		t.Errorf("the progress ends at %.0f, the toast begins at %.0f", low, toast.Position().Y)
	}
	if low := toast.Position().Y + toast.Size().Height; low > f.foot.Position().Y {
		t.Error("the toast covers the footer")
	}
	if p.Size().Width != 360 || toast.Size().Width != 360 {
		t.Errorf("%.0f and %.0f wide", p.Size().Width, toast.Size().Width)
	}
	f.SetFloat(nil)
	if !holds(f, p) || holds(f, toast) {
		t.Error("the end of a toast ends the progress")
	}
	f.SetFloat(toast)
	f.SetProgress(nil)
	if holds(f, p) || !holds(f, toast) {
		t.Error("the end of slow work ends the toast")
	}
}

func TestTheBarOfAProgressGoesOnWithEveryStepAndBeginsAgain(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	stopped := 0
	p := NewProgress("Looking at the file …", NewButton(LinkButton, "Cancel", func() { stopped++ }))
	c := shown(t, p)
	if p.bar.Size().Height != 6 {
		t.Errorf("the bar is %.0f high", p.bar.Size().Height)
	}
	test.WidgetRenderer(p.bar)
	first := p.bar.piece.Position().X
	last, again := first, false
	for range stepPlaces {
		p.Step()
		at, end := p.bar.piece.Position().X, p.bar.piece.Position().X+p.bar.piece.Size().Width
		if at == last || at < 0 || end > p.bar.Size().Width+0.5 {
			t.Fatalf("the piece went from %.1f to %.1f, ends at %.1f of %.1f", last, at, end, p.bar.Size().Width)
		}
		again, last = at < last, at
	}
	if !again || last != first {
		t.Error("the piece does not begin again")
	}
	c.FocusNext()
	press(c.Focused(), fyne.KeyReturn)
	if stopped != 1 {
		t.Error("the keyboard cannot stop the work")
	}
}

func TestADialogGivesTheFocusBackOnlyToWhatIsStillThere(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	named := func(key string) *Button {
		b := NewButton(SecondaryButton, "Open", nil)
		b.Key = key
		return b
	}
	before, other, twin := named("open"), named("other"), named("open")
	for _, c := range []struct {
		name string
		page *Button
		want fyne.Focusable
	}{{"it is still there", before, before}, {"it was built anew", twin, twin}, {"it is gone", other, nil}} {
		holder := Column(0, before)
		w := test.NewWindow(holder)
		w.Canvas().Focus(before)
		d := NewDialog(w.Canvas(), "Sure?", NewPara("Really.", Body), NewButton(PrimaryButton, "Yes", nil))
		d.Show()
		holder.Objects = []fyne.CanvasObject{c.page}
		d.Hide()
		if got := w.Canvas().Focused(); got != c.want {
			t.Errorf("%s: the focus is on %v", c.name, got)
		}
		if c.want != before && before.focused {
			t.Errorf("%s: what is gone has the focus", c.name)
		}
		w.Close()
	}
}

func TestAFieldLeavesTheWindowsKeysToTheWindow(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	e := NewEntry("name", "")
	e.OnSubmitted = func(string) {}
	c := shown(t, NewBareField(e))
	var got []fyne.KeyName
	c.SetOnTypedKey(func(k *fyne.KeyEvent) { got = append(got, k.Name) })
	c.Focus(e)
	test.Type(e, "ab")
	for _, k := range []fyne.KeyName{fyne.KeyF1, fyne.KeyF5, fyne.KeyBackspace, fyne.KeyEscape} {
		press(e, k)
	}
	if len(got) != 3 || got[0] != fyne.KeyF1 || got[1] != fyne.KeyF5 || got[2] != fyne.KeyEscape || e.Text != "a" {
		t.Errorf("the window got %v, the field holds %q", got, e.Text)
	}
}

func TestAMenuHasABorderAndOnlyFloatsAndDialogsHaveAShadow(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	w := test.NewWindow(&fyne.Container{})
	defer w.Close()
	s := NewChooser("make", w.Canvas(), "Make", []string{"a", "b"}, 0, nil)
	box, ok := newMenu(s).card.Objects[0].(*Box)
	if !ok || box.Shadow || box.Line != Border {
		t.Errorf("the ground of the menu is %+v", box)
	}
}
