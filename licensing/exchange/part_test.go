package exchange

import (
	"testing"
	"time"

	"holdfast/licensing/terms"
)

func TestEachPartHoldsToTheFormatOfItsKind(t *testing.T) {
	notice := func(edit func(*Notice)) Response {
		n := Notice{ID: "N-1", Type: terms.NoticeOutage, From: issued, Ref: "N-1", Text: terms.Plain("Down.")}
		edit(&n)
		return testResponse(KindNotice, Part{Kind: KindNotice, Version: 1, Notice: &n})
	}
	extension := func(id string, edit func(*Extension)) Response {
		x := Extension{Serial: "S-1", What: terms.ExtendGrace, By: terms.Days(3), Agent: "Kim", Reason: terms.Plain("Trip")}
		edit(&x)
		return testResponse(KindExtension, Part{Kind: KindExtension, ID: id, Extension: &x})
	}
	toSite := extension("x", func(x *Extension) { x.Serial = "" })
	toSite.Audience = &Audience{Scope: "site", ID: "plant 2"}
	for name, c := range map[string]struct {
		r    Response
		want terms.State
	}{
		"a notice":                         {notice(func(*Notice) {}), ""},
		"a notice of a type of tomorrow":   {notice(func(n *Notice) { n.Type = "jubilee" }), ""},
		"a notice without type":            {notice(func(n *Notice) { n.Type = "" }), terms.StateFileUnreadable},
		"a notice without id":              {notice(func(n *Notice) { n.ID = "" }), terms.StateFileUnreadable},
		"a notice without start":           {notice(func(n *Notice) { n.From = time.Time{} }), terms.StateFileUnreadable},
		"a notice without version":         {testResponse(KindNotice, Part{Kind: KindNotice, Notice: &Notice{ID: "N", Type: "outage", From: issued}}), terms.StateFileUnreadable},
		"an extension":                     {extension("x", func(*Extension) {}), ""},
		"an extension until a date":        {extension("x", func(x *Extension) { x.By, x.Until = terms.Length{}, issued }), ""},
		"an extension for a site":          {toSite, ""},
		"an extension without id":          {extension("", func(*Extension) {}), terms.StateFileUnreadable},
		"an extension by nothing":          {extension("x", func(x *Extension) { x.By = terms.Length{None: true} }), terms.StateFileUnreadable},
		"an extension for nobody":          {extension("x", func(x *Extension) { x.Serial = "" }), terms.StateFileUnreadable},
		"an extension of what is not yet":  {extension("x", func(x *Extension) { x.What = "places" }), terms.StateFileTooNew},
		"a hold of no license":             {testResponse(KindHold, Part{Kind: KindHold, Version: 1, Hold: &Hold{Ref: "H"}}), terms.StateFileUnreadable},
		"a hold without version":           {testResponse(KindHold, Part{Kind: KindHold, Hold: &Hold{Serial: "S-1"}}), terms.StateFileUnreadable},
		"a revocation of no license":       {testResponse(KindRevocation, Part{Kind: KindRevocation, Version: 1, Revocation: &Revocation{From: issued}}), terms.StateFileUnreadable},
		"a revocation without start":       {testResponse(KindRevocation, Part{Kind: KindRevocation, Version: 1, Revocation: &Revocation{Serial: "S-1"}}), terms.StateFileUnreadable},
		"a lifted revocation needs none":   {testResponse(KindRevocation, Part{Kind: KindRevocation, Version: 2, Revocation: &Revocation{Serial: "S-1", Lifted: true}}), ""},
		"two parts of which one is broken": {testResponse(KindNotice, notice(func(*Notice) {}).Parts[0], Part{Kind: KindHold, Version: 1, Hold: &Hold{}}), terms.StateFileUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseResponse(sign(t, c.r, ResponseType, workKey), testProfile())
			if got := stateOf(t, err); got != c.want {
				t.Errorf("%q, want %q: %v", got, c.want, err)
			}
		})
	}
}

func TestRequestsHoldToTheFormatOfTheirKind(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*Request)
		want terms.State
	}{
		"more time":                {func(*Request) {}, ""},
		"more time without a date": {func(q *Request) { q.Wanted = time.Time{} }, terms.StateFileUnreadable},
		"a license without serial": {func(q *Request) { q.Licenses[0].Serial = "" }, terms.StateFileUnreadable},
		"a license of version 0":   {func(q *Request) { q.Licenses[0].Version = 0 }, terms.StateFileUnreadable},
		"a kind of tomorrow":       {func(q *Request) { q.Kind, q.Wanted = "move", time.Time{} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			q := askAbout(RequestMoreTime, false)
			c.edit(&q)
			_, err := ParseRequest(sign(t, q, RequestType, deviceKey))
			if got := stateOf(t, err); got != c.want {
				t.Errorf("%q, want %q: %v", got, c.want, err)
			}
		})
	}
}
