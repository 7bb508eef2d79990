package service

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"

	"holdfast/licensing/issuer"
)

// hand sends an answer: packed to programs that ask for our media type, as a file to everyone else.
func (s *Service) hand(w http.ResponseWriter, r *http.Request, status int, a issuer.Answer) {
	v, h := visitOf(r), w.Header()
	file := a.File
	h.Set("Vary", "Accept, Accept-Encoding")
	if takesPacked(r) {
		var compressed bool
		var err error
		if file, compressed, err = s.packer.pack(a, accepts(r.Header.Values("Accept-Encoding"), packingZstd)); err != nil {
			s.fault(r.Context(), codeUnexpected, err)
			s.refuse(w, r, http.StatusInternalServerError, codeUnexpected, 0)
			return
		}
		if compressed {
			h.Set("Content-Encoding", packingZstd)
		}
	} else {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	}
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(file)))
	h.Set("Cache-Control", "no-store")
	h.Set(headerKind, v.answer)
	if v.trace != "" {
		h.Set(headerTrace, v.trace)
	}
	if v.again {
		h.Set(headerAgain, "1")
	}
	w.WriteHeader(status)
	_, _ = w.Write(file) // who is gone asks again and gets the same bytes
}

// takesPacked says that the caller wants the compact form, without the paragraph for people.
func takesPacked(r *http.Request) bool { return accepts(r.Header.Values("Accept"), mediaType) }

// carried says how the body is packed, or why it is not even read.
func carried(r *http.Request) (packed bool, status int, code string) {
	if r.ContentLength > maxBody {
		return false, http.StatusRequestEntityTooLarge, codeTooLarge
	}
	if media := r.Header.Get("Content-Type"); media != "" {
		switch t, _, err := mime.ParseMediaType(media); {
		case err != nil:
			return false, http.StatusUnsupportedMediaType, codeMedia
		case t != mediaType && t != "application/octet-stream" && t != "text/plain":
			return false, http.StatusUnsupportedMediaType, codeMedia
		}
	}
	switch strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))) {
	case "", "identity":
		return false, 0, ""
	case packingZstd:
		return true, 0, ""
	}
	return false, http.StatusUnsupportedMediaType, codeEncoding
}

// accepts says whether a list of media types or encodings names one, and not with q=0.
func accepts(lists []string, want string) bool {
	q, named := weight(lists, want)
	return named && q > 0
}

// weight is how much is liked what a list of media types or encodings names: 1 unless it says otherwise.
func weight(lists []string, want string) (q float64, named bool) {
	for _, list := range lists {
		for item := range strings.SplitSeq(list, ",") {
			name, params, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(name), want) {
				q, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
				if n, err := strconv.ParseFloat(q, 64); found && err == nil {
					return n, true
				}
				return 1, true
			}
		}
	}
	return 0, false
}

// refuseBody says why a body was not taken.
func (s *Service) refuseBody(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("Connection", "close") // what is left of it is not read
	switch {
	case errors.Is(err, errTooLarge):
		s.refuse(w, r, http.StatusRequestEntityTooLarge, codeTooLarge, 0)
	case errors.Is(err, errNoRoom):
		s.numbers.limited.add(1, "bodies")
		s.refuse(w, r, http.StatusServiceUnavailable, codeBusy, retryBusy)
	case errors.Is(err, errPacking):
		s.refuse(w, r, http.StatusBadRequest, codePacking, 0)
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.refuse(w, r, http.StatusRequestTimeout, codeSlow, 0)
	case errors.Is(err, io.ErrUnexpectedEOF), r.Context().Err() != nil:
		visitOf(r).cause = causeGone
	default:
		s.refuse(w, r, http.StatusBadRequest, codeCut, 0)
	}
}

// refuseError answers with the problem that an error of reading is.
func (s *Service) refuseError(w http.ResponseWriter, r *http.Request, err error) {
	status, code, wait, _ := verdictOn(err)
	s.refuse(w, r, status, code, wait)
}
