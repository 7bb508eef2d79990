package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/alarm"
	"holdfast/licensing/clock"
	"holdfast/licensing/terms"
)

// soon is a verdict about a license whose end is known long before it is near.
func soon(now, ends time.Time) terms.Verdict {
	p := terms.ProductVerdict{ID: "cad", Vendor: "root", At: now, LicenseEnds: ends, GraceEnds: ends.AddDate(0, 0, 14)}
	p.Finding = terms.Finding{State: terms.StateActive, Product: "cad"}
	return terms.Verdict{At: now, Main: p.Finding, Products: []terms.ProductVerdict{p}}
}

func alarmHome(t *testing.T, home string, wall time.Time) (*App, *clock.Driven) {
	t.Helper()
	o := options(t, home)
	driven := clock.NewDriven(wall)
	o.Clock = driven
	a, _, err := Open(t.Context(), o, status())
	if err != nil {
		t.Fatal(err)
	}
	return a, driven
}

func TestNothingIsToldUntilAPersonWantsIt(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	home := filepath.Join(t.TempDir(), "home")
	a, c := alarmHome(t, home, now)
	defer a.Close()
	ends := now.AddDate(0, 0, 20)
	for range 20 {
		if got, ok := a.DueAlarm(soon(c.Read().Wall, ends)); ok {
			t.Errorf("%+v", got)
		}
		c.Advance(24 * time.Hour)
	}
	if _, err := os.Stat(filepath.Join(home, alarmsFile)); !os.IsNotExist(err) {
		t.Errorf("a file was made: %v", err)
	}
}

func TestWhatWasToldIsRememberedByTheNextStart(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	home := filepath.Join(t.TempDir(), "home")
	a, c := alarmHome(t, home, now)
	if err := a.ChangeSettings(func(s *Settings) { s.Remind = true }); err != nil {
		t.Fatal(err)
	}
	ends := now.AddDate(0, 0, 20)
	told := func() (alarm.Alarm, bool) { return a.DueAlarm(soon(c.Read().Wall, ends)) }
	if got, ok := told(); ok {
		t.Fatalf("%+v", got)
	}
	c.Advance(7 * 24 * time.Hour)
	if got, ok := told(); !ok || !got.OS || got.Step != alarm.StepDays || !got.Date.Equal(ends) {
		t.Fatalf("%+v, %v", got, ok)
	}
	if !Fresh(home) {
		t.Error("what was told makes the home look used")
	}
	later := c.Read().Wall
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(home, alarmsFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	a, c = alarmHome(t, home, later)
	defer a.Close()
	c.Advance(36 * time.Hour)
	if got, ok := told(); ok {
		t.Errorf("told again: %+v", got)
	}
	if err := a.Snooze(ends.AddDate(0, 0, -1)); err != nil {
		t.Fatal(err)
	}
	for c.Read().Wall.Before(ends.AddDate(0, 0, -1).Add(-time.Hour)) {
		if got, ok := told(); ok {
			t.Errorf("%v: %+v", c.Read().Wall, got)
		}
		c.Advance(time.Hour)
	}
	c.Advance(2 * time.Hour)
	if got, ok := told(); !ok || got.Product != "cad" {
		t.Errorf("after the snooze: %+v, %v", got, ok)
	}
	if err := a.ForgetAlarms(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(home, alarmsFile)); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
	if err := a.ForgetAlarms(); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestAFileThatCannotBeReadIsAsNone(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, alarmsFile), []byte("{damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, settingsFile), []byte(`{"remind":true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	a, c := alarmHome(t, home, now)
	defer a.Close()
	ends := now.AddDate(0, 0, 5)
	if got, ok := a.DueAlarm(soon(now, ends)); ok {
		t.Errorf("%+v", got)
	}
	c.Advance(2 * 24 * time.Hour)
	if got, ok := a.DueAlarm(soon(c.Read().Wall, ends)); !ok || got.Step != alarm.StepDays {
		t.Errorf("%+v, %v", got, ok)
	}
}
