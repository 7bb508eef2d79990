package service

import (
	"context"
	"html/template"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/text/language"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// pageDesk is what the exchange web page needs of the desk behind it.
type pageDesk interface {
	AnswerFound(ctx context.Context, name string, found []exchange.Found) ([]issuer.Answer, error)
	Handed(ctx context.Context, id string) (issuer.Answer, bool, error)
	Profile() (issuer.Profile, error)
}

// page is the exchange web page: a person brings a request or usage file and takes the answer along. It is HTML and one style sheet,
// without scripts and cookies. It keeps nothing: what it shows again it asks the desk for, so any of several processes can.
type page struct {
	desk   pageDesk
	report func(context.Context, error)
	around func(context.Context, letter, func() brought) brought                 // has one answered, and counts it; nil: nobody counts
	refuse func(w http.ResponseWriter, r *http.Request, status int, code string) // answers a program
	guard  *http.CrossOriginProtection

	words   map[string]pageWords // by language
	order   []string             // of languages, the first for who asks for none of them
	matcher language.Matcher
	forms   *template.Template
	style   []byte
	icon    []byte
	vendor  atomic.Pointer[exchange.Profile] // as it was read last, for when the store does not answer
}

// pageTime is how long the desk may take over one request of a person.
const pageTime = 30 * time.Second

// newPage makes the page. report is told of faults of the service, for the log; nil: nobody is. The error is for texts, icons or
// templates that cannot be read, which a build with passing tests does not have.
func newPage(d pageDesk, report func(context.Context, error)) (*page, error) {
	if report == nil {
		report = func(context.Context, error) {}
	}
	p := &page{desk: d, report: report, guard: http.NewCrossOriginProtection()}
	p.refuse = func(w http.ResponseWriter, _ *http.Request, status int, _ string) {
		http.Error(w, http.StatusText(status), status)
	}
	return p, p.load()
}

// mount puts the page into mux.
func (p *page) mount(mux *http.ServeMux) {
	for pattern, serve := range map[string]func(visitor){
		"GET /{$}":           p.form,
		"GET /exchange":      p.again,
		"POST /exchange":     p.exchange,
		"GET /exchange/{id}": p.shown,
		"GET /answer/{id}":   p.download,
		"POST /answers":      p.archive,
		"GET /page/{file}":   p.file,
		"GET /favicon.ico":   p.favicon,
		"/":                  p.nowhere,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			v := p.visit(w, r)
			if err := p.guard.Check(r); err != nil {
				v.fault(http.StatusForbidden, "cross_site", 0)
				return
			}
			serve(v)
		})
	}
}

// visitor is one request of a person: in which language, and where the answer goes.
type visitor struct {
	p     *page
	w     http.ResponseWriter
	r     *http.Request
	words pageWords
	// chosen: the language was picked on the page, so links keep it.
	chosen bool
}

func (p *page) visit(w http.ResponseWriter, r *http.Request) visitor {
	pageHeaders(w.Header(), r)
	v := visitor{p: p, w: w, r: r}
	v.words, v.chosen = p.language(r)
	return v
}

// limited bounds what the desk is asked.
func (v visitor) limited() (context.Context, context.CancelFunc) {
	return context.WithTimeout(v.r.Context(), pageTime)
}

// fault shows a page that says why a request was not served, whatever stood in the way before the page was asked. retry is for the
// header; zero leaves it out. Codes: see faults.
func (p *page) fault(w http.ResponseWriter, r *http.Request, status int, code string, retry time.Duration) {
	p.visit(w, r).fault(status, code, retry)
}

// again leads back to the form: reloading the address of a result without its file shows nothing.
func (p *page) again(v visitor) {
	http.Redirect(v.w, v.r, v.link("/"), http.StatusSeeOther)
}

// nowhere answers for every other address.
func (p *page) nowhere(v visitor) {
	status, code := http.StatusNotFound, "not_found"
	if v.r.Method != http.MethodGet && v.r.Method != http.MethodHead {
		status, code = http.StatusMethodNotAllowed, "method"
	}
	if !p.wants(v.r) {
		p.refuse(v.w, v.r, status, code)
		return
	}
	v.fault(status, code, 0)
}

func (p *page) form(v visitor) {
	f := v.frame()
	f.Title = v.words.text("page.form.title")
	v.render(http.StatusOK, "form", f)
}

// exchange answers what was brought.
func (p *page) exchange(v visitor) {
	files, err := readUpload(v.r)
	if err != nil {
		v.fault(err.status, err.code, err.retry)
		return
	}
	ctx, done := v.limited()
	defer done()
	v.results(p.bring(ctx, files))
}

// shown is the page of an answer that was handed out, by its id.
func (p *page) shown(v visitor) {
	ctx, done := v.limited()
	defer done()
	id := v.r.PathValue("id")
	a, ok, err := p.desk.Handed(ctx, id)
	switch {
	case err != nil:
		v.failed(err)
	case !ok:
		v.fault(http.StatusNotFound, "no_answer", 0)
	default:
		v.results([]brought{{id: id, answer: &a}})
	}
}
