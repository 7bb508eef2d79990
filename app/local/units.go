package local

import (
	"encoding/json"
	"fmt"
	"net/http"

	"holdfast/licensing/client/endpoint"
)

// badUnits names the first event of a request for usage whose units are no whole number above 0; nil when there is none.
func badUnits(body []byte) error {
	var q struct {
		Events []struct {
			Units json.RawMessage `json:"units"`
		} `json:"events"`
	}
	if json.Unmarshal(body, &q) != nil {
		return nil
	}
	for i, e := range q.Events {
		var units int64
		if json.Unmarshal(e.Units, &units) != nil || units <= 0 {
			return &Refusal{http.StatusBadRequest, endpoint.CodeMalformed, fmt.Sprintf("events[%d].units: not a whole number above 0", i)}
		}
	}
	return nil
}
