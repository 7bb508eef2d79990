package issuer_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

func TestAReinstalledComputerKeepsItsPlace(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 1})
	v := d.trusted(t)
	old := newComputer(t, 1)
	d.answer(t, old.request(t, v, made.Key, 1))
	d.now = d.now.AddDate(0, 0, 3)
	fresh := computer{newComputer(t, 2).Key, slices.Clone(old.facts)}
	fresh.facts[0].Value = "machine-00000000000000000000000000009999" // a new installation has another id
	if a := d.answer(t, fresh.request(t, v, made.Key, 2)); a.Refused {
		t.Fatalf("the reinstalled computer was refused: %s", a.Reason)
	}
	l, err := d.License(made.Serial)
	if err != nil || l.Used != 1 || l.InUse[0].Code != fresh.Code() || !l.InUse[0].Since.Equal(monday) {
		t.Errorf("places: %+v, %v", l.InUse, err)
	}
	// The old key may come back from a backup: still the same computer.
	if a := d.answer(t, old.request(t, v, made.Key, 3)); a.Refused {
		t.Error("the restored computer was refused")
	}
}

func TestACopiedDiskImageInAnotherComputerTakesAPlaceOfItsOwn(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 2})
	v := d.trusted(t)
	first := newComputer(t, 1)
	d.answer(t, first.request(t, v, made.Key, 1))
	clone := newComputer(t, 2)
	clone.facts[0] = first.facts[0] // same installation, same model, other parts
	d.answer(t, clone.request(t, v, made.Key, 2))
	if l, err := d.License(made.Serial); err != nil || l.Used != 2 {
		t.Errorf("%d places, %v", l.Used, err)
	}
}

func TestALabelCarriesNoCommandsToATerminal(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	nasty := func(r *exchange.Request) { r.Device.Label = "lab\x1b[2J\u202e 7\r\n" + strings.Repeat("ö", 100) }
	d.answer(t, newComputer(t, 1).request(t, v, made.Key, 1, nasty))
	l, err := d.License(made.Serial)
	if err != nil || l.InUse[0].Label != "lab[2J 7"+strings.Repeat("ö", 52) {
		t.Errorf("label %q, %v", l.InUse[0].Label, err)
	}
}

// TestPlacesAreNeverExceeded lets computers ask, ask again, be reinstalled and renewed in any order, and compares with a
// simple model: the set of computers that got in while there was room.
func TestPlacesAreNeverExceeded(t *testing.T) {
	d := newDesk(t)
	rapid.Check(t, func(rt *rapid.T) {
		places := rapid.IntRange(1, 4).Draw(rt, "places")
		made := d.license(rt, issuer.NewLicense{Places: places})
		v := d.trusted(rt)
		machines := make([]computer, 6)
		for i := range machines {
			machines[i] = newComputer(rt, i+1)
		}
		inside := map[int]bool{}
		answered := map[string][]byte{}
		var asked []exchange.Envelope
		newest := 1
		for step := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			i := rapid.IntRange(0, len(machines)-1).Draw(rt, "machine")
			switch rapid.IntRange(0, 4).Draw(rt, "what") {
			case 0: // reinstalled: another key in the same machine
				machines[i].Key = newComputer(rt, 1000*(step+1)+i).Key
			case 1:
				d.reopen(rt)
			case 2: // an old request once more
				if len(asked) > 0 {
					e := asked[rapid.IntRange(0, len(asked)-1).Draw(rt, "which")]
					if a := d.answer(rt, e); !a.Again || !bytes.Equal(a.File, answered[e.Payload]) {
						rt.Fatal("the same request got other bytes")
					}
				}
			case 3:
				r, err := d.Renew(t.Context(), made.Serial, fmt.Sprint(step))
				if err != nil || len(r.Files) != len(inside) {
					rt.Fatalf("renewed for %d computers, %d hold a place: %v", len(r.Files), len(inside), err)
				}
				for _, f := range r.Files {
					newest = grows(rt, newest, opened(rt, f.File, v))
				}
			default:
				e := machines[i].request(rt, v, made.Key, step)
				a := d.answer(rt, e)
				asked, answered[e.Payload] = append(asked, e), a.File
				if room := inside[i] || len(inside) < places; a.Refused == room {
					rt.Fatalf("refused: %v, with %d of %d places taken, this one: %v", a.Refused, len(inside), places, inside[i])
				}
				r := opened(rt, a.File, v)
				if a.Refused {
					if n := len(r.Parts[0].Refusal.InUse); n != places {
						rt.Fatalf("the refusal lists %d computers of %d", n, places)
					}
					continue
				}
				inside[i] = true
				newest = grows(rt, newest, r)
			}
			l, err := d.License(made.Serial)
			if err != nil || l.Used != len(inside) || l.Used > places {
				rt.Fatalf("%d places used of %d, the model says %d: %v", l.Used, places, len(inside), err)
			}
		}
	})
}

func grows(t fataler, newest int, r exchange.Response) int {
	t.Helper()
	l := r.Parts[0].License
	if l.Version <= newest || l.Binding != terms.BoundToDevice {
		t.Fatalf("version %d after %d, binding %s", l.Version, newest, l.Binding)
	}
	return l.Version
}
