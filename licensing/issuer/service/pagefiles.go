package service

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"
)

const (
	answerType     = "application/vnd.holdfast"
	maxArchiveForm = 64 << 10
	maxArchive     = 64 << 20
)

// download hands out one answer, the bytes that were signed when it was asked for first.
func (p *page) download(v visitor) {
	ctx, done := v.limited()
	defer done()
	a, ok, err := p.desk.Handed(ctx, v.r.PathValue("id"))
	switch {
	case err != nil:
		v.failed(err)
	case !ok:
		v.fault(http.StatusNotFound, "no_answer", 0)
	default:
		v.attach(a.Name, answerType, a.File)
	}
}

// archive hands out several answers as one file.
func (p *page) archive(v visitor) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxArchiveForm)
	if err := v.r.ParseForm(); err != nil {
		why := brokenOff(err)
		v.fault(why.status, why.code, why.retry)
		return
	}
	ctx, done := v.limited()
	defer done()
	b, made, err := p.pack(ctx, v.r.PostForm["id"])
	switch {
	case err != nil:
		v.failed(err)
	case b == nil:
		v.fault(http.StatusNotFound, "no_answer", 0)
	default:
		v.attach("answers_"+made.UTC().Format(time.DateOnly)+".zip", "application/zip", b)
	}
}

// pack puts the answers with these ids into an archive; nil when there is none. The same answers give the same bytes.
func (p *page) pack(ctx context.Context, ids []string) (file []byte, newest time.Time, err error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	names := map[string]bool{}
	for _, id := range ids[:min(len(ids), maxBrought)] {
		a, ok, err := p.desk.Handed(ctx, id)
		if err != nil {
			return nil, newest, err
		}
		if !ok || b.Len()+len(a.File) > maxArchive {
			continue
		}
		if a.At.After(newest) {
			newest = a.At
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: onlyName(names, a.Name), Method: zip.Deflate, Modified: a.At.UTC()})
		if err == nil {
			_, err = w.Write(a.File)
		}
		if err != nil {
			return nil, newest, fmt.Errorf("archive: %w", err)
		}
	}
	if len(names) == 0 {
		return nil, newest, nil
	}
	err = z.Close()
	return b.Bytes(), newest, err
}

// onlyName makes a name that is not among names, and adds it.
func onlyName(names map[string]bool, name string) string {
	only := name
	for n := 2; names[only]; n++ {
		only = fmt.Sprintf("%d_%s", n, name)
	}
	names[only] = true
	return only
}

func (v visitor) attach(name, media string, file []byte) {
	h := v.w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(file)))
	_, _ = v.w.Write(file) // who went away gets the same bytes again
}

// file serves the style sheet and the icon. Their address changes with their content, so they are kept.
func (p *page) file(v visitor) {
	switch v.r.PathValue("file") {
	case p.styleName():
		v.keep("text/css; charset=utf-8", p.style)
	case "icon.svg":
		v.keep("image/svg+xml", p.icon)
	default:
		v.fault(http.StatusNotFound, "not_found", 0)
	}
}

func (p *page) favicon(v visitor) { v.keep("image/svg+xml", p.icon) }

func (v visitor) keep(media string, b []byte) {
	h := v.w.Header()
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = v.w.Write(b)
}
