package service

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"holdfast/licensing"
	"holdfast/licensing/clock"
	"holdfast/licensing/terms"
)

func TestAPersonWithABrowserGetsAnAnswer(t *testing.T) {
	ctx := chromium(t)
	p := newPagePlace(t)
	service, err := New(p.Issuer, Options{Clock: clock.NewDriven(p.now)})
	if err != nil {
		t.Fatal(err)
	}
	var origins sync.Map
	handler := service.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			origins.Store(r.Header.Get("Origin"), true)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)

	t.Run("with a mouse", func(t *testing.T) {
		b, c := newTab(t, ctx, server.URL), p.computer(1)
		m := c.request(licensing.RequestOptions{Key: p.license().Key, Label: "lab 7"})
		b.size(1000, 800)
		b.open("/")
		b.picture("form")
		b.fits("the form")
		b.legible("the form")
		b.bring(saved(t, m.Name, m.File))
		b.picture("license")
		b.legible("the license")
		for sel, want := range map[string]string{
			"h1": c.code(), "title": "Acme GmbH", ".lines": "until 2 November 2027", ".lines .more": "2 December 2026",
			"[aria-labelledby=brought]": "lab 7", "[aria-labelledby=steps]": "Holdfast",
		} {
			if got := eval[string](b, fmt.Sprintf("document.querySelector(%q).textContent", sel)); !strings.Contains(got, want) {
				t.Errorf("%s says %q, not %q", sel, got, want)
			}
		}
		name, file := b.downloaded(func() { b.run(chromedp.Click("a.primary", chromedp.ByQuery)) })
		if !strings.HasSuffix(name, ".hflic") || !strings.Contains(name, c.code()) {
			t.Errorf("the answer is called %q", name)
		}
		c.use(file)
		if s := c.state(); s != terms.StateActiveOffline {
			t.Errorf("the computer is %s", s)
		}
		b.quiet()
	})

	t.Run("without scripts, in German, in the dark, on a telephone", func(t *testing.T) {
		b, c := newTab(t, ctx, server.URL), p.active(2)
		m := c.request(licensing.RequestOptions{Kind: "checkin"})
		b.run(
			emulation.SetScriptExecutionDisabled(true),
			emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}),
			chromedp.EmulateViewport(320, 700),
		)
		b.open("/?lang=de")
		b.fits("the form")
		b.legible("the form")
		b.picture("form-phone-german-dark")
		b.bring(saved(t, m.Name, m.File))
		b.fits("the answer")
		b.legible("the answer")
		b.picture("answer-phone-german-dark")
		if got := b.text("h1"); !strings.Contains(got, "Der Check-in des Computers "+c.code()) {
			t.Errorf("it says %q", got)
		}
		if got := eval[string](b, "getComputedStyle(document.body).backgroundColor"); got != "rgb(16, 23, 28)" {
			t.Errorf("the dark page is %s", got)
		}
		_, file := b.downloaded(func() { b.run(chromedp.Click("a.primary", chromedp.ByQuery)) })
		c.use(file)
		b.quiet()
	})

	t.Run("with the keyboard alone", func(t *testing.T) {
		b, c := newTab(t, ctx, server.URL), p.computer(3)
		m := c.request(licensing.RequestOptions{Key: p.license().Key})
		path := saved(t, m.Name, m.File)
		b.run(cdppage.SetInterceptFileChooserDialog(true))
		b.open("/")
		b.tabTo("#file")
		b.picture("form-focus")
		b.run(chromedp.KeyEvent(" "))
		select {
		case id := <-b.chooser:
			b.run(dom.SetFileInputFiles([]string{path}).WithBackendNodeID(id))
		case <-time.After(10 * time.Second):
			t.Fatal("the space bar opens no window to choose a file")
		}
		b.tabTo("form.upload button")
		b.follow(func() { b.run(chromedp.KeyEvent(kb.Enter)) })
		b.tabTo("a.primary")
		_, file := b.downloaded(func() { b.run(chromedp.KeyEvent(kb.Enter)) })
		c.use(file)
		b.quiet()
	})

	t.Run("by dropping it", func(t *testing.T) {
		b, c := newTab(t, ctx, server.URL), p.active(4)
		path := saved(t, "x.hfreq", c.request(licensing.RequestOptions{Kind: "checkin"}).File)
		b.open("/")
		at := eval[[]float64](b, `(() => { const r = document.querySelector(".drop").getBoundingClientRect(); return [r.left + 24, r.top + 24]; })()`)
		data := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{path}, DragOperationsMask: 1}
		for _, kind := range []input.DispatchDragEventType{input.DragEnter, input.DragOver, input.Drop} {
			b.run(input.DispatchDragEvent(kind, at[0], at[1], data))
		}
		if n := eval[int](b, `document.querySelector("#file").files.length`); n != 1 {
			t.Fatalf("the field has %d files", n)
		}
		b.follow(func() { b.run(chromedp.Click("form.upload button", chromedp.ByQuery)) })
		if got := b.text("h1"); !strings.Contains(got, c.code()) {
			t.Errorf("it says %q", got)
		}
	})

	t.Run("with large text, several files and trouble", func(t *testing.T) {
		b, c := newTab(t, ctx, server.URL), p.active(5)
		m := c.request(licensing.RequestOptions{Kind: "checkin"})
		b.size(1000, 800)
		b.open("/")
		b.bring(saved(t, m.Name, m.File), saved(t, "photo.png", []byte("\x89PNG\r\n\x1a\n0000")), saved(t, "cut.hfreq", m.File[:len(m.File)/2]))
		b.picture("several")
		b.fits("several files")
		b.legible("several files")
		b.open("/")
		b.bring(saved(t, "large.iso", make([]byte, 40<<20)))
		if got := b.text("h1"); got != "This file is too large." {
			t.Errorf("of a file that is too large, it says %q", got)
		}
		b.open("/")
		b.bring(saved(t, "cut.hfreq", m.File[:len(m.File)/2]))
		b.picture("cut")
		b.run(cdppage.SetFontSizes(&cdppage.FontSizes{Standard: 32, Fixed: 26}))
		for _, width := range []int{1000, 640} {
			b.size(width, 800)
			b.open("/")
			if got := eval[string](b, "getComputedStyle(document.documentElement).fontSize"); got != "32px" {
				t.Errorf("the text is %s high", got)
			}
			b.fits(fmt.Sprintf("the form with large text at %d", width))
			b.largePicture(fmt.Sprintf("form-large-%d", width))
			b.bring(saved(t, m.Name, m.File))
			b.fits(fmt.Sprintf("the answer with large text at %d", width))
			b.largePicture(fmt.Sprintf("answer-large-%d", width))
		}
		b.quiet()
	})

	// Browsers too old to say where a form comes from have to say whose it is.
	origins.Range(func(origin, _ any) bool {
		if origin != server.URL {
			t.Errorf("a form came from %q", origin)
		}
		return true
	})

	t.Run("and these are for people to look at", func(t *testing.T) {
		if os.Getenv("HOLDFAST_ARTEFACTS") == "" {
			t.Skip("HOLDFAST_ARTEFACTS names no folder")
		}
		b := newTab(t, ctx, server.URL)
		for picture, name := range map[string]string{"refused": "a license without a free place", "person": "more than a policy gives", "receipt": "a usage file", "withdrawn": "a withdrawn license"} {
			b.size(760, 700)
			b.open("/?lang=" + map[bool]string{true: "de", false: "en"}[picture == "withdrawn"])
			b.bring(saved(t, "brought.hfreq", pageCases[name].file(newComputers(p))))
			b.picture(picture)
			if picture == "receipt" {
				b.run(emulation.SetEmulatedMedia().WithMedia("print"))
				b.picture("print")
				b.run(emulation.SetEmulatedMedia())
			}
		}
	})
}

// newComputers is the same vendor with computers that were not there before.
func newComputers(p *pagePlace) *pagePlace {
	q := *p
	q.first = p.first + 20
	p.first = q.first
	return &q
}
