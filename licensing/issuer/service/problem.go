package service

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/text/language"

	"holdfast/licensing/issuer"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// Codes of problems that are not the issuer's or the file's own. The sentences are service.problem.<code>.
const (
	codeNotFound   = "not_found"
	codeMethod     = "method"
	codeMedia      = "media"
	codeEncoding   = "encoding"
	codeTooLarge   = "too_large"
	codeSlow       = "slow_body"
	codeCut        = "body_cut"
	codePacking    = "packing"
	codeSeveral    = "several"
	codeRate       = "rate"
	codeBusy       = "busy"
	codeStopping   = "stopping"
	codeStore      = "store"
	codeClock      = "clock"
	codeUnexpected = "unexpected"
)

// How long to wait before the same is worth another try, when nothing says it better.
const (
	retryBusy     = 5 * time.Second
	retryStopping = 10 * time.Second
	retryStore    = 30 * time.Second
	retryPerson   = 30 * time.Minute
)

const mediaProblem = "application/problem+json"

// Problem is the body of an answer that is no file (RFC 9457).
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Trace  string `json:"trace,omitempty"`
}

// words speak the languages of the problems.
type words struct {
	matcher  language.Matcher
	speakers []*plain.Speaker
}

func readWords() (words, error) {
	var w words
	var tags []language.Tag
	for _, lang := range plain.Languages() {
		s, err := plain.New(lang)
		if err != nil {
			return w, err
		}
		w.speakers, tags = append(w.speakers, s), append(tags, language.Make(lang))
	}
	w.matcher = language.NewMatcher(tags)
	return w, nil
}

const maxLanguages = 200 // bytes of Accept-Language that are looked at

func (w words) in(r *http.Request) *plain.Speaker {
	asked := r.Header.Get("Accept-Language")
	if asked == "" || len(asked) > maxLanguages {
		return w.speakers[0]
	}
	tags, _, err := language.ParseAcceptLanguage(asked)
	if err != nil {
		return w.speakers[0]
	}
	_, i, confidence := w.matcher.Match(tags...)
	if confidence == language.No {
		i = 0
	}
	return w.speakers[i]
}

// refuse answers with a problem, or with a page when a person with a browser asked for one.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, status int, code string, wait time.Duration) {
	visitOf(r).cause = code
	if visitOf(r).path != "" && s.page.wants(r) { // the private listener has no page
		if shown := shownAs(code); shown != "" {
			s.page.fault(w, r, status, shown, wait)
			return
		}
	}
	s.problem(w, r, status, code, wait)
}

// shownAs is the code under which the page has words for a problem; "" when it has none, because only programs meet it.
func shownAs(code string) string {
	switch code {
	case codeNotFound, codeMethod, codeTooLarge, codeSlow, codeRate, codeBusy, codeStopping:
		return code
	case codeStore, codeClock, codeUnexpected:
		return "service"
	case codeMedia, codeEncoding, codePacking, codeSeveral:
		return "upload_kind"
	case codeCut:
		return "upload_cut"
	}
	return ""
}

func (s *Service) problem(w http.ResponseWriter, r *http.Request, status int, code string, wait time.Duration) {
	v, say := visitOf(r), s.words.in(r)
	v.cause = code
	id := "service.problem." + code
	if !say.Has(id) {
		id = "service.problem.file"
	}
	b, err := json.Marshal(Problem{Type: "about:blank", Title: say.Text(id, nil), Status: status, Code: code, Trace: v.trace})
	if err != nil {
		b = []byte("{}")
	}
	h := w.Header()
	h.Set("Content-Type", mediaProblem)
	h.Set("Content-Language", say.Language())
	h.Set("Content-Length", strconv.Itoa(len(b)+1))
	h.Set("Vary", "Accept, Accept-Language")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'")
	if v.trace != "" {
		h.Set(headerTrace, v.trace)
	}
	retryAfter(h, wait)
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}

// retryAfter is in whole seconds, rounded up.
func retryAfter(h http.Header, wait time.Duration) {
	if wait > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
	}
}

// verdictOn says what an error of the desk means to the caller. fault: it is the service's own, not the request's. Every code of an issuer
// that is not named here is such a fault.
func verdictOn(err error) (status int, code string, wait time.Duration, fault bool) {
	var own *issuer.Error
	var file *terms.Problem
	switch {
	case errors.As(err, &own):
		code = string(own.Code)
		switch own.Code {
		case issuer.CodeOtherVendor, issuer.CodeSealedForOther:
			return http.StatusMisdirectedRequest, code, 0, false
		case issuer.CodeNeedsPerson, issuer.CodeSecondNeeded:
			return http.StatusAccepted, code, retryPerson, false
		case issuer.CodeKindUnknown, issuer.CodeRequestOver, issuer.CodeNoRequest, issuer.CodeNoUsage, issuer.CodeTooMany, issuer.CodeValue:
			return http.StatusBadRequest, code, 0, false
		case issuer.CodeClockBehind, issuer.CodeClockAhead, issuer.CodeKeyNotYet:
			return http.StatusServiceUnavailable, codeClock, retryStore, true
		}
	case errors.As(err, &file):
		return http.StatusBadRequest, string(file.State), 0, false
	}
	return http.StatusServiceUnavailable, codeStore, retryStore, true
}

// verified says whether the desk knew who asked when it gave err: only then is it the computer that counts, not whoever named it.
func verified(err error) bool {
	var own *issuer.Error
	return err == nil || errors.As(err, &own) && own.Code != issuer.CodeNoRequest && own.Code != issuer.CodeNoUsage
}
