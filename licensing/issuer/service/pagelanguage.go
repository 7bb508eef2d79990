package service

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/text/language"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// pageWords speaks one language.
type pageWords struct{ *plain.Speaker }

// text is a text of the page; args are pairs of slot and value.
func (w pageWords) text(id string, args ...any) string {
	slots := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		slots[args[i].(string)] = args[i+1]
	}
	return w.Text(id, slots)
}

// wait is a time to wait in words, rounded up as the header is; 0 is pageRetry.
func (w pageWords) wait(d time.Duration) string {
	unit := time.Second
	if d = cmp.Or(d, pageRetry); d > time.Minute {
		unit = time.Minute
	}
	return w.Length(terms.Length{Span: (d + unit - 1) / unit * unit})
}

// language is the one that was picked on the page, else the best for what the browser asks for.
func (p *page) language(r *http.Request) (w pageWords, chosen bool) {
	if w, ok := p.words[r.URL.Query().Get("lang")]; ok {
		return w, true
	}
	_, i := language.MatchStrings(p.matcher, r.Header.Get("Accept-Language"))
	return p.words[p.order[i]], false
}

// loadWords makes the speakers of every language.
func (p *page) loadWords() error {
	p.words, p.order = map[string]pageWords{}, plain.Languages()
	var tags []language.Tag
	for _, l := range p.order {
		s, err := plain.New(l)
		if err != nil {
			return err
		}
		p.words[l] = pageWords{s}
		tags = append(tags, language.Make(l))
	}
	p.matcher = language.NewMatcher(tags)
	return nil
}

// link is an address of the page that keeps the language that was picked.
func (v visitor) link(path string) string {
	if !v.chosen {
		return path
	}
	return inLanguage(path, v.words.Language())
}

func inLanguage(path, lang string) string { return path + "?" + url.Values{"lang": {lang}}.Encode() }

// pageLanguage is one of the languages to pick from, by its own name.
type pageLanguage struct {
	Code, Name, Link string
	On               bool
}

// languages offers path in every language.
func (v visitor) languages(path string) []pageLanguage {
	var all []pageLanguage
	for _, l := range v.p.order {
		w := v.p.words[l]
		all = append(all, pageLanguage{l, w.text("page.language.own"), inLanguage(path, l), l == v.words.Language()})
	}
	return all
}
