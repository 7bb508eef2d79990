package local

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"holdfast/licensing/client/endpoint"
)

// Programs answers licensed programs. An error that is a Refusal says what the caller reads; any other one is told as unexpected.
// What Record acknowledges is durable.
type Programs interface {
	Check(ctx context.Context, q endpoint.CheckRequest) (endpoint.CheckAnswer, error)
	// Prove signs the bytes of an answer for the nonce of its request. Without the device key at hand, the answer goes without a proof.
	Prove(ctx context.Context, q endpoint.CheckRequest, answer []byte) (p endpoint.Proof, ok bool)
	Record(ctx context.Context, q endpoint.UsageRequest) (endpoint.UsageAnswer, error)
	// ProveUsage is Prove for the bytes of a usage request and its answer.
	ProveUsage(ctx context.Context, nonce string, request, answer []byte) (p endpoint.UsageProof, ok bool)
	Status(ctx context.Context) (endpoint.StatusAnswer, error)
}

// Refusal is an answer that is not 200.
type Refusal struct {
	Status int
	Code   string // stable
	Text   string // for a person
}

func (r *Refusal) Error() string { return r.Code }

// operation is one path for licensed programs.
type operation struct {
	method, path string
	limit        int64         // bytes of the body
	time         time.Duration // for the answer
	answer       func(ctx context.Context, body []byte) ([]byte, error)
}

func (s *service) operations() []operation {
	return []operation{
		{http.MethodPost, endpoint.CheckPath, endpoint.MaxCheck, checkTime, s.check},
		{http.MethodPost, endpoint.UsagePath, endpoint.MaxUsage, usageTime, s.usage},
		{http.MethodGet, endpoint.StatusPath, 0, checkTime, s.status},
	}
}

// serve bounds what a caller may do with one path, and answers.
func (s *service) serve(o operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		now := time.Now()
		_ = c.SetReadDeadline(now.Add(Patience)) // the whole body is small and comes from this computer
		_ = c.SetWriteDeadline(now.Add(o.time + Patience))
		if r.Method != o.method {
			w.Header().Set("Allow", o.method)
			refused(w, http.StatusMethodNotAllowed, endpoint.CodeMethod)
			return
		}
		if status, code := refuse(r, o.limit); status != 0 {
			_, _ = io.CopyN(io.Discard, r.Body, 2*o.limit) // who sends a little too much still reads why
			refused(w, status, code)
			return
		}
		if s.programs == nil {
			refused(w, http.StatusServiceUnavailable, endpoint.CodeStopping)
			return
		}
		p := placeOf(r.Context())
		size := r.ContentLength
		if size < 0 {
			size = o.limit
		}
		if !p.within(size) {
			refused(w, http.StatusTooManyRequests, endpoint.CodeQuota)
			return
		}
		leaveOwn, ok := enter(r.Context(), p.caller.programs)
		if !ok {
			refused(w, http.StatusTooManyRequests, endpoint.CodeQuota)
			return
		}
		defer leaveOwn()
		leave, ok := enter(r.Context(), s.requests)
		if !ok {
			refused(w, http.StatusServiceUnavailable, endpoint.CodeBusy)
			return
		}
		defer leave()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, o.limit))
		if err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				refused(w, http.StatusRequestEntityTooLarge, endpoint.CodeTooLarge)
			} else {
				refused(w, http.StatusBadRequest, endpoint.CodeMalformed)
			}
			return
		}
		_ = c.SetReadDeadline(time.Time{}) // nothing more is read; a deadline would end the answer of a slow disk
		defer p.answering()()
		ctx, cancel := context.WithTimeout(r.Context(), o.time)
		defer cancel()
		answer, err := o.answer(ctx, body)
		if err != nil {
			told(w, r.Context(), err)
			return
		}
		write(w, http.StatusOK, answer)
	}
}

func write(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// refused answers what is wrong with the request itself. Its text is that of HTTP: programmers read it.
func refused(w http.ResponseWriter, status int, code string) {
	refuseWith(w, &Refusal{Status: status, Code: code, Text: http.StatusText(status)})
}

func refuseWith(w http.ResponseWriter, r *Refusal) {
	switch r.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	case http.StatusForbidden, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		w.Header().Set("Connection", "close") // nothing good comes from there
	}
	b, err := encode(endpoint.ErrorAnswer{Error: endpoint.Error{Code: r.Code, Text: r.Text}})
	if err != nil {
		b = []byte(`{}`)
	}
	write(w, r.Status, b)
}

func told(w http.ResponseWriter, conn context.Context, err error) {
	var r *Refusal
	switch {
	case errors.As(err, &r):
		refuseWith(w, r)
	case conn.Err() != nil:
		refused(w, http.StatusServiceUnavailable, endpoint.CodeStopping)
	case errors.Is(err, context.DeadlineExceeded):
		refused(w, http.StatusServiceUnavailable, endpoint.CodeBusy)
	default:
		refused(w, http.StatusInternalServerError, "unexpected")
	}
}

// encode writes JSON without the escapes for web pages, so that a program reads sentences as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// decode reads one JSON object of our version.
func decode(body []byte, v any, schema *int) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(v); err != nil || d.Decode(&struct{}{}) != io.EOF {
		return malformed()
	}
	if *schema == 0 {
		return &Refusal{http.StatusBadRequest, endpoint.CodeNoVersion, "schema_version"}
	}
	if *schema != endpoint.SchemaVersion {
		return &Refusal{http.StatusNotImplemented, endpoint.CodeVersion, http.StatusText(http.StatusNotImplemented)}
	}
	return nil
}

func malformed() error {
	return &Refusal{http.StatusBadRequest, endpoint.CodeMalformed, http.StatusText(http.StatusBadRequest)}
}

// goodNonce says whether s is a nonce, or none.
func goodNonce(s string) bool {
	n, err := base64.StdEncoding.Strict().DecodeString(s)
	return s == "" || err == nil && len(n) >= endpoint.MinNonce && len(n) <= endpoint.MaxNonce
}

// name says whether s can name something.
func name(s string) bool { return s != "" && len(s) <= endpoint.MaxName }

func (s *service) check(ctx context.Context, body []byte) ([]byte, error) {
	var q endpoint.CheckRequest
	if err := decode(body, &q, &q.Schema); err != nil {
		return nil, err
	}
	if !name(q.Product) || len(q.Vendor) > endpoint.MaxName || len(q.Version) > endpoint.MaxName || len(q.Features) > endpoint.MaxFeatures {
		return nil, malformed()
	}
	for _, f := range q.Features {
		if !name(f) {
			return nil, malformed()
		}
	}
	if !goodNonce(q.Nonce) {
		return nil, malformed()
	}
	a, err := s.programs.Check(ctx, q)
	if err != nil {
		return nil, err
	}
	a.Schema, a.Proof = endpoint.SchemaVersion, nil
	b, err := encode(a)
	if err != nil || q.Nonce == "" {
		return b, err
	}
	if p, ok := s.programs.Prove(ctx, q, b); ok {
		return endpoint.WithProof(b, p)
	}
	return b, nil
}

func (s *service) usage(ctx context.Context, body []byte) ([]byte, error) {
	var q endpoint.UsageRequest
	if err := decode(body, &q, &q.Schema); err != nil {
		return nil, cmp.Or(badUnits(body), err)
	}
	if len(q.Events) > endpoint.MaxEvents {
		return nil, &Refusal{http.StatusRequestEntityTooLarge, endpoint.CodeTooLarge, http.StatusText(http.StatusRequestEntityTooLarge)}
	}
	if len(q.Events) == 0 || len(q.Vendor) > endpoint.MaxName || !goodNonce(q.Nonce) {
		return nil, malformed()
	}
	for _, e := range q.Events {
		if !name(e.Product) || !name(e.Meter) || e.Units <= 0 || len(e.ID) > endpoint.MaxID {
			return nil, cmp.Or(badUnits(body), malformed())
		}
	}
	a, err := s.programs.Record(ctx, q)
	if err != nil {
		return nil, err
	}
	a.Schema, a.Proof = endpoint.SchemaVersion, nil
	b, err := encode(a)
	if err != nil || q.Nonce == "" {
		return b, err
	}
	if p, ok := s.programs.ProveUsage(ctx, q.Nonce, body, b); ok {
		return endpoint.WithProof(b, p)
	}
	return b, nil
}

func (s *service) status(ctx context.Context, _ []byte) ([]byte, error) {
	a, err := s.programs.Status(ctx)
	if err != nil {
		return nil, err
	}
	a.Schema = endpoint.SchemaVersion
	return encode(a)
}
