package service

import (
	"archive/zip"
	"context"
	"errors"
	"html"
	"strings"
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// codes finds the code of the computer in a file, so that a sentence can be compared.
func (p *pagePlace) codes(file []byte) []string {
	var all []string
	found, err := exchange.Read("x", file)
	if err != nil {
		return nil
	}
	for _, f := range found {
		for _, l := range inside(f) {
			if l.asked != nil {
				all = append(all, l.asked.code)
			}
		}
	}
	return all
}

// plainText is what a person reads of a page.
func plainText(page string) string { return html.UnescapeString(page) }

func TestEveryFileHasItsPage(t *testing.T) {
	for name, c := range pageCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPagePlace(t)
			file := c.file(p)
			r, page := p.bring("en", upload{"brought", file})
			text := plainText(page)
			for _, code := range p.codes(file) {
				text = strings.ReplaceAll(text, code, "CODE")
			}
			if r.StatusCode != c.status || !strings.Contains(text, "<h1>"+c.headline+"</h1>") {
				t.Errorf("status %d, %s", r.StatusCode, between(text, "<h1>", "</h1>"))
			}
			for _, want := range c.holds {
				if !strings.Contains(text, want) {
					t.Errorf("it does not say %q:\n%s", want, between(text, "<main", "</main>"))
				}
			}
			wellMade(t, r, page)
			german, page := p.bring("de-AT,de;q=0.9,en;q=0.1", upload{"brought", file})
			if german.StatusCode != c.status || strings.Contains(page, c.headline) || !strings.Contains(page, "Was ist zu tun") {
				t.Errorf("German: status %d, %s", german.StatusCode, between(page, "<h1>", "</h1>"))
			}
			wellMade(t, german, page)
			if len(p.faults) > 0 {
				t.Errorf("the log was told of %v", p.faults)
			}
		})
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func TestWhatHasNoProvenSealIsNotShown(t *testing.T) {
	p := newPagePlace(t)
	c := p.computer(1)
	file := flipped(made(c, licensing.RequestOptions{Key: p.license().Key, Label: "lab seven"}))
	_, page := p.bring("en", upload{`x"><script>alert(1)</script>.hfreq`, file})
	for _, no := range []string{"lab seven", c.code(), "<script", "Request for a license"} {
		if strings.Contains(page, no) {
			t.Errorf("the page shows %q", no)
		}
	}
}

func TestTheSameFileGetsTheSameAnswerAgainAndAfterARestart(t *testing.T) {
	p := newPagePlace(t)
	file := request(p)
	link := func() string {
		t.Helper()
		_, page := p.bring("en", upload{"a.hfreq", file})
		return "/answer/" + between(page, `href="/answer/`, `"`)
	}
	first := link()
	r, answer := p.get(first)
	if d := r.Header.Get("Content-Disposition"); r.StatusCode != 200 || !strings.HasPrefix(d, "attachment; filename=license_AcmeCAD") || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d, %q, %q", r.StatusCode, d, r.Header.Get("Cache-Control"))
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p.now = p.now.AddDate(0, 3, 0)
	is, err := issuer.Open(p.dir, p.opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = is.Close() })
	p.Issuer = is
	p.serve(is)
	if _, again := p.get(first); again != answer {
		t.Error("after a restart the answer is another one")
	}
	if second := link(); second != first {
		t.Errorf("%s became %s", first, second)
	}
	_, page := p.bring("en", upload{"a.hfreq", file})
	if !strings.Contains(page, "This file was answered before.") {
		t.Error("it does not say that it was answered before")
	}
	r, page = p.get(strings.Replace(first, "/answer/", "/exchange/", 1) + "?lang=de")
	if r.StatusCode != 200 || !strings.Contains(page, "ist da.") || !strings.Contains(page, first) {
		t.Errorf("status %d, %s", r.StatusCode, between(page, "<h1>", "</h1>"))
	}
	wellMade(t, r, page)
}

func TestOneUploadIsAnsweredUpToABound(t *testing.T) {
	p := newPagePlace(t)
	p.serve(readyDesk{p.Issuer})
	file, err := exchange.Armor(exchange.KindRequest, "", requests(t, maxBrought+1)...)
	if err != nil {
		t.Fatal(err)
	}
	r, page := p.bring("en", upload{"all.hfreq", file})
	if r.StatusCode != 200 || strings.Count(page, `href="/answer/`) != maxBrought || !strings.Contains(page, "There are more files than fit at once.") {
		t.Errorf("status %d, %d answers", r.StatusCode, strings.Count(page, `href="/answer/`))
	}
	if strings.Contains(page, "0000-0000") {
		t.Error("it shows the code that the sender wrote, not that of the key")
	}
}

func TestAnAddressWithoutAnAnswerSaysSo(t *testing.T) {
	p := newPagePlace(t)
	for _, path := range []string{"/answer/", "/exchange/"} {
		for _, id := range []string{strings.Repeat("ab", 32), strings.Repeat("AB", 32), "x", "..%2f..%2fetc", strings.Repeat("a", 5000)} {
			r, page := p.get(path + id)
			if r.StatusCode != 404 || !strings.Contains(page, "There is no answer at this address yet.") {
				t.Errorf("%s%.20s: %d", path, id, r.StatusCode)
			}
			wellMade(t, r, page)
		}
	}
}

func TestSeveralFilesAreAnsweredEachForItself(t *testing.T) {
	p := newPagePlace(t)
	a, b := p.computer(1), p.computer(2)
	one, two := made(a, licensing.RequestOptions{Key: p.license().Key}), made(b, licensing.RequestOptions{Key: p.license().Key})
	r, page := p.bring("en", upload{"both.zip", zipped(t, map[string][]byte{"one.hfreq": one, "two.hfreq": two, "read.me": []byte("hello")})}, upload{"one again.hfreq", one}, upload{"photo.png", []byte("\x89PNG\r\n\x1a\n00")})
	if r.StatusCode != 200 || strings.Count(page, `<li class="card item">`) != 3 || strings.Count(page, `href="/answer/`) != 2 {
		t.Fatalf("status %d: %s", r.StatusCode, between(page, "<main", "</main>"))
	}
	for _, want := range []string{"You brought 3 files.", "2 have an answer.", "Download all 2 answers", a.code(), b.code(), "This is a picture"} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	wellMade(t, r, page)
	var ids []string
	for _, s := range strings.Split(page, `name="id" value="`)[1:] {
		ids = append(ids, "id="+s[:64])
	}
	q, body := p.read(p.do(formPost("/answers", strings.Join(ids, "&"))))
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil || q.StatusCode != 200 || len(z.File) != 2 || !strings.Contains(q.Header.Get("Content-Disposition"), "answers_2026-11-02.zip") {
		t.Fatalf("status %d, %v, %v", q.StatusCode, q.Header, err)
	}
	a.use([]byte(only(t, z, a.code())))
	if s := a.state(); s != terms.StateActiveOffline {
		t.Errorf("the computer is %s", s)
	}
	if _, again := p.read(p.do(formPost("/answers", strings.Join(ids, "&")))); again != body {
		t.Error("the same answers make another archive")
	}
	if q, _ := p.read(p.do(formPost("/answers", "id=x&id=../../y"))); q.StatusCode != 404 {
		t.Errorf("an archive of nothing has status %d", q.StatusCode)
	}
	if q, _ := p.read(p.do(formPost("/answers", strings.Repeat("id=x&", maxArchiveForm)))); q.StatusCode != 400 {
		t.Errorf("a huge form has status %d", q.StatusCode)
	}
}

func TestAFaultOfTheServiceIsNotThePersonsFault(t *testing.T) {
	for _, err := range []error{errors.New("disk /srv/acme on fire"), context.DeadlineExceeded, &issuer.Error{Code: issuer.CodeClockBehind}, &issuer.Error{Code: issuer.CodeDamaged}} {
		p := newPagePlace(t)
		file := request(p)
		p.serve(brokenDesk{p.Issuer, err})
		r, page := p.bring("en", upload{"a.hfreq", file})
		if r.StatusCode != 503 || r.Header.Get("Retry-After") == "" || !strings.Contains(page, "Acme GmbH has a problem with this service.") || strings.Contains(page, "srv/acme") {
			t.Errorf("%v: %d %s", err, r.StatusCode, between(page, "<h1>", "</h1>"))
		}
		wellMade(t, r, page)
		if len(p.faults) != 1 || !errors.Is(p.faults[0], err) {
			t.Errorf("the log was told of %v", p.faults)
		}
		if r, _ := p.get("/answer/" + strings.Repeat("ab", 32)); r.StatusCode != 503 {
			t.Errorf("%v: a download has status %d", err, r.StatusCode)
		}
	}
}

func TestEveryFaultHasItsWords(t *testing.T) {
	p := newPagePlace(t)
	headlines := map[string]string{}
	for _, code := range []string{
		"rate", "busy", "stopping", "slow_body", "too_large", "not_found", "method", "cross_site", "no_answer", "no_file", "upload_cut", "upload_kind", "many_files", "service",
	} {
		w, r := recorded(p, code, time.Duration(1500)*time.Millisecond)
		page := w.Body.String()
		h := between(page, "<h1>", "</h1>")
		if headlines[h] != "" {
			t.Errorf("%s and %s have the same headline", code, headlines[h])
		}
		headlines[h] = code
		if w.Code != 418 || w.Header().Get("Retry-After") != "2" || h == "" {
			t.Errorf("%s: %d %q %q", code, w.Code, w.Header().Get("Retry-After"), h)
		}
		wellMade(t, w.Result(), page)
		_ = r
	}
	w, _ := recorded(p, "no such code", 0)
	if !strings.Contains(w.Body.String(), "There is a problem with this service.") || plain.IsMissing(w.Body.String()) {
		t.Error("an unknown code has no words")
	}
}

func TestWhoActivatesHearsOfNoWithdrawalThatIsOver(t *testing.T) {
	p := newPagePlace(t)
	l := p.license()
	for _, lift := range []bool{false, true} {
		n := issuer.NewRevocation{Serial: l.Serial, By: "J. Doe", Lift: lift}
		if !lift {
			n.Reason = terms.Plain("Returned")
		}
		if _, err := p.Revoke(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	_, page := p.bring("en", upload{"a.hfreq", made(p.computer(1), licensing.RequestOptions{Key: l.Key})})
	if strings.Contains(page, "Counts again") || !strings.Contains(page, "/answer/") {
		t.Errorf("%s", between(page, "<main", "</main>"))
	}
}
