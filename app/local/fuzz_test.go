//go:build linux

package local

import (
	"encoding/json"
	"errors"
	"testing"

	"holdfast/licensing/client/endpoint"
)

// Whatever comes, it is answered or refused with a code of its own, and what is recorded is within the limits.
func FuzzBodiesAreAnsweredOrRefused(f *testing.F) {
	f.Add([]byte(`{"schema_version":1,"product":"acmecad","features":["edit"],"nonce":"AAAAAAAAAAAAAAAAAAAAAA=="}`))
	f.Add([]byte(`{"schema_version":1,"events":[{"product":"acmecad","meter":"renders","units":1,"id":"a"}]}`))
	f.Add([]byte(`{"schema_version":1,"events":[{"product":"","meter":"m","units":9223372036854775807}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p := &fakePrograms{}
		s := &service{programs: p}
		for _, o := range s.operations()[:2] {
			answer, err := o.answer(t.Context(), body)
			var r *Refusal
			switch {
			case err == nil && !json.Valid(answer):
				t.Errorf("%s", answer)
			case err != nil && (!errors.As(err, &r) || r.Status < 400 || r.Code == "" || r.Text == ""):
				t.Errorf("%v", err)
			}
		}
		for _, e := range p.recorded {
			if e.Units <= 0 || e.Product == "" || e.Meter == "" || len(e.ID) > endpoint.MaxID {
				t.Errorf("recorded %+v", e)
			}
		}
	})
}
