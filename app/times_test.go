package app

import (
	"slices"
	"testing"

	"holdfast/licensing/reconcile"
)

func TestTimeWindowsAreUnderstoodAndWrittenTheSameWay(t *testing.T) {
	weekdays := [7]bool{false, true, true, true, true, true, false}
	for text, want := range map[string]struct {
		windows []reconcile.Window
		written string
	}{
		"":                  {nil, ""},
		" ":                 {nil, ""},
		"Mo-Fr 08:00-18:00": {[]reconcile.Window{{Days: weekdays, From: 480, To: 1080}}, "Mo-Fr 08:00-18:00"},
		"mo-FR 8:00-18:00,Sa 9:00-12:00": {
			[]reconcile.Window{{Days: weekdays, From: 480, To: 1080}, {Days: [7]bool{6: true}, From: 540, To: 720}},
			"Mo-Fr 08:00-18:00, Sa 09:00-12:00",
		},
		"22:00-06:00":            {[]reconcile.Window{{From: 1320, To: 360}}, "22:00-06:00"},
		"00:00-24:00":            {[]reconcile.Window{{From: 0, To: 1440}}, "00:00-24:00"},
		"Di 20:00-02:00":         {[]reconcile.Window{{Days: [7]bool{2: true}, From: 1200, To: 120}}, "Tu 20:00-02:00"},
		"Sa-Mo 10:00-11:00":      {[]reconcile.Window{{Days: [7]bool{true, true, false, false, false, false, true}, From: 600, To: 660}}, "Mo 10:00-11:00, Sa-Su 10:00-11:00"},
		"Sunday 10:00-11:00":     {[]reconcile.Window{{Days: [7]bool{true}, From: 600, To: 660}}, "Su 10:00-11:00"},
		"Mo-So 10:00-11:00":      {[]reconcile.Window{{Days: [7]bool{true, true, true, true, true, true, true}, From: 600, To: 660}}, "10:00-11:00"},
		"Mittwoch 10:00-10:00  ": {[]reconcile.Window{{Days: [7]bool{3: true}, From: 600, To: 600}}, "We 10:00-10:00"},
	} {
		got, err := ParseTimes(text)
		if err != nil || !slices.Equal(got, want.windows) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		if w := FormatTimes(got); w != want.written {
			t.Errorf("%q is written %q, want %q", text, w, want.written)
		}
	}
	for _, text := range []string{
		"Mo", "Mo-Fr", "8-18", "Mo 08:00", "Mo 08:00-25:00", "Mo 08:60-09:00", "Mo 24:00-08:00", "Xx 08:00-09:00", "Mo- 08:00-09:00",
		"Mo 8:0-9:00", "Mo -1:00-2:00", "Mo 08:00-09:00,", ",", "Mo Tu 08:00-09:00", "Mo 24:01-24:02", "+1:00-02:00",
	} {
		if got, err := ParseTimes(text); err == nil {
			t.Errorf("%q is understood as %v", text, got)
		}
	}
}

func FuzzTimes(f *testing.F) {
	for _, s := range []string{"Mo-Fr 08:00-18:00, Sa 09:00-12:00", "22:00-06:00", "So 00:00-24:00", "Sa-Tu 1:00-0:59"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ParseTimes(text)
		if err != nil {
			return
		}
		written := FormatTimes(all)
		again, err := ParseTimes(written)
		if len(again) > mostTimes || err != nil && len(all) < 4 {
			t.Fatalf("%q is written %q: %v", text, written, err)
		}
		if err == nil && FormatTimes(again) != written {
			t.Fatalf("%q is written %q, then %q", text, written, FormatTimes(again))
		}
	})
}
