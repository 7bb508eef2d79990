package licensing

import (
	"encoding/json"
	"errors"
	"runtime"
	"sync"
	"time"

	"holdfast/licensing/store"
	"holdfast/licensing/terms"
)

// Buckets of the index, one for each map of records.
const (
	bucketVendors    = "vendors"
	bucketLicenses   = "licenses"
	bucketRequests   = "requests"
	bucketDocuments  = "documents"
	bucketKeys       = "license_keys"
	bucketHome       = "home"
	bucketShown      = "shown"
	bucketParts      = "parts"
	bucketGrace      = "grace"
	bucketUsage      = "usage"
	bucketUsageFiles = "usage_files"
	bucketContacts   = "contacts"
)

var errNoTail = errors.New("the index does not say how far it goes")

// tailRecord says up to which journal entry the index is complete.
type tailRecord struct {
	Form int        `json:"form,omitempty"` // of the index, see indexForm
	Seq  uint64     `json:"seq"`
	Head string     `json:"head"`
	Home homeRecord `json:"home"`
}

// indexForm grows when the index holds more than programs of before knew: one that such a program wrote lacks it.
const indexForm = 2

const tailKey = "tail"

// loadIndex fills rec. old says that an earlier program wrote the index: without parts, perhaps with the states of products in
// the tail.
func loadIndex(tx *store.Tx, rec *records) (old bool, err error) {
	b, err := tx.Get(bucketHome, tailKey)
	if err != nil {
		return false, errNoTail
	}
	var t tailRecord
	if err := json.Unmarshal(b, &t); err != nil {
		return false, err
	}
	rec.Seq, rec.Head, rec.Home = t.Seq, t.Head, t.Home
	if len(t.Home.Shown) == 0 {
		rec.Home.Shown = map[string]terms.State{}
	}
	return t.Form < indexForm, errors.Join(
		loadBucket(tx, bucketVendors, rec.Vendors), loadBucket(tx, bucketKeys, rec.Keys), loadBucket(tx, bucketShown, rec.Home.Shown),
		loadBucket(tx, bucketLicenses, rec.Licenses), loadBucket(tx, bucketRequests, rec.Requests), loadBucket(tx, bucketDocuments, rec.Documents),
		loadBucket(tx, bucketParts, rec.Parts), loadBucket(tx, bucketGrace, rec.Grace),
		loadBucket(tx, bucketUsage, rec.Usage), loadBucket(tx, bucketUsageFiles, rec.UsageFiles), loadBucket(tx, bucketContacts, rec.Contacts),
	)
}

// loadBucket reads one bucket. Taking thousands of values apart is most of a start, so all processors do it.
func loadBucket[T any](tx *store.Tx, bucket string, into map[string]T) error {
	var keys []string
	var sealed [][]byte
	err := tx.ForEach(bucket, func(key string, value []byte) error {
		keys, sealed = append(keys, key), append(sealed, value)
		return nil
	})
	if err != nil {
		return err
	}
	values, errs := make([]T, len(keys)), make([]error, len(keys))
	inParallel(len(keys), func(i int) { errs[i] = json.Unmarshal(sealed[i], &values[i]) })
	for i, key := range keys {
		if errs[i] != nil {
			return errs[i]
		}
		into[key] = values[i]
	}
	return nil
}

// inParallel calls fn for 0 to n-1, on all processors when there is much to do.
func inParallel(n int, fn func(int)) {
	workers := min(runtime.GOMAXPROCS(0), 1+n/64)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < n; i += workers {
				fn(i)
			}
		})
	}
	all.Wait()
}

func storeIndex(tx *store.Tx, c change, rec *records) error {
	for _, v := range c.Vendors {
		if err := putJSON(tx, bucketVendors, v.Root, v); err != nil {
			return err
		}
	}
	for _, l := range c.Licenses {
		if err := putJSON(tx, bucketLicenses, l.key(), l); err != nil {
			return err
		}
	}
	for _, q := range c.Requests {
		if err := putJSON(tx, bucketRequests, q.ID, q); err != nil {
			return err
		}
	}
	for _, d := range c.Documents {
		if err := putJSON(tx, bucketDocuments, d.Hash, d); err != nil {
			return err
		}
	}
	for _, k := range c.Keys {
		if err := putJSON(tx, bucketKeys, k.Hash, k); err != nil {
			return err
		}
	}
	for k, s := range c.Shown {
		if err := putJSON(tx, bucketShown, k, s); err != nil {
			return err
		}
	}
	for _, p := range c.Parts {
		if err := putJSON(tx, bucketParts, p.key(), p); err != nil {
			return err
		}
	}
	for _, g := range c.Grace {
		if err := putJSON(tx, bucketGrace, g.key(), g); err != nil {
			return err
		}
	}
	for _, u := range c.Usage {
		if err := putJSON(tx, bucketUsage, u.Root, u); err != nil {
			return err
		}
	}
	for _, f := range c.UsageFiles {
		if err := putJSON(tx, bucketUsageFiles, f.ID, f); err != nil {
			return err
		}
	}
	for _, m := range c.Contacts {
		if err := putJSON(tx, bucketContacts, m.Root, m); err != nil {
			return err
		}
	}
	for bucket, keys := range map[string][]string{
		bucketUsageFiles: c.over.files, bucketParts: c.over.parts, bucketDocuments: c.over.documents, bucketRequests: c.over.requests,
	} {
		for _, key := range keys {
			if err := tx.Delete(bucket, key); err != nil {
				return err
			}
		}
	}
	home := rec.Home
	home.Shown = nil
	return putJSON(tx, bucketHome, tailKey, tailRecord{Form: indexForm, Seq: rec.Seq, Head: rec.Head, Home: home})
}

func putJSON(tx *store.Tx, bucket, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Put(bucket, key, b)
}

// indexOptions opens the index; the home lock keeps others away, the timeout is for a program that ignores it.
func (e *Engine) indexOptions() store.Options {
	return store.Options{Timeout: 2 * time.Second, ReadOnly: e.o.ReadOnly, FS: e.o.FS}
}

// readIndex returns the records of the index, or nil when it has to be built again.
func (e *Engine) readIndex() *records {
	s, err := store.Open(e.path(indexFile), e.secrets.store, e.indexOptions())
	if err != nil {
		e.indexBusy = errors.Is(err, store.ErrBusy)
		return nil
	}
	rec := newRecords()
	err = s.View(func(tx *store.Tx) (err error) {
		e.indexOld, err = loadIndex(tx, rec)
		return err
	})
	if err != nil {
		_ = s.Close()
		return nil
	}
	e.index = s
	return rec
}

// rebuildIndex writes the index from the records in memory. Without an index the engine works; the next start tries again.
func (e *Engine) rebuildIndex() {
	if e.indexBusy {
		return // another process has it open, against the rules; the journal is enough
	}
	e.dropIndex()
	s, err := store.Open(e.path(indexFile), e.secrets.store, e.indexOptions())
	if err != nil {
		return
	}
	e.index = s
	e.saveIndex(e.rec.all())
}

// dropIndex closes and removes the index, which is only a copy.
func (e *Engine) dropIndex() {
	if e.index != nil {
		_ = e.index.Close()
		e.index = nil
	}
	_ = store.Remove(e.path(indexFile))
}

// saveIndex writes the things that c names. An index that cannot be written is dropped.
func (e *Engine) saveIndex(c change) {
	if e.index == nil {
		return
	}
	if err := e.index.Update(func(tx *store.Tx) error { return storeIndex(tx, c, e.rec) }); err != nil {
		e.dropIndex()
	}
}
