package service

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/licensing"
	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// pageCase is a file and what the page says of it.
type pageCase struct {
	file     func(p *pagePlace) []byte
	status   int
	headline string // English, after the codes were taken out
	holds    []string
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, data := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func made(c *pageComputer, o licensing.RequestOptions) []byte { return c.request(o).File }

// flipped changes one letter in the middle of the block.
func flipped(b []byte) []byte {
	b = bytes.Clone(b)
	i := bytes.LastIndex(b, []byte("-----END")) - 40
	if b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	return b
}

func fixed(s string) func(*pagePlace) []byte { return func(*pagePlace) []byte { return []byte(s) } }

func request(p *pagePlace) []byte {
	return made(p.computer(1), licensing.RequestOptions{Key: p.license().Key, Label: "lab <7>"})
}

var pageCases = map[string]pageCase{
	"a request for a license": {
		request, 200, "The license for computer CODE is ready.",
		[]string{"Request for a license", `CODE ("lab <7>")`, "until 2 November 2027", "Works offline until 2 December 2026.", "2 November 2026, by that computer's clock", "Download the answer", "valid-to-2027-11-02.hflic"},
	},
	"a check-in": {func(p *pagePlace) []byte {
		return made(p.active(1), licensing.RequestOptions{Kind: exchange.RequestCheckin})
	}, 200, "The check-in of computer CODE is answered.", []string{"Check-in file"}},
	"more time": {func(p *pagePlace) []byte {
		return made(p.active(1), licensing.RequestOptions{Kind: exchange.RequestMoreTime, Until: pageMonday.AddDate(0, 0, 40)})
	}, 200, "Computer CODE gets more time, until 12 December 2026.", []string{"Request for more offline time", "Wanted until", "Works offline until 12 December 2026"}},
	"more than a policy gives": {func(p *pagePlace) []byte {
		return made(p.active(1), licensing.RequestOptions{Kind: exchange.RequestMoreTime, Until: pageMonday.AddDate(0, 8, 0)})
	}, 202, "A person at Acme GmbH has to decide this.", []string{"Acme GmbH usually answers within 2 days.", "Look for the answer", "/exchange/"}},
	"a license without a free place": {func(p *pagePlace) []byte {
		key := p.license(func(n *issuer.NewLicense) { n.Places = 1 }).Key
		p.bytesOf(made(p.computer(1), licensing.RequestOptions{Key: key, Label: "lab 1"}))
		return made(p.computer(2), licensing.RequestOptions{Key: key})
	}, 200, "Acme GmbH did not give a license.", []string{"Not given", "The 1 place of license", "In use on: ", `("lab 1")`, "What to do: Free a place on one of these computers, or report a lost computer.", "Reference R-"}},
	"a part of an order": {func(p *pagePlace) []byte {
		first := p.license(func(n *issuer.NewLicense) { n.Places = 1 })
		p.bytesOf(made(p.computer(1), licensing.RequestOptions{Key: first.Key}))
		p.license(func(n *issuer.NewLicense) { n.Key = first.Key })
		return made(p.computer(2), licensing.RequestOptions{Key: first.Key})
	}, 200, "A part of the order has a license now.", []string{"Not given", "until 2 November 2027"}},
	"a withdrawn license": {func(p *pagePlace) []byte {
		c, l := p.computer(1), p.license()
		c.use(p.bytesOf(made(c, licensing.RequestOptions{Key: l.Key})))
		if _, err := p.Revoke(context.Background(), issuer.NewRevocation{Serial: l.Serial, Reason: terms.Plain("Paid back <b>"), By: "J. Doe", Until: pageMonday.AddDate(0, 0, 14), ReviewBy: pageMonday.AddDate(0, 1, 0)}); err != nil {
			p.t.Fatal(err)
		}
		return made(c, licensing.RequestOptions{Kind: exchange.RequestCheckin})
	}, 200, "Acme GmbH withdrew a license of computer CODE.", []string{"Paid back <b>", "from 2 November 2026 on", "withdrawal_CODE.hfnot", "Everything works until 16 November 2026.", "review until 2 December 2026", "<dd>No date.</dd>"}},
	"a usage file":        {usageOf, 200, "Acme GmbH confirmed the usage of computer CODE.", []string{"Usage file", "Receipt 1", "3 entries counted in all", "On 2 November 2026.", ".hfrcp", "<dd>No date.</dd>"}},
	"an archive with one": {func(p *pagePlace) []byte { return zipped(p.t, map[string][]byte{"a/b.hfreq": request(p)}) }, 200, "The license for computer CODE is ready.", nil},
	"a mail with one": {func(p *pagePlace) []byte {
		return append([]byte("From: a@b.example\r\nTo: help@acme.example\r\nSubject: x\r\n\r\nHello,\r\n\r\n"), request(p)...)
	}, 200, "The license for computer CODE is ready.", nil},

	"an empty file":            {fixed(""), 400, "This file is empty.", []string{"Code for support: file_empty"}},
	"a file without its end":   {func(p *pagePlace) []byte { b := request(p); return b[:len(b)/2] }, 400, "This file is not complete.", nil},
	"a changed file":           {func(p *pagePlace) []byte { return flipped(request(p)) }, 400, "This file was changed on its way.", nil},
	"a newer file":             {fixed("-----BEGIN HOLDFAST REQUEST 30 a-b-11-----\neyJob2xkZmFzdCI6ImJ1bmRsZS92OSJ9\n-----END HOLDFAST REQUEST-----\n"), 400, "This file is newer than this service.", nil},
	"a web page":               {fixed("<!doctype html><html><body>Sign in</body></html>"), 415, "This is a web page, not a request file.", nil},
	"a PDF":                    {fixed("%PDF-1.7\n1 0 obj"), 415, "This is a PDF, not a request file.", nil},
	"a picture":                {fixed("\x89PNG\r\n\x1a\n0000"), 415, "This is a picture, not a request file.", nil},
	"some text":                {fixed("Dear all, see you on Monday."), 415, "This is a text, not a request file.", nil},
	"an archive without one":   {func(p *pagePlace) []byte { return zipped(p.t, map[string][]byte{"a.txt": []byte("hello")}) }, 415, "There is no request file in this archive.", nil},
	"a packed archive":         {fixed("7z\xbc\xaf\x27\x1c0000000"), 415, "We cannot look inside this kind of archive.", nil},
	"a mail without one":       {fixed("From: a@b.example\r\nTo: help@acme.example\r\nSubject: x\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"), 415, "There is no request file in this mail.", nil},
	"a license":                {func(p *pagePlace) []byte { return p.bytesOf(request(p)) }, 415, "This is a license file, not a request.", nil},
	"a key file":               {func(p *pagePlace) []byte { return profileFile(p) }, 415, "This is a key file, not a request.", nil},
	"a welcome file":           {func(p *pagePlace) []byte { return p.license(func(n *issuer.NewLicense) { n.Starter = true }).Welcome }, 415, "This is a welcome file, not a request.", nil},
	"a receipt":                {func(p *pagePlace) []byte { return p.bytesOf(usageOf(p)) }, 415, "This is a receipt, not a usage file.", nil},
	"a request after its time": {func(p *pagePlace) []byte { b := request(p); p.now = p.now.AddDate(0, 6, 0); return b }, 400, "This request is over.", []string{"It was good until 1 January 2027", "on computer "}},
	"a request to another": {func(p *pagePlace) []byte {
		o := p.opts
		other, err := issuer.Init(filepath.Join(p.t.TempDir(), "o"), issuer.NewVendor{ID: "other", Name: "Other <Inc>"}, o)
		if err != nil {
			p.t.Fatal(err)
		}
		defer func() { _ = other.Close() }()
		q := &pagePlace{Issuer: other, t: p.t, now: p.now}
		return made(q.computer(1), licensing.RequestOptions{Key: q.license().Key})
	}, 421, "This file is for another vendor.", []string{`It names "other".`}},
}

func profileFile(p *pagePlace) []byte {
	p.t.Helper()
	v, err := p.Profile()
	if err != nil {
		p.t.Fatal(err)
	}
	return v.File
}

func usageOf(p *pagePlace) []byte {
	p.t.Helper()
	c := p.active(1)
	var events []licensing.UsageEvent
	for _, id := range []string{"a", "b", "c"} {
		events = append(events, licensing.UsageEvent{Product: "acmecad", Meter: "renders", Units: 1, ID: id})
	}
	if _, err := c.RecordUsage(p.t.Context(), events); err != nil {
		p.t.Fatal(err)
	}
	d, err := c.DraftUsage(p.t.Context(), licensing.UsageOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	return d.File
}

// requests are signed by one computer, one after the other.
func requests(t *testing.T, n int) (all []exchange.Envelope) {
	t.Helper()
	k, err := device.NewKey(rand.NewChaCha8([32]byte{9}))
	if err != nil {
		t.Fatal(err)
	}
	public := k.Public()
	for i := range n {
		e, err := exchange.Sign(exchange.Request{
			Header: exchange.Header{Schema: exchange.RequestSchema, Vendor: "acme", Alg: "ed25519", KeyID: exchange.KeyID(public), ID: fmt.Sprint("Q", i), Issued: pageMonday, Trace: "t"},
			Kind:   exchange.RequestActivate, Device: exchange.RequestDevice{ID: k.ID(), Public: exchange.EncodeKey(public), Code: "0000-0000"},
			Nonce: fmt.Sprint("n", i), Until: pageMonday.AddDate(0, 1, 0),
		}, exchange.RequestType, exchange.KeySigner(ed25519.NewKeyFromSeed(k.Seed())))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// readyDesk answers everything at once.
type readyDesk struct{ pageDesk }

func (readyDesk) AnswerFound(_ context.Context, _ string, found []exchange.Found) ([]issuer.Answer, error) {
	if len(found) != 1 || len(found[0].Bundle.Envelopes) != 1 {
		return nil, errors.New("not one request")
	}
	return []issuer.Answer{{Name: "a.hflic", At: pageMonday}}, nil
}

func only(t *testing.T, z *zip.Reader, code string) string {
	t.Helper()
	for _, f := range z.File {
		if strings.Contains(f.Name, code) {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if _, err := b.ReadFrom(r); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
	}
	t.Fatalf("no file for %s", code)
	return ""
}

// brokenDesk is a desk whose store is away.
type brokenDesk struct {
	pageDesk
	err error
}

func (d brokenDesk) AnswerFound(context.Context, string, []exchange.Found) ([]issuer.Answer, error) {
	return nil, d.err
}

func (d brokenDesk) Handed(context.Context, string) (issuer.Answer, bool, error) {
	return issuer.Answer{}, false, d.err
}

func formPost(path, body string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Host = "example.com"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}
