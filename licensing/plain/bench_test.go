package plain

import (
	"testing"

	"holdfast/licensing/terms"
)

// What a command pays once: reading English.
func BenchmarkFirstSpeakerOfAProcess(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := build(base); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNextSpeaker(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New("en"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSayActiveOffline(b *testing.B) {
	s := speaker(b, "en")
	f := sample(terms.StateActiveOffline)
	b.ReportAllocs()
	for b.Loop() {
		s.Say(f, now, berlin)
	}
}
