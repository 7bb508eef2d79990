package terms

// Plus is the verdict after units more were recorded, in the units that are recorded, within the same period. Of a peak they are
// the number in use at once. It saves judging a home anew for every use; dates stay as they are.
func (v MeterVerdict) Plus(units int64) MeterVerdict {
	per := meterTerms{Meter: Meter{Kind: v.Kind, Unit: v.Unit}}.perUnit()
	if v.Kind == "peak" {
		v.Used = max(v.Used, units)
	} else {
		v.Used = sumOf(v.Used, units/per)
	}
	if v.Included == 0 {
		return v
	}
	v.Left, v.Over = max(0, v.Included-v.Used), max(0, v.Used-v.Included)
	switch {
	case v.Left == 0:
		v.State, v.Stops = StateQuotaUsed, v.Overage == "stop"
	case v.State == "" && !v.RunsOut.IsZero() && float64(v.Used) >= 0.8*float64(v.Included):
		v.State = StateQuotaLow
	}
	return v
}
