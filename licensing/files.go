package licensing

import (
	"cmp"
	"context"
	"slices"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// FileView is one signed document that came in. Several may have come in one file and then share its name and words.
type FileView struct {
	Hash         string
	Kind         exchange.Kind
	Root, Vendor string     // the vendor's first root key id, and its name
	Serial       string     // of the license in it; "" when it has none
	Product      terms.Text // of that license; empty when it is not known here any more
	Name         string     // of the file
	Taken        time.Time
	Issued       time.Time
	Words        string // check words of the file; "" when it came before they were kept
	InUse        bool   // something rests on it now: a vendor, a license, or what a vendor said
}

// Files are the documents that came in, newest first: all that something rests on, and of the others the newest 50 of each vendor and
// kind. It needs no key store.
func (e *Engine) Files(ctx context.Context) ([]FileView, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	uses := e.rec.uses()
	out := make([]FileView, 0, len(e.rec.Documents))
	for _, d := range e.rec.Documents {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, e.fileView(*d, uses))
	}
	slices.SortFunc(out, func(a, b FileView) int {
		return cmp.Or(b.Taken.Compare(a.Taken), b.Issued.Compare(a.Issued), cmp.Compare(a.Hash, b.Hash))
	})
	return out, nil
}

func (e *Engine) fileView(d documentRecord, uses map[string]use) FileView {
	u, used := uses[d.Hash]
	v := FileView{
		Hash: d.Hash, Kind: d.Kind, Root: d.Root, Vendor: e.rec.Vendors[d.Root].Profile.Name, Serial: cmp.Or(d.Serial, u.serial),
		Name: d.Name, Taken: d.Taken, Issued: d.Issued, Words: d.Words, InUse: used,
	}
	if v.Issued.IsZero() {
		v.Issued = u.issued
	}
	if v.Issued.IsZero() || v.Serial == "" && d.Kind == exchange.KindLicense {
		e.lookInto(&v)
	}
	if l, ok := e.rec.Licenses[d.Root+"/"+v.Serial]; ok {
		v.Product = l.License.Policy.Product.Name
		if len(v.Product) == 0 {
			v.Product = terms.Plain(l.License.Policy.Product.ID)
		}
	}
	return v
}

// lookInto reads what the record does not say from the document, which was verified when it was taken. Records of before
// have neither date nor serial, and their documents may have been replaced since.
func (e *Engine) lookInto(v *FileView) {
	env, err := e.readDocument(v.Hash)
	if err != nil {
		return // a document with a license key is in the journal alone
	}
	if h, _ := exchange.PeekHeader(env); v.Issued.IsZero() {
		v.Issued = h.Issued
	}
	resp, err := exchange.ParseResponse(env, e.rec.Vendors[v.Root].Profile)
	if err != nil {
		return
	}
	for _, p := range resp.Parts {
		if p.License != nil && v.Serial == "" {
			v.Serial = p.License.Serial
		}
	}
}

// use is what rests on a document.
type use struct {
	serial string
	issued time.Time
}

// uses are the documents that vendors, licenses and parts rest on.
func (r *records) uses() map[string]use {
	all := make(map[string]use, len(r.Vendors)+len(r.Licenses)+len(r.Parts))
	for _, v := range r.Vendors {
		all[v.Document] = use{issued: v.Profile.Issued}
	}
	for _, l := range r.Licenses {
		all[l.Document] = use{l.Serial, l.License.Issued}
	}
	for _, p := range r.Parts {
		if _, used := all[p.Document]; !used {
			all[p.Document] = use{serialOf(p.Body), p.Issued}
		}
	}
	return all
}
