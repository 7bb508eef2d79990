package licensing

import "holdfast/licensing/terms"

// Foreseen is what MakeRequest would do.
type Foreseen struct {
	Name string // of the file; "" while this computer has no keys yet
	// Open are the ids of the open requests that it would give again or put another in place of.
	Open []string
}

// Foresee says what MakeRequest would do with the same options, and does nothing: a caller can see first whether the file can be
// written. Its errors are those of MakeRequest.
func (e *Engine) Foresee(o RequestOptions) (Foreseen, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v, err := e.askedOf(o)
	if err != nil {
		return Foreseen{}, err
	}
	a, err := e.ask(v, o)
	if err != nil {
		return Foreseen{}, err
	}
	r := e.clockRead()
	now := e.rec.Home.decision(v.Root, r)
	q := requestRecord{Kind: a.kind, Vendor: v.Root, Product: a.product, Created: now, State: terms.RequestOpen}
	var f Foreseen
	for _, open := range sortedValues(e.rec.Requests) {
		if !open.isFor(a, v.Root) || now.After(open.Until) {
			continue
		}
		f.Open = append(f.Open, open.ID)
		if open.same(a) && !e.rec.Home.provesLess(open, r) {
			q = *open
		}
	}
	if _, code := e.deviceID(); code != "" {
		f.Name = e.requestName(q)
	}
	return f, nil
}
