package service

import (
	"bytes"
	"crypto/tls"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestTheFormIsInTheLanguageOfTheBrowserOrThePickedOne(t *testing.T) {
	p := newPagePlace(t)
	for _, c := range []struct{ path, accept, lang string }{
		{"/", "", "en"},
		{"/", "de-CH, en;q=0.5", "de"},
		{"/", "fr, de;q=0.5", "de"},
		{"/", "fr", "en"},
		{"/", "*", "en"},
		{"/", ";;;q=x," + strings.Repeat("-", 3000), "en"},
		{"/?lang=de", "en", "de"},
		{"/?lang=en", "de", "en"},
		{"/?lang=xx", "de", "de"},
		{"/?lang=%22%3E", "en", "en"},
	} {
		r, page := p.get(c.path, "Accept-Language", c.accept)
		if r.StatusCode != 200 || r.Header.Get("Content-Language") != c.lang {
			t.Errorf("%s %.20s: %d in %q", c.path, c.accept, r.StatusCode, r.Header.Get("Content-Language"))
		}
		wellMade(t, r, page)
		if keeps := strings.Contains(page, `action="/exchange?lang=`); keeps != (c.path == "/?lang=de" || c.path == "/?lang=en") {
			t.Errorf("%s: the form keeps the language: %v", c.path, keeps)
		}
		for _, want := range []string{"help@acme.example", "+49 30 1234", `href="tel:+49301234"`, "Mon-Fri 9-17", "English", "Deutsch"} {
			if !strings.Contains(html.UnescapeString(page), want) {
				t.Errorf("%s: no %q", c.path, want)
			}
		}
	}
}

func TestEveryResponseHasTheHeaders(t *testing.T) {
	p := newPagePlace(t)
	for _, path := range []string{"/", "/exchange", "/exchange/x", "/answer/x", "/page/" + p.page.styleName(), "/page/icon.svg", "/page/no.css", "/favicon.ico", "/no/such/page", "/v1/nothing"} {
		r, _ := p.get(path)
		strict(t, r)
		if r.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: an address without TLS demands TLS", path)
		}
	}
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	r.TLS = &tls.ConnectionState{}
	p.mux.ServeHTTP(w, r)
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS with TLS")
	}
	if r, _ := p.get("/exchange?lang=de"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/?lang=de" {
		t.Errorf("reloading a result: %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	css, style := p.get("/page/" + p.page.styleName())
	if css.StatusCode != 200 || !strings.Contains(css.Header.Get("Content-Type"), "text/css") || !strings.Contains(style, "--primary: #0B6471") {
		t.Errorf("the style sheet: %d %v", css.StatusCode, css.Header)
	}
	if r, page := p.get("/no/such/page"); r.StatusCode != 404 || !strings.Contains(page, "There is no page at this address.") {
		t.Errorf("status %d", r.StatusCode)
	}
	req := httptest.NewRequest(http.MethodDelete, "/exchange", nil)
	req.Header.Set("Accept", "text/html")
	if r, page := p.read(p.do(req)); r.StatusCode != 405 || !strings.Contains(page, "This address cannot do that.") {
		t.Errorf("DELETE: %d", r.StatusCode)
	}
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	p := newPagePlace(t)
	body, kind := pageForm(t, upload{"a.hfreq", request(p)})
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"Sec-Fetch-Site", "cross-site", 403},
		{"Sec-Fetch-Site", "same-site", 403},
		{"Sec-Fetch-Site", "same-origin", 200},
		{"Origin", "https://evil.example", 403},
		{"Origin", "null", 403},
		{"Origin", "http://example.com", 200},
		{"X-None", "", 200}, // not a browser
	} {
		for _, path := range []string{"/exchange", "/answers"} {
			r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
			r.Header.Set("Content-Type", kind)
			r.Header.Set(c.name, c.value)
			got, page := p.read(p.do(r))
			if refused := got.StatusCode == 403; refused != (c.status == 403) || path == "/exchange" && got.StatusCode != c.status {
				t.Errorf("%s %s: %s is answered with %d", path, c.name, c.value, got.StatusCode)
			}
			if got.StatusCode == 403 {
				wellMade(t, got, page)
			}
		}
	}
}

// send brings a body as it is.
func (p *pagePlace) send(kind string, body io.Reader) (*http.Response, string) {
	p.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/exchange", body)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.read(p.do(r))
}

func TestAnUploadThatIsNoneSaysWhy(t *testing.T) {
	p := newPagePlace(t)
	body, kind := pageForm(t, upload{"a.hfreq", []byte("x")})
	large, largeKind := pageForm(t, upload{"a.iso", make([]byte, maxUpload)})
	var many []upload
	for range maxUploadParts + 1 {
		many = append(many, upload{"a.hfreq", []byte("x")})
	}
	crowd, crowdKind := pageForm(t, many...)
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("other", "field"); err != nil {
		t.Fatal(err)
	}
	if _, err := m.CreateFormFile("file", ""); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kind, headline string
		body           io.Reader
		status         int
	}{
		"no file":           {m.FormDataContentType(), "No file was chosen.", bytes.NewReader(b.Bytes()), 400},
		"not a form":        {"text/plain", "Please use the form of this page.", strings.NewReader("x"), 415},
		"no boundary":       {"multipart/form-data", "Please use the form of this page.", strings.NewReader("x"), 415},
		"cut":               {kind, "The file did not arrive whole.", bytes.NewReader(body[:len(body)-20]), 400},
		"nothing":           {kind, "No file was chosen.", strings.NewReader(""), 400},
		"too large":         {largeKind, "This file is too large.", bytes.NewReader(large), 413},
		"too large, by far": {largeKind, "This file is too large.", io.MultiReader(bytes.NewReader(large[:len(large)-100]), io.LimitReader(zeros{}, 20<<20)), 413},
		"too many":          {crowdKind, "There are more files than fit at once.", bytes.NewReader(crowd), 413},
	} {
		r, page := p.send(c.kind, c.body)
		if r.StatusCode != c.status || !strings.Contains(page, "<h1>"+c.headline+"</h1>") {
			t.Errorf("%s: %d %s", name, r.StatusCode, between(page, "<h1>", "</h1>"))
		}
		wellMade(t, r, page)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func FuzzUpload(f *testing.F) {
	body, kind := pageForm(f, upload{"a.hfreq", []byte("content")}, upload{"", nil}, upload{"b.eml", []byte("x")})
	f.Add(kind, body)
	f.Add(kind, body[:len(body)/2])
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../a\"\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--x--"))
	f.Add("multipart/form-data; boundary=\"\"", []byte("--"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/exchange", bytes.NewReader(body))
		r.Header["Content-Type"] = []string{kind}
		files, err := readUpload(r)
		if (err == nil) == (len(files) == 0) || len(files) > maxUploadParts {
			t.Fatalf("%d files and %v", len(files), err)
		}
		total := 0
		for _, f := range files {
			if total += len(f.data); f.name == "" {
				t.Error("a file without a name")
			}
		}
		if total > len(body) {
			t.Errorf("%d bytes of files in %d", total, len(body))
		}
		if err != nil && (err.status < 400 || err.status > 499) {
			t.Errorf("%+v", *err)
		}
	})
}
