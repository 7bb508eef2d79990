package service

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"holdfast/licensing/plain"
)

// recorded is a fault as the page shows it.
func recorded(p *pagePlace, code string, retry time.Duration) (*httptest.ResponseRecorder, *http.Request) {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	p.page.fault(w, r, http.StatusTeapot, code, retry)
	return w, r
}

// wellMade demands what holds for every page: its headers, its language, and a structure that can be listened to.
func wellMade(t *testing.T, r *http.Response, page string) {
	t.Helper()
	strict(t, r)
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("it is %q", r.Header.Get("Content-Type"))
	}
	if r.Header.Get("Vary") != "Accept-Language" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("vary %q, cache %q", r.Header.Get("Vary"), r.Header.Get("Cache-Control"))
	}
	if plain.IsMissing(page) || regexp.MustCompile(`\{[a-z_]+\}|<no value>|ZgotmplZ`).MatchString(page) {
		t.Errorf("a text is missing: %s", page)
	}
	if bytes.Contains([]byte(page), []byte("<script")) || regexp.MustCompile(`\s(style|on[a-z]+)=`).MatchString(page) {
		t.Error("there is a script or a style in the page")
	}
	structure(t, page, r.Header.Get("Content-Language"))
}

func strict(t *testing.T, r *http.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Set-Cookie":                   "",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if r.Header.Get("Permissions-Policy") == "" {
		t.Error("no permissions policy")
	}
}

// structure reads a page as a screen reader does.
func structure(t *testing.T, page, lang string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	count, ids, level := map[string]int{}, map[string]bool{}, 0
	var labels, needed []string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			count[n.Data]++
			a := map[string]string{}
			for _, x := range n.Attr {
				a[x.Key] = x.Val
			}
			if id, ok := a["id"]; ok {
				if ids[id] {
					t.Errorf("two things are called %q", id)
				}
				ids[id] = true
			}
			for _, ref := range []string{"aria-labelledby", "aria-describedby", "for"} {
				if a[ref] != "" {
					needed = append(needed, a[ref])
				}
			}
			switch n.Data {
			case "html":
				if a["lang"] != lang || lang == "" {
					t.Errorf("the page is in %q and says %q", lang, a["lang"])
				}
			case "h1", "h2", "h3":
				now := int(n.Data[1] - '0')
				if now > level+1 {
					t.Errorf("a heading of level %d follows one of %d", now, level)
				}
				level = now
				if strings.TrimSpace(said(n)) == "" {
					t.Error("an empty heading")
				}
			case "label":
				labels = append(labels, a["for"])
			case "input":
				if a["type"] != "hidden" && !slices.Contains(labels, a["id"]) {
					t.Errorf("the field %q has no label", a["id"])
				}
			case "img":
				if _, ok := a["alt"]; !ok {
					t.Error("a picture without a text")
				}
			case "svg":
				if a["aria-hidden"] != "true" {
					t.Error("a symbol is read out")
				}
			case "a", "button":
				if strings.TrimSpace(said(n)) == "" {
					t.Errorf("a %s says nothing", n.Data)
				}
			case "section":
				if a["aria-labelledby"] == "" && a["role"] == "" {
					t.Error("a section without a name")
				}
			}
			if role := a["role"]; role == "alert" || role == "status" {
				count["live"]++
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	for _, id := range needed {
		if !ids[id] {
			t.Errorf("nothing is called %q", id)
		}
	}
	for _, one := range []string{"h1", "main", "header", "footer", "nav", "title"} {
		if count[one] != 1 {
			t.Errorf("%d %s", count[one], one)
		}
	}
	if !ids["content"] || !strings.Contains(page, `href="#content"`) {
		t.Error("no way past the head of the page")
	}
	if count["form"] == 0 {
		t.Error("no way on")
	}
}

func said(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	s := ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s += said(c)
	}
	return s
}
