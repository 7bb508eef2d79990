package link

import "testing"

func TestWindowsSaysWhatTheWayCosts(t *testing.T) {
	for range 3 { // each sets COM up anew
		if _, err := cost(); err != nil {
			t.Fatal(err)
		}
	}
}
