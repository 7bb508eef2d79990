package terms_test

import (
	"fmt"
	"time"

	"holdfast/licensing/terms"
)

// A license is evaluated for any time; asking for a later one is how the simulator works.
func ExampleEvaluate() {
	policy, err := terms.ParsePolicy([]byte(`
schema: holdfast.policy/v1
version: 1
product: {id: acmecad, name: AcmeCAD Pro}
features:
  edit: {name: Edit drawings}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	policy = policy.WithDefaults()
	issued := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	starts, ends, err := policy.Window(issued)
	if err != nil {
		fmt.Println(err)
		return
	}
	facts := terms.Facts{
		Device: terms.Device{ID: "this", Proven: true},
		Licenses: []terms.Held{{License: terms.License{
			Serial: "4711", Binding: terms.BoundToDevice, Device: &terms.BoundDevice{ID: "this"}, Issued: issued, Starts: starts, Ends: ends, Policy: policy,
		}}},
	}
	for _, days := range []int{100, 320, 370, 400} {
		v := terms.Evaluate(facts, terms.Query{Product: "AcmeCAD", Feature: "edit"}, issued.AddDate(0, 0, days))
		allowed, why := v.Allowed()
		fmt.Println(v.At.Format(time.DateOnly), allowed, why.State)
	}
	// Output:
	// 2026-06-22 true active
	// 2027-01-28 true ending_soon
	// 2027-03-19 true grace_renewal
	// 2027-04-18 false expired
}
