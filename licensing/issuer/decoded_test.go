package issuer

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"holdfast/licensing/terms"
)

func TestALicenseIsReadAsItWasWritten(t *testing.T) {
	for _, site := range []string{"", "plant-2"} {
		rec := licenseRecord{Serial: "A", Version: 3, Places: 2, Policy: terms.Policy{Product: terms.Product{ID: "cad", Name: terms.Plain("CAD")}}.WithDefaults()}
		rec.Policy.Devices.Site = site
		b, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // read, and remembered
			var got, want licenseRecord
			if err := decode(b, &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &want); err != nil {
				t.Fatal(err)
			}
			if want.policySum, err = sumOf(want.Policy); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, not %+v", got, want)
			}
		}
	}
	for _, bad := range []string{"", `{"policy":`, `{"policy":[]}`, `{"serial":1,"policy":{}}`} {
		if err := decode([]byte(bad), new(licenseRecord)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if err := decode([]byte(`{"serial":"A"}`), new(licenseRecord)); err != nil {
		t.Errorf("a license without a policy: %v", err)
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	reads := 0
	d := decoded[int]{most: 100, read: func(text []byte) (int, error) { reads++; return len(text), nil }}
	for i := range 1000 {
		if n, err := d.of(fmt.Append(nil, "text ", i%30)); err != nil || n < 6 {
			t.Fatal(n, err)
		}
		{
			size := 0
			for text := range d.known {
				size += len(text)
			}
			if size > 100 || size != d.size {
				t.Fatalf("%d bytes are remembered, counted as %d", size, d.size)
			}
		}
	}
	if d.known = nil; reads == 0 {
		t.Fatal("nothing was read")
	}
	reads, d.size = 0, 0
	for range 10 {
		_, _ = d.of([]byte("the same"))
	}
	_, _ = d.of(make([]byte, 101))
	_, _ = d.of(make([]byte, 101))
	if reads != 3 {
		t.Errorf("%d readings of one short text and twice a long one", reads)
	}
}
