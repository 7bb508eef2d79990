package local

import (
	"errors"
	"testing"

	"holdfast/licensing/client/endpoint"
)

func TestARefusalNamesTheEventWhoseUnitsAreNoWholeNumberAboveZero(t *testing.T) {
	for body, want := range map[string]string{
		`{"schema_version":1,"events":[{"product":"a","meter":"m","units":1},{"product":"a","meter":"m","units":1.5}]}`: "events[1].units",
		`{"schema_version":1,"events":[{"product":"a","meter":"m","units":"3"}]}`:                                       "events[0].units",
		`{"schema_version":1,"events":[{"product":"a","meter":"m"}]}`:                                                   "events[0].units",
		`{"schema_version":1,"events":[{"product":"a","meter":"m","units":99999999999999999999}]}`:                      "events[0].units",
		`{"schema_version":1,"events":[{"product":"a","meter":"m","units":2},{"product":"a","meter":"m","units":-1}]}`:  "events[1].units",
		`{"events":[{"product":"a","meter":"m","units":1}]}`:                                                            "schema_version",
		`{"schema_version":1,"events":[{"product":7,"meter":"m","units":1}]}`:                                           "Bad Request",
	} {
		_, err := (&service{}).usage(t.Context(), []byte(body))
		var r *Refusal
		if !errors.As(err, &r) || r.Status != 400 || len(r.Text) < len(want) || r.Text[:len(want)] != want {
			t.Errorf("%s: %+v, want %q", body, r, want)
		}
		if missing := want == "schema_version"; missing != (r != nil && r.Code == endpoint.CodeNoVersion) {
			t.Errorf("%s: %+v", body, r)
		}
	}
}
