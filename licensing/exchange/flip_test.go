package exchange

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/licensing/terms"
)

// outcome reads, verifies and decodes a file: the verified documents, or the state that names what is wrong.
func outcome(t *testing.T, file []byte) ([]any, terms.State) {
	t.Helper()
	found, err := Read("license.hflic", file)
	if err != nil {
		return nil, stateOf(t, err)
	}
	var docs []any
	for _, f := range found {
		for _, e := range f.Bundle.Envelopes {
			v, err := verified(e)
			if err != nil {
				return nil, stateOf(t, err)
			}
			docs = append(docs, v)
		}
	}
	return docs, ""
}

// named are the states by which damage may be reported.
var named = map[terms.State]bool{
	terms.StateFileCut: true, terms.StateFileChanged: true, terms.StateFileEmpty: true, terms.StateFileTooNew: true,
	terms.StateFileUnreadable: true, terms.StateFileOtherKind: true, terms.StateFileUnknownSender: true,
}

func checkDamaged(t *testing.T, want []any, damaged []byte, what string, at int) (repaired bool) {
	t.Helper()
	docs, state := outcome(t, damaged)
	if state != "" {
		if !named[state] {
			t.Errorf("%s at byte %d: state %q", what, at, state)
		}
		return false
	}
	if diff := cmp.Diff(want, docs); diff != "" {
		t.Errorf("%s at byte %d gives another document: %s", what, at, diff)
	}
	return true
}

// Scorecard R4, over a license file with its profile: every byte flipped in one bit, set to zero, lost,
// doubled, and the file cut there. Whatever happens is named, or repaired to the very same documents.
func TestDamageToAnyByteIsNamedOrRepaired(t *testing.T) {
	if raceEnabled {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	file := licenseFile(t)
	if testing.Short() {
		file = smallFile(t)
	}
	want, state := outcome(t, file)
	if state != "" {
		t.Fatal(state)
	}
	repaired, points := 0, 0
	try := func(damaged []byte, what string, at int) {
		points++
		if checkDamaged(t, want, damaged, what, at) {
			repaired++
		}
	}
	for i := range file {
		flipped := bytes.Clone(file)
		flipped[i] ^= 1 << (i % 8)
		try(flipped, "flip", i)
		zeroed := bytes.Clone(file)
		zeroed[i] = 0
		try(zeroed, "zero", i)
		try(append(bytes.Clone(file[:i]), file[i+1:]...), "lost byte", i)
		try(append(bytes.Clone(file[:i+1]), file[i:]...), "doubled byte", i)
		if _, state := outcome(t, file[:i]); state != "" {
			// A cut file is said to be cut, and to be empty when nothing is left.
			if want := terms.StateFileCut; state != want && !(i == 0 && state == terms.StateFileEmpty) {
				t.Errorf("cut at byte %d: %q", i, state)
			}
		}
		points++
	}
	t.Logf("%d points, %d repaired", points, repaired)
}

// Without armor there are no check words: then every flip must be caught by strict reading or by the signature.
func TestDamageToABundleWithoutArmorIsNamedOrHarmless(t *testing.T) {
	if raceEnabled {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	file := must(Read("", smallFile(t)))[0].Raw
	want, _ := outcome(t, file)
	for i := range file {
		for bit := range 8 {
			flipped := bytes.Clone(file)
			flipped[i] ^= 1 << bit
			checkDamaged(t, want, flipped, "flip", i)
		}
	}
}
