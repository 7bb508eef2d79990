package views

import (
	"testing"
	"time"

	"holdfast/licensing/terms"
)

func TestTheEndOfALicenseIsNamedBeforeTheSilenceOfItsVendor(t *testing.T) {
	v := voiceOf(t, "en", time.UTC)
	ends := terms.Event{Name: terms.EventLicenseEnds}
	silent := terms.Event{Name: terms.EventSilent}
	if got := v.markName(terms.ProductVerdict{}, moment{Events: []terms.Event{ends, silent}}); got != "License ends" {
		t.Errorf("both: %q", got)
	}
	if got := v.markName(terms.ProductVerdict{}, moment{Events: []terms.Event{silent}}); got != "Vendor silent for long" {
		t.Errorf("silence alone: %q", got)
	}
}
