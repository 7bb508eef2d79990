package issuer_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// labelled adds the name of the computer to a file, as level computer does.
func labelled(u *exchange.Usage) { u.Device.Label, u.Level = "drawing office 3", usage.LevelComputer }

func TestACustomersUsageIsHandedOutWholeAndErasedWithoutBreakingTheChain(t *testing.T) {
	d := newDesk(t)
	a, b := d.agent(t, 1), d.agent(t, 2)
	d.known(t, a)
	b.use(4) // nobody's
	d.receive(t, b.export())
	a.use(10)
	got := d.receive(t, a.export(labelled))
	a.take(got.File)
	all, err := d.CustomerUsage("8812")
	if err != nil || len(all.Ledgers) != 1 || all.Ledgers[0].Label != "drawing office 3" || len(all.Ledgers[0].Days) != 1 || all.Ledgers[0].Days[0].Units != 10 {
		t.Fatalf("export %+v, %v", all, err)
	}
	_, err = d.CustomerUsage("nobody")
	wantCode(t, err, issuer.CodeNobody, 2)
	_, err = d.EraseUsage(t.Context(), "8812", "J. Doe", " ")
	wantCode(t, err, issuer.CodeValue, 2)
	if !contains(tree(t, d.dir), "drawing office 3") {
		t.Error("the name was never in the store")
	}
	x, err := d.EraseUsage(t.Context(), "8812", "J. Doe", "Asked for")
	if err != nil || x.Days != 1 || x.Labels != 1 {
		t.Errorf("erased %+v, %v", x, err)
	}
	d.reopen(t)
	if n := d.units(t, issuer.UsageFilter{}); n != 4 {
		t.Errorf("%d units are left", n)
	}
	all, err = d.CustomerUsage("8812")
	if err != nil || len(all.Erasures) != 1 || all.Erasures[0].Agent != "J. Doe" || len(all.Ledgers) != 1 || len(all.Ledgers[0].Days) != 0 {
		t.Errorf("afterwards %+v, %v", all, err)
	}
	b8812, err := json.Marshal(all)
	if err != nil || bytes.Contains(b8812, []byte("drawing")) {
		t.Errorf("the name is still there: %v", err)
	}
	if contains(tree(t, d.dir), "drawing office 3") {
		t.Error("the name can still be found in the file of the store")
	}
	a.use(2) // the chain goes on, and totals stay cumulative
	if got := d.receive(t, a.export()); got.Receipt.New != 2 || got.Receipt.Entries != 12 || len(got.Receipt.Findings) > 0 {
		t.Errorf("afterwards %+v", got.Receipt)
	}
	if n := d.units(t, issuer.UsageFilter{Customer: "8812"}); n != 2 {
		t.Errorf("%d units of the customer", n)
	}
}

func TestDaysGoWhenTheirTimeIsOver(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	d.known(t, a)
	a.use(10)
	a.take(d.receive(t, a.export()).File)
	d.now = d.now.AddDate(0, 0, 100)
	a.now = d.now
	a.use(5)
	a.take(d.receive(t, a.export()).File)
	if keep, _, err := d.Keeping(); err != nil || keep.Lasts() {
		t.Errorf("kept %v, %v", keep, err)
	}
	_, err := d.KeepUsage(t.Context(), terms.Length{}, "J. Doe")
	wantCode(t, err, issuer.CodeValue, 2)
	n, err := d.KeepUsage(t.Context(), terms.Days(90), "J. Doe")
	if err != nil || n != 1 || d.units(t, issuer.UsageFilter{}) != 5 {
		t.Errorf("%d erased, %d units left, %v", n, d.units(t, issuer.UsageFilter{}), err)
	}
	keep, before, err := d.Keeping()
	if err != nil || keep != terms.Days(90) || before.IsZero() || before.After(d.now.AddDate(0, 0, -89)) {
		t.Errorf("kept %v, before %s, %v", keep, before, err)
	}
	d.now = d.now.AddDate(0, 0, 120) // later days go with the next file
	a.now = d.now
	a.use(1)
	got := d.receive(t, a.export())
	if n := d.units(t, issuer.UsageFilter{}); n != 1 || got.Receipt.Entries != 16 {
		t.Errorf("%d units left, %+v", n, got.Receipt)
	}
	d.reopen(t)
	all, err := d.CustomerUsage("8812")
	if err != nil || len(all.Erasures) != 2 || all.Keep != terms.Days(90) || all.Erasures[1].At.Sub(all.Erasures[0].At) < time.Hour {
		t.Errorf("export %+v, %v", all, err)
	}
}
