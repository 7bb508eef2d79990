package views

import (
	"os"
	"strings"
	"testing"

	"holdfast/app"
	"holdfast/licensing/reconcile"
)

// The list of what leaves has every reason that there is a text for, and every kind of thing.
func TestWhatLeavesIsListedWithEveryReason(t *testing.T) {
	b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{})
	b.w.whatLeaves()
	b.mustSay("A request or check-in holds:", "Where a license counts usage, the vendor also gets:", "Vendors are contacted for these reasons only:")
	b.mustNotSay("you decide where they go")
	data, err := os.ReadFile("../assets/translations/en/contacts.json")
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.Count(string(data), `"contact.reason.`)
	if all := b.w.v.contactReasons(); texts < 5 || len(all) != texts {
		t.Errorf("%d reasons, and texts for %d", len(all), texts)
	}
	for _, r := range []reconcile.Reason{reconcile.ReasonWindow, reconcile.ReasonNetwork, reconcile.ReasonResume} {
		b.mustSay(b.w.v.ContactReason(r))
	}
	b.mustSay("the last try did not get through", "You can switch contacts off.")
}

func TestWhatLeavesFollowsTheNetworkSetting(t *testing.T) {
	for mode, want := range map[string]string{
		app.NetworkOff: "The network is switched off for Holdfast.", app.NetworkManual: "Holdfast contacts vendors only when you ask.",
	} {
		d := &testDesk{}
		d.settings.Network = mode
		b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: d})
		b.w.whatLeaves()
		b.mustSay(want)
		b.mustNotSay("the computer woke up", "You can switch contacts off.")
	}
}
