package desktop

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// TestStartingWithTheSessionIsARunValue puts back what was there before.
func TestStartingWithTheSessionIsARunValue(t *testing.T) {
	run, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	if before, _, err := run.GetStringValue(runValue); err == nil {
		defer func() { _ = run.SetStringValue(runValue, before) }()
	}
	s := NewStart(os.Getenv, `C:\Program Files\Holdfast\holdfastw.exe`)
	defer func() { _ = s.Set(false) }()
	if err := s.Set(true); err != nil || !s.On() {
		t.Fatalf("on: %v, %v", s.On(), err)
	}
	if got, _, err := run.GetStringValue(runValue); err != nil || got != `"C:\Program Files\Holdfast\holdfastw.exe"` {
		t.Fatalf("the value is %q, %v", got, err)
	}
	approved, _, err := registry.CreateKey(registry.CURRENT_USER, approvedKey, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	defer approved.Close()
	if err := approved.SetBinaryValue(runValue, []byte(strings.Repeat("\x03", 12))); err != nil {
		t.Fatal(err)
	}
	if s.On() {
		t.Fatal("what the Task Manager switched off counts as on")
	}
	if err := s.Set(true); err != nil || !s.On() {
		t.Fatalf("on again: %v, %v", s.On(), err)
	}
	for range 2 {
		if err := s.Set(false); err != nil || s.On() {
			t.Fatalf("off: %v, %v", s.On(), err)
		}
	}
}
