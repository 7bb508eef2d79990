package service

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is one person with a browser of their own before the page.
type tab struct {
	t         *testing.T
	ctx       context.Context
	url       string
	downloads string

	mu       sync.Mutex
	trouble  []string
	finished chan string // files downloaded
	chooser  chan cdp.BackendNodeID
}

// chromium starts the real browser, or skips.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("HOLDFAST_REQUIRE_CHROMIUM") == "1" {
			t.Fatal(err)
		}
		t.Skip("no chromium here")
	}
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // its last children may still be writing
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for n := 0; os.RemoveAll(profile) != nil && n < 100; n++ {
			<-tick.C
		}
	})
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.WSURLReadTimeout(30*time.Second))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	if err := chromedp.Run(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chromedp.Cancel(ctx) }) // closes it, and waits
	return ctx
}

func newTab(t *testing.T, browserCtx context.Context, url string) *tab {
	t.Helper()
	b := &tab{t: t, url: url, downloads: t.TempDir(), finished: make(chan string, 8), chooser: make(chan cdp.BackendNodeID, 8)}
	var end context.CancelFunc
	b.ctx, end = chromedp.NewContext(browserCtx)
	t.Cleanup(end)
	chromedp.ListenTarget(b.ctx, b.event)
	if err := chromedp.Run(b.ctx); err != nil { // the tab lives as long as this context
		t.Fatal(err)
	}
	b.run(
		cdppage.BringToFront(), cdplog.Enable(), runtime.Enable(),
		browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(b.downloads).WithEventsEnabled(true),
	)
	return b
}

func (b *tab) event(ev any) {
	switch ev := ev.(type) {
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.LevelError && !strings.Contains(ev.Entry.Text, "the server responded with a status of") {
			b.note(ev.Entry.Text)
		}
	case *runtime.EventConsoleAPICalled:
		b.note("console: " + string(ev.Type))
	case *cdppage.EventFileChooserOpened:
		b.chooser <- ev.BackendNodeID
	case *browser.EventDownloadProgress:
		if ev.State == browser.DownloadProgressStateCompleted {
			b.finished <- ev.GUID
		}
	}
}

func (b *tab) note(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trouble = append(b.trouble, s)
}

// quiet demands that the browser had nothing to complain about, such as the content security policy.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.trouble {
		b.t.Errorf("the browser says: %s", s)
	}
}

func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	ctx, done := context.WithTimeout(b.ctx, 15*time.Second)
	defer done()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) open(path string) { b.t.Helper(); b.run(chromedp.Navigate(b.url + path)) }

// eval asks the page something, scripts of its own or not.
func eval[T any](b *tab, js string) (v T) {
	b.t.Helper()
	b.run(chromedp.Evaluate(js, &v))
	return v
}

func (b *tab) text(sel string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("(document.querySelector(%q)||{innerText:''}).innerText", sel))
}

// bring chooses files and sends the form.
func (b *tab) bring(paths ...string) {
	b.t.Helper()
	b.run(chromedp.SetUploadFiles("#file", paths, chromedp.ByQuery))
	b.follow(func() { b.run(chromedp.Click("form.upload button", chromedp.ByQuery, chromedp.NodeVisible)) })
}

// follow does something that leads to another page, and waits for that.
func (b *tab) follow(do func()) {
	b.t.Helper()
	loaded := make(chan struct{}, 4)
	ctx, done := context.WithCancel(b.ctx)
	defer done()
	chromedp.ListenTarget(ctx, func(ev any) {
		if _, ok := ev.(*cdppage.EventLoadEventFired); ok {
			select {
			case loaded <- struct{}{}:
			default:
			}
		}
	})
	do()
	b.wait(loaded)
}

func (b *tab) wait(c <-chan struct{}) {
	b.t.Helper()
	select {
	case <-c:
	case <-time.After(15 * time.Second):
		b.t.Fatal("no new page")
	}
}

// downloaded does something that leads to a download, and returns its name and content.
func (b *tab) downloaded(do func()) (name string, file []byte) {
	b.t.Helper()
	do()
	select {
	case <-b.finished:
	case <-time.After(15 * time.Second):
		b.t.Fatal("nothing was downloaded")
	}
	list, err := os.ReadDir(b.downloads)
	if err != nil || len(list) != 1 {
		b.t.Fatalf("%d files were downloaded, %v", len(list), err)
	}
	name = list[0].Name()
	file, err = os.ReadFile(filepath.Join(b.downloads, name))
	if err == nil {
		err = os.Remove(filepath.Join(b.downloads, name))
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return name, file
}

func (b *tab) size(width, height int) {
	b.t.Helper()
	b.run(chromedp.EmulateViewport(int64(width), int64(height)))
}

// fits demands that nothing is wider than the window.
func (b *tab) fits(what string) {
	b.t.Helper()
	over := eval[string](b, `(() => { const w = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= w) return "";
		return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > w + 1 && !e.closest(".skip")).map(e => e.tagName + "." + e.className).slice(0, 5).join(" ") || "something"; })()`)
	if over != "" {
		b.t.Errorf("%s: wider than the window: %s", what, over)
	}
}

// legible demands a contrast of 4.5 between every text and what is behind it.
func (b *tab) legible(what string) {
	b.t.Helper()
	poor := eval[[]string](b, `(() => {
		const rgb = s => (s.match(/[\d.]+/g) || []).map(Number);
		const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
		const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length == 3 || c[3] == 1) return c.slice(0, 3); } return [255, 255, 255]; };
		const all = [], w = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		let seen = 0;
		while (w.nextNode()) {
			const e = w.currentNode.parentElement;
			if (!w.currentNode.data.trim() || !e.getClientRects().length) continue;
			seen++;
			const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), z = light(behind(e));
			const ratio = (Math.max(a, z) + 0.05) / (Math.min(a, z) + 0.05);
			if (ratio < 4.5) all.push(ratio.toFixed(1) + " " + w.currentNode.data.trim());
		}
		return seen < 15 ? ["only " + seen + " texts"] : all;
	})()`)
	for _, s := range poor {
		b.t.Errorf("%s: contrast %s", what, s)
	}
}

// picture keeps what is seen, for people to look at.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("HOLDFAST_ARTEFACTS")
	if dir == "" {
		return
	}
	height := eval[float64](b, "document.documentElement.scrollHeight")
	width := eval[float64](b, "document.documentElement.clientWidth")
	var png []byte
	b.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		png, err = cdppage.CaptureScreenshot().WithCaptureBeyondViewport(true).WithClip(&cdppage.Viewport{Width: width, Height: height, Scale: 1}).Do(ctx)
		return err
	}))
	if err := os.WriteFile(filepath.Join(dir, "page-"+name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// largePicture is a picture of large text. For a picture the browser forgets the size that was chosen, so the page is told it too.
func (b *tab) largePicture(name string) {
	b.t.Helper()
	eval[string](b, `document.documentElement.style.fontSize = "32px"`)
	b.picture(name)
}

func saved(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// tabTo presses the tabulator until sel has the focus, which has to be seen.
func (b *tab) tabTo(sel string) {
	b.t.Helper()
	for range 20 {
		b.run(chromedp.KeyEvent(kb.Tab))
		if eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", sel)) {
			if got := eval[string](b, "getComputedStyle(document.activeElement).outlineStyle"); got != "solid" {
				b.t.Errorf("%s has the focus and nobody sees it: %s", sel, got)
			}
			return
		}
	}
	b.t.Fatalf("the tabulator never comes to %s", sel)
}
