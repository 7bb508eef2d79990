package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func mustOpenJournal(t testing.TB, dir string, key [32]byte, o Options) *Journal {
	t.Helper()
	j, rec, err := OpenJournal(dir, key, o)
	if err != nil || !reflect.DeepEqual(rec, Recovery{}) {
		t.Fatalf("open: %+v, %v", rec, err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func TestEventsComeBackAsTheyWereRecorded(t *testing.T) {
	dir := t.TempDir()
	full := benchEvent()
	full.At = full.At.In(time.FixedZone("somewhere", 7200))
	want := []Event{full, {Kind: "only a kind"}, testEvent(3)}
	want[0].At = want[0].At.UTC()
	j := mustOpenJournal(t, dir, journalKey, options())
	for _, e := range want {
		if _, err := j.Record(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = mustOpenJournal(t, dir, journalKey, options())
	var got []Event
	if err := j.Replay(0, func(seq uint64, e Event) error {
		if got = append(got, e); int(seq) != len(got) {
			t.Errorf("event %d has number %d", len(got), seq)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	if rep, err := VerifyJournal(dir, journalKey, options()); err != nil || !rep.OK() || rep.Entries != 3 {
		t.Fatalf("verify: %+v, %v", rep, err)
	}
}

func TestNothingOfAnEventIsReadableOnDisk(t *testing.T) {
	dir := t.TempDir()
	j := mustOpenJournal(t, dir, journalKey, options())
	if _, err := j.Record(context.Background(), Event{Kind: "secretkind", Reason: "secretreason", Data: json.RawMessage(`"secretdata"`)}); err != nil {
		t.Fatal(err)
	}
	for name, data := range snapshot(t, dir) {
		for _, secret := range []string{"secret", "kind", "reason"} {
			if strings.Contains(data, secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
}

func TestAnotherKeyOrAnotherPlaceOpensNothing(t *testing.T) {
	dir := t.TempDir()
	j := mustOpenJournal(t, dir, journalKey, options())
	e, err := j.Record(context.Background(), testEvent(1))
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]sealer{"key": sealerFor(t, [32]byte{1}, options().ID), "ledger": sealerFor(t, journalKey, "other")} {
		if _, err := s.event(e); err == nil {
			t.Errorf("another %s opens it", name)
		}
	}
	moved := e
	moved.Seq++
	if _, err := j.seal.event(moved); err == nil {
		t.Error("it opens in another place")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = mustOpenJournal(t, dir, [32]byte{1}, options())
	err = j.Replay(0, func(uint64, Event) error { t.Error("an event was passed"); return nil })
	var damage *DamageError
	if !errors.Is(err, ErrKey) || !errors.As(err, &damage) || len(damage.Findings) != 1 || damage.Findings[0].Seq != 1 {
		t.Errorf("replay: %v", err)
	}
	if rep, err := VerifyJournal(dir, [32]byte{1}, options()); err != nil || rep.OK() {
		t.Errorf("verify: %+v, %v", rep, err)
	}
	if _, err := j.Record(context.Background(), Event{}); err == nil {
		t.Error("an event without a kind was taken")
	}
}

func sealerFor(t *testing.T, key [32]byte, id string) sealer {
	t.Helper()
	s, err := newSealer(key, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryEventSurvivesEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		e := Event{
			At:   time.Unix(rapid.Int64Range(-1e9, 1e10).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC(),
			Kind: rapid.StringN(1, 30, -1).Draw(t, "kind"), Reason: text.Draw(t, "reason"), Authority: text.Draw(t, "authority"),
			License: text.Draw(t, "license"), Vendor: text.Draw(t, "vendor"), Document: text.Draw(t, "document"),
		}
		b, err := encodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeEvent(b)
		if err != nil || !cmp.Equal(got, e) {
			t.Fatalf("%s came back as %+v, %v", b, got, err)
		}
	})
}

func TestALaterEventFormatIsRefused(t *testing.T) {
	if _, err := decodeEvent([]byte(`{"v":2,"kind":"import"}`)); !errors.Is(err, ErrTooNew) {
		t.Errorf("got %v", err)
	}
	for _, bad := range []string{``, `null`, `{}`, `{"v":1}`, `{"v":0,"kind":"x"}`, `{"v":1,"kind":7}`, `[]`} {
		if e, err := decodeEvent([]byte(bad)); err == nil {
			t.Errorf("%q is taken as %+v", bad, e)
		}
	}
	if e, err := decodeEvent([]byte(`{"v":1,"kind":"x","later":[1]}`)); err != nil || e.Kind != "x" {
		t.Errorf("an unknown field: %+v, %v", e, err)
	}
}
