package service

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"holdfast/licensing/exchange"
)

const (
	maxUpload      = exchange.MaxFile + 64<<10 // a file of the largest size with what a form puts around it
	maxUploadParts = 64
	// maxDrained is how much more than maxUpload is read and forgotten, because a browser shows an answer only when it could send all.
	maxDrained = 64 << 20
)

// upload is one file that was brought.
type upload struct {
	name string // as the sender calls it
	data []byte
}

// uploadError is why an upload cannot be read: the code of a fault and the status.
type uploadError struct {
	code   string
	status int
	retry  time.Duration // see page.fault
}

// brokenOff is why a form did not come whole.
func brokenOff(err error) *uploadError {
	switch {
	case errors.Is(err, errNoRoom):
		return &uploadError{codeBusy, http.StatusServiceUnavailable, retryBusy}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &uploadError{codeSlow, http.StatusRequestTimeout, 0}
	}
	return &uploadError{"upload_cut", http.StatusBadRequest, 0}
}

// readUpload reads the files of a form. They stay in memory, no more than maxUpload bytes in all.
func readUpload(r *http.Request) ([]upload, *uploadError) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" || params["boundary"] == "" {
		return nil, &uploadError{"upload_kind", http.StatusUnsupportedMediaType, 0}
	}
	body := &io.LimitedReader{R: r.Body, N: maxUpload + 1}
	files, err := readParts(multipart.NewReader(body, params["boundary"]))
	var large *http.MaxBytesError
	switch {
	case body.N <= 0 || errors.As(err, &large):
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained) // as far as it comes
		return nil, &uploadError{"too_large", http.StatusRequestEntityTooLarge, 0}
	case errors.Is(err, errManyParts):
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained)
		return nil, &uploadError{"many_files", http.StatusRequestEntityTooLarge, 0}
	case errors.Is(err, errNoRoom):
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained)
		return nil, brokenOff(err)
	case err != nil:
		return nil, brokenOff(err)
	case len(files) == 0:
		return nil, &uploadError{"no_file", http.StatusBadRequest, 0}
	}
	return files, nil
}

var errManyParts = errors.New("more parts than a form of ours has")

func readParts(m *multipart.Reader) ([]upload, error) {
	var files []upload
	for n := 0; ; n++ {
		part, err := m.NextRawPart()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if n >= maxUploadParts {
			return nil, errManyParts
		}
		if part.FileName() == "" { // another field, or the file field when no file was chosen
			if _, err := io.Copy(io.Discard, part); err != nil {
				return nil, err
			}
			continue
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		files = append(files, upload{part.FileName(), data})
	}
}
