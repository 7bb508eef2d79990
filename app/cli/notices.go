package cli

import (
	"context"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

type noticesListCmd struct{ reads }

// noticeJSON is what a vendor announced, granted or decided.
type noticeJSON struct {
	Kind       exchange.Kind `json:"kind"` // notice, extension, hold, revocation
	Type       string        `json:"type,omitempty"`
	Vendor     string        `json:"vendor"` // root
	VendorName string        `json:"vendor_name"`
	Ref        string        `json:"ref,omitempty"`
	Document   string        `json:"document"`
	Issued     time.Time     `json:"issued"`
	Taken      time.Time     `json:"taken"`
	From       time.Time     `json:"from,omitzero"`
	Until      time.Time     `json:"until,omitzero"`
	Over       bool          `json:"over"`
	Products   []string      `json:"products"`
	State      terms.State   `json:"state,omitempty"`
	Text       string        `json:"text"`
	Said       string        `json:"said,omitempty"` // in the vendor's own words
	Impact     string        `json:"impact,omitempty"`
	Prepare    string        `json:"prepare,omitempty"`
	Old        string        `json:"old,omitempty"`
	New        string        `json:"new,omitempty"`
	By         string        `json:"by,omitempty"` // who decided
	Second     string        `json:"second,omitempty"`
}

func (c *noticesListCmd) run(_ context.Context, s *session) (result, error) {
	all := s.engine.Notices()
	v := s.verdictNow()
	r := result{}
	list := []noticeJSON{}
	for _, n := range all {
		j := s.noticeJSON(n, v.At)
		list = append(list, j)
		r.page.gap()
		r.page.add(j.Text)
		told := ""
		if n.Finding.State != "" {
			a := s.tell(n.Finding, v.At)
			r.page.indent(s.four(a.Happened, a.Works, a.Do, a.By)...)
			told = a.Happened + a.Works
		}
		for _, l := range []struct{ id, text string }{
			{"cli.notices.said", j.Said},
			{"cli.notices.impact", j.Impact},
			{"cli.notices.prepare", j.Prepare},
			{"cli.notices.old", j.Old},
			{"cli.notices.new", j.New},
		} {
			if l.text != "" && !strings.Contains(told, l.text) {
				r.page.indent(s.text(l.id, map[string]any{"text": l.text}))
			}
		}
		r.page.indent(s.text("cli.notices.from", map[string]any{
			"vendor": j.VendorName, "date": s.say.Date(n.Issued, s.zone), "ref": j.Ref, "products": strings.Join(n.Products, ", "),
		}))
		if n.Over {
			r.page.indent(s.text("cli.notices.over", nil))
		}
	}
	if len(all) == 0 {
		r.page.add(s.text("cli.notices.none", nil))
	}
	r.json = map[string]any{"notices": list}
	return r, nil
}

// noticeJSON says in one line what it is about, and in the vendor's words what was said.
func (s *session) noticeJSON(n licensing.NoticeView, at time.Time) noticeJSON {
	j := noticeJSON{
		Kind: n.Kind, Vendor: n.Root, VendorName: n.Vendor, Ref: n.Ref, Document: n.Document, Issued: utc(n.Issued), Taken: utc(n.Taken),
		Over: n.Over, Products: list(n.Products), State: n.Finding.State,
	}
	in := func(t terms.Text) string { return t.In(s.say.Language()) }
	switch {
	case n.Notice != nil:
		b := n.Notice
		j.Type, j.From, j.Until, j.Said = b.Type, utc(b.From), utc(b.Until), in(b.Text)
		j.Impact, j.Prepare, j.Old, j.New = in(b.Impact), in(b.Prepare), in(b.Old), in(b.New)
	case n.Extension != nil:
		b := n.Extension
		j.Type, j.Until, j.Said, j.By, j.Second = b.What, utc(b.Until), in(b.Reason), b.Agent, b.Second
	case n.Hold != nil:
		b := n.Hold
		j.Until, j.Said = utc(b.AnswerBy), in(b.Reason)
	case n.Revocation != nil:
		b := n.Revocation
		j.From, j.Until, j.Said, j.By = utc(b.From), utc(b.Until), in(b.Reason), b.DecidedBy
	}
	if n.Finding.State != "" {
		j.Text = s.tell(n.Finding, at).Headline
		return j
	}
	kind := string(n.Kind)
	if j.Type != "" && n.Notice != nil {
		kind = j.Type
	}
	j.Text = s.text("cli.notices.kind."+kind, nil)
	if !j.From.IsZero() {
		j.Text = s.text("cli.notices.dated", map[string]any{"kind": j.Text, "date": s.say.From(j.From, at, s.zone)})
	}
	return j
}
