package service

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"holdfast/assets"
	"holdfast/licensing/exchange"
)

//go:embed page
var pageTree embed.FS

// load reads the templates, the style sheet, the icons and the words.
func (p *page) load() (err error) {
	if err := p.loadWords(); err != nil {
		return err
	}
	if p.style, err = pageTree.ReadFile("page/page.css"); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	icon, ok := assets.Icon("holdfast-icon")
	if !ok {
		return fmt.Errorf("page: no icon")
	}
	p.icon = icon
	p.forms, err = template.New("page").Funcs(template.FuncMap{"icon": pageIcon}).ParseFS(pageTree, "page/*.html")
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// pageIcon is a symbol of ours in the colour of the text around it. It says nothing that the words beside it do not.
func pageIcon(name string) (template.HTML, error) {
	b, ok := assets.Icon(name)
	if !ok {
		return "", fmt.Errorf("no icon %q", name)
	}
	svg := strings.Replace(string(b), "<svg ", `<svg class="icon" aria-hidden="true" focusable="false" `, 1)
	return template.HTML(strings.ReplaceAll(svg, `fill="#000000"`, `fill="currentColor"`)), nil // #nosec G203 -- compiled in
}

func (p *page) styleName() string {
	sum := sha256.Sum256(p.style)
	return "page-" + hex.EncodeToString(sum[:6]) + ".css"
}

// profile is the vendor's newest profile, or the one read last when the store does not answer.
func (p *page) profile() exchange.Profile {
	if got, err := p.desk.Profile(); err == nil {
		p.vendor.Store(&got.Profile)
	}
	return p.known()
}

// known is the profile without asking the store.
func (p *page) known() exchange.Profile {
	if last := p.vendor.Load(); last != nil {
		return *last
	}
	return exchange.Profile{}
}

// pageFrame is what every page shows.
type pageFrame struct {
	words     pageWords
	Language  string
	Title     string
	Vendor    exchange.Profile
	Name      string // of the vendor
	Initial   string
	Languages []pageLanguage
	Home      string
	Action    string
	Archive   string
	Style     string
	Alert     bool
	Items     []pageItem
	IDs       []string // of the answers, when there are several
	Single    bool
	Answered  int
	Problems  bool
}

// T is a text of the page, for templates.
func (f pageFrame) T(id string, args ...any) string {
	full := "page." + id
	return f.words.text(full, args...)
}

// frame is one for the form, in whatever language it is picked in.
func (v visitor) frame() pageFrame { return v.frameOf(v.p.profile(), "/") }

func (v visitor) frameOf(vendor exchange.Profile, here string) pageFrame {
	f := pageFrame{
		words: v.words, Language: v.words.Language(), Vendor: vendor, Name: v.words.text("page.vendor"), Initial: "H",
		Languages: v.languages(here), Home: v.link("/"), Action: v.link("/exchange"), Archive: "/answers", Style: "/page/" + v.p.styleName(),
	}
	if vendor.Name != "" {
		f.Name = v.words.text("page.own", "text", vendor.Name)
		f.Initial = initial(vendor.Name)
	}
	return f
}

func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "H"
}

// Phone is the number as an address of a telephone has it.
func (f pageFrame) Phone() string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, f.Vendor.Support.Phone)
}

// render writes a page. It is made before anything is sent, so that what is sent is whole.
func (v visitor) render(status int, form string, f pageFrame) {
	var b bytes.Buffer
	if err := v.p.forms.ExecuteTemplate(&b, form+".html", f); err != nil {
		v.p.report(v.r.Context(), fmt.Errorf("page %s: %w", form, err))
		http.Error(v.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", f.Language)
	h.Add("Vary", "Accept-Language")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b.Bytes())
}

// failed shows a fault of the service.
func (v visitor) failed(err error) {
	v.noted(err)
	v.fault(http.StatusServiceUnavailable, "service", pageRetry)
}

const pageRetry = time.Minute

// fault shows that a request was not served. It asks the store for nothing: it may be what is away.
func (v visitor) fault(status int, code string, retry time.Duration) {
	retryAfter(v.w.Header(), retry)
	o := troubled(v.knownCode(code), status)
	o.retry = retry
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		o.tone = "warn"
	}
	f := v.frameOf(v.p.known(), "/")
	v.show(status, f, []pageItem{v.item(f, brought{}, o, false)})
}

// knownCode is a code that there are texts for.
func (v visitor) knownCode(code string) string {
	if v.words.Has("page.out." + code + ".headline") {
		return code
	}
	return "service"
}
