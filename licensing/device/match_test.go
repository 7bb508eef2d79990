package device

import (
	"encoding/base64"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"holdfast/licensing/exchange"
)

var hintKey = []byte("0123456789abcdef0123456789abcdef")

// office is an ordinary computer.
func office() map[string][]string {
	return map[string][]string{
		KindMachine: {"3d1219c7c4c5404aaa1f6d2a48adfda4"}, KindVolume: {"0b1c-11", "0b1c-12"},
		KindDisk: {"naa.5002538e40b1c0de"}, KindMAC: {"f0:de:f1:00:00:01"},
		KindBoard: {"acme tower 5"}, KindCPU: {"acme 4 cores"}, KindMemory: {"16384 MiB"},
	}
}

// container shows little.
func container() map[string][]string {
	return map[string][]string{KindMachine: {"77aa"}, KindCPU: {"acme 4 cores"}}
}

// virtual is a machine without a part that no other has.
func virtual() map[string][]string {
	return map[string][]string{
		KindMachine: {"99bb"}, KindVolume: {"0b1c-99"}, KindBoard: {"acme virtual machine"}, KindCPU: {"acme 4 cores"}, KindMemory: {"4096 MiB"},
	}
}

func hintsOf(m map[string][]string) []exchange.Hint {
	var facts []Fact
	for k, values := range m {
		for _, v := range values {
			facts = append(facts, Fact{Kind: k, Value: v})
		}
	}
	return Blind(facts, hintKey)
}

// with returns m with other values: pairs of kind and value, "" removes the kind.
func with(m map[string][]string, pairs ...string) map[string][]string {
	m = maps.Clone(m)
	for i := 0; i < len(pairs); i += 2 {
		delete(m, pairs[i])
		if pairs[i+1] != "" {
			m[pairs[i]] = []string{pairs[i+1]}
		}
	}
	return m
}

func TestMatchTellsTheSameComputerFromAnother(t *testing.T) {
	for name, c := range map[string]struct {
		old, now map[string][]string
		ok       bool
	}{
		"unchanged":             {office(), office(), true},
		"system installed anew": {office(), with(office(), KindMachine, "new", KindVolume, "new"), true},
		"new disk and system":   {office(), with(office(), KindMachine, "new", KindVolume, "new", KindDisk, "new"), true},
		"new mainboard":         {office(), with(office(), KindMAC, "f0:de:f1:00:00:02", KindBoard, "acme tower 6", KindCPU, "acme 8 cores"), true},
		"more memory":           {office(), with(office(), KindMemory, "32768 MiB"), true},
		"network card asleep":   {office(), with(office(), KindMAC, ""), true},
		"copied image in another computer of the same model": {office(), with(office(), KindDisk, "other", KindMAC, "other"), false},
		"another computer of the same model":                 {office(), with(office(), KindMachine, "o", KindVolume, "o", KindDisk, "o", KindMAC, "o"), false},
		"another computer":                                   {office(), container(), false},
		"only the machine id":                                {office(), map[string][]string{KindMachine: office()[KindMachine]}, false},
		"nothing can be read":                                {office(), nil, false},
		"nothing was known":                                  {nil, office(), false},
		"container unchanged":                                {container(), container(), true},
		"container that shows more now":                      {container(), with(container(), KindMemory, "4096 MiB"), true},
		"container on another processor":                     {container(), with(container(), KindCPU, "acme 8 cores"), false},
		"container with another machine id":                  {container(), with(container(), KindMachine, "78"), false},
		"machine id alone, before and now":                   {with(container(), KindCPU, ""), with(container(), KindCPU, ""), false},
		"virtual machine with more memory":                   {virtual(), with(virtual(), KindMemory, "8192 MiB"), true},
		"virtual machine moved to another host":              {virtual(), with(virtual(), KindCPU, "acme 8 cores", KindMemory, "8192 MiB"), true},
		"virtual machine of the same model":                  {virtual(), with(virtual(), KindMachine, "other"), false},
		"virtual machine installed anew":                     {virtual(), with(virtual(), KindMachine, "other", KindVolume, "other"), false},
	} {
		same, total, ok := Match(hintsOf(c.old), hintsOf(c.now))
		if ok != c.ok {
			t.Errorf("%s: %d of %d, same computer %v; want %v", name, same, total, ok, c.ok)
		}
	}
}

func TestCompareNamesWhatChanged(t *testing.T) {
	l := Compare(hintsOf(office()), hintsOf(with(office(), KindMemory, "32768 MiB", KindDisk, "new")))
	if !slices.Equal(l.Changed, []string{KindDisk, KindMemory}) || len(l.Kept) != 5 || l.Total-l.Same != 4 {
		t.Errorf("%+v", l)
	}
}

func TestHintsTellNothingWithoutTheVendorsKey(t *testing.T) {
	mine, theirs := Blind(facts(office()), hintKey), Blind(facts(office()), []byte("another vendor's key of 32 bytes"))
	if len(mine) != len(theirs) || len(mine) == 0 {
		t.Fatalf("%d and %d hints", len(mine), len(theirs))
	}
	if same, _, ok := Match(mine, theirs); same != 0 || ok {
		t.Errorf("two vendors see %d in common", same)
	}
	for _, h := range mine {
		b, err := base64.StdEncoding.DecodeString(h.Digest)
		if err != nil || len(b) != 16 {
			t.Errorf("digest %q", h.Digest)
		}
	}
	// The value does not move between kinds: the digest covers both.
	a := Blind([]Fact{{KindDisk, "same"}}, hintKey)[0].Digest
	if b := Blind([]Fact{{KindMAC, "same"}}, hintKey)[0].Digest; a == b {
		t.Error("two kinds have the same digest")
	}
}

func facts(m map[string][]string) []Fact {
	var all []Fact
	for k, values := range m {
		for _, v := range values {
			all = append(all, Fact{k, v})
		}
	}
	return all
}

func TestPlaceholdersOfMakersAreNoFacts(t *testing.T) {
	for _, v := range []string{"", "  ", "None", "To Be Filled By O.E.M.", "Default string", "00000000-0000-0000-0000-000000000000", "00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF", "03000200-0400-0500-0006-000700080009"} {
		if got := Clean([]Fact{{KindSystem, v}}); len(got) != 0 {
			t.Errorf("%q counts as a fact", v)
		}
	}
	if got := Clean([]Fact{{KindBoard, " ACME\tTower  5 "}, {"colour", "green"}}); len(got) != 1 || got[0].Value != "acme tower 5" {
		t.Errorf("%v", got)
	}
}

func genHints(t *rapid.T, name string) []exchange.Hint {
	all := slices.Sorted(maps.Keys(kinds))
	m := map[string][]string{}
	for _, k := range rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, len(all), rapid.ID).Draw(t, name) {
		m[k] = rapid.SliceOfN(rapid.SampledFrom([]string{"v1", "v2", "v3"}), 1, 2).Draw(t, name+" "+k)
	}
	return hintsOf(m)
}

func TestMatchKeepsItsRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, now := genHints(t, "old"), genHints(t, "now")
		same, total, ok := Match(old, now)
		l := Compare(old, now)
		if same < 0 || same > total {
			t.Fatalf("%d of %d", same, total)
		}
		if ok && (2*same < total || len(l.Kept) < 2 || slices.Equal(l.Kept, []string{KindMachine})) {
			t.Fatalf("%d of %d by %v is enough", same, total, l.Kept)
		}
		// What a sender writes as a weight, the order and doubles decide nothing.
		forged := slices.Concat(now, now)
		slices.Reverse(forged)
		for i := range forged {
			forged[i].Weight = 1000
		}
		if s, n, k := Match(old, forged); s != same || n != total || k != ok {
			t.Fatalf("%d of %d, %v; with forged weights %d of %d, %v", same, total, ok, s, n, k)
		}
		// Kinds that this build does not know decide nothing.
		if s, n, k := Match(append(slices.Clone(old), exchange.Hint{Kind: "colour", Weight: 9, Digest: "x"}), now); s != same || n != total || k != ok {
			t.Fatal("an unknown kind counts")
		}
		// Seeing one more kind agree never turns a match into none.
		for _, kind := range l.Changed {
			more := slices.Concat(now, slices.DeleteFunc(slices.Clone(old), func(h exchange.Hint) bool { return h.Kind != kind }))
			if s, _, k := Match(old, more); s <= same || ok && !k {
				t.Fatalf("%s agrees too, and %d becomes %d, %v becomes %v", kind, same, s, ok, k)
			}
		}
	})
}

func TestComputerWithTwoKindsMatchesItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hints := genHints(t, "hints")
		l := Compare(hints, hints)
		if l.Same != l.Total || len(l.Changed) != 0 {
			t.Fatalf("%+v", l)
		}
		identifying := slices.ContainsFunc(l.Kept, func(k string) bool { return kinds[k].unique || k == KindMachine })
		if want := len(l.Kept) >= 2 && identifying; l.OK != want {
			t.Fatalf("%v matches itself: %v, want %v", l.Kept, l.OK, want)
		}
	})
}
