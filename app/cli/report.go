package cli

import (
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

type reportJSON struct {
	State     terms.State `json:"state,omitempty"`
	Text      string      `json:"text,omitempty"`
	ForHere   int         `json:"for_here"`
	ForOthers int         `json:"for_others"`
	Items     []itemJSON  `json:"items"`
}

type itemJSON struct {
	Source   string        `json:"source"`
	Name     string        `json:"name,omitempty"`
	Kind     exchange.Kind `json:"kind,omitempty"`
	Vendor   string        `json:"vendor,omitempty"`
	Root     string        `json:"root,omitempty"`
	Words    string        `json:"words,omitempty"`
	Repaired []string      `json:"repaired,omitempty"`
	Issued   time.Time     `json:"issued,omitzero"`
	State    terms.State   `json:"state,omitempty"`
	Tone     terms.Tone    `json:"tone,omitempty"`
	jsonAnswers
	Usable     bool         `json:"usable"`
	Taken      bool         `json:"taken"`
	ForOther   bool         `json:"for_other,omitempty"`
	NeedsTrust bool         `json:"needs_trust,omitempty"`
	RootWords  []string     `json:"root_words,omitempty"`
	URLs       []string     `json:"urls,omitempty"`
	NeedsYes   bool         `json:"needs_yes,omitempty"`
	License    *licenseJSON `json:"license,omitempty"`
	Changes    []changeJSON `json:"changes,omitempty"`
	Documents  []string     `json:"documents,omitempty"`
	// Usage is the signed face of a usage file, Receipt what a vendor confirms.
	Usage   *exchange.Usage   `json:"usage,omitempty"`
	Receipt *exchange.Receipt `json:"receipt,omitempty"`
}

type licenseJSON struct {
	Serial  string        `json:"serial"`
	Version int           `json:"version"`
	Product string        `json:"product"`
	Binding terms.Binding `json:"binding"`
	Device  string        `json:"device,omitempty"`
	Issued  time.Time     `json:"issued,omitzero"`
	Starts  time.Time     `json:"starts,omitzero"`
	Ends    time.Time     `json:"ends,omitzero"`
}

type changeJSON struct {
	Sign    string    `json:"sign"`
	Code    string    `json:"code"`
	Product string    `json:"product,omitempty"`
	Name    string    `json:"name,omitempty"`
	Until   time.Time `json:"until,omitzero"`
	Was     time.Time `json:"was,omitzero"`
	New     bool      `json:"new,omitempty"`
}

func (s *session) reportJSON(rep licensing.Report, at time.Time, inside bodies) reportJSON {
	j := reportJSON{State: rep.Finding.State, ForHere: rep.ForHere, ForOthers: rep.ForOthers, Items: []itemJSON{}}
	if rep.Finding.State != "" {
		j.Text = s.tell(rep.Finding, at).Headline
	}
	for _, it := range rep.Items {
		i := itemJSON{
			Source: it.Source, Name: it.Name, Kind: it.Kind, Vendor: it.Vendor, Root: it.Root, Words: it.Words, Repaired: it.Repaired,
			Issued: it.Issued.UTC(), State: it.Finding.State, Tone: it.Finding.Tone, jsonAnswers: answersJSON(s.itemAnswers(it, at)),
			Usable: it.Usable, Taken: it.Taken, ForOther: it.ForOther, NeedsTrust: it.NeedsTrust, RootWords: it.RootWords, URLs: it.URLs, NeedsYes: it.NeedsYes,
			Documents: it.Documents, Usage: inside.usage(it), Receipt: inside.receipt(it),
		}
		if l := it.License; l != nil {
			i.License = &licenseJSON{Serial: l.Serial, Version: l.Version, Product: l.Policy.Product.ID, Binding: l.Binding, Issued: l.Issued, Starts: l.Starts, Ends: l.Ends}
			if l.Device != nil {
				i.License.Device = l.Device.Code
			}
		}
		for _, c := range it.Changes {
			i.Changes = append(i.Changes, changeJSON{
				Sign: string(c.Sign), Code: c.Code, Product: c.Product, Name: c.Name.In(s.say.Language()),
				Until: c.Until.UTC(), Was: c.Was.UTC(), New: c.New,
			})
		}
		j.Items = append(j.Items, i)
	}
	return j
}
