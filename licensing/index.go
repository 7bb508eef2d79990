package licensing

import (
	"encoding/json"
	"errors"

	"holdfast/licensing/store"
)

// Buckets of the index, one for each map of records.
const (
	bucketVendors   = "vendors"
	bucketLicenses  = "licenses"
	bucketRequests  = "requests"
	bucketDocuments = "documents"
	bucketKeys      = "license_keys"
	bucketHome      = "home"
)

var errNoTail = errors.New("the index does not say how far it goes")

// tailRecord says up to which journal entry the index is complete.
type tailRecord struct {
	Seq  uint64     `json:"seq"`
	Head string     `json:"head"`
	Home homeRecord `json:"home"`
}

const tailKey = "tail"

func loadIndex(tx *store.Tx, rec *records) error {
	b, err := tx.Get(bucketHome, tailKey)
	if err != nil {
		return errNoTail
	}
	var t tailRecord
	if err := json.Unmarshal(b, &t); err != nil {
		return err
	}
	rec.Seq, rec.Head, rec.Home = t.Seq, t.Head, t.Home
	if err := loadBucket(tx, bucketVendors, rec.Vendors); err != nil {
		return err
	}
	if err := loadBucket(tx, bucketLicenses, rec.Licenses); err != nil {
		return err
	}
	if err := loadBucket(tx, bucketRequests, rec.Requests); err != nil {
		return err
	}
	if err := loadBucket(tx, bucketDocuments, rec.Documents); err != nil {
		return err
	}
	return loadBucket(tx, bucketKeys, rec.Keys)
}

func loadBucket[T any](tx *store.Tx, bucket string, into map[string]T) error {
	return tx.ForEach(bucket, func(key string, value []byte) error {
		var v T
		if err := json.Unmarshal(value, &v); err != nil {
			return err
		}
		into[key] = v
		return nil
	})
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
	return putJSON(tx, bucketHome, tailKey, tailRecord{Seq: rec.Seq, Head: rec.Head, Home: rec.Home})
}

func putJSON(tx *store.Tx, bucket, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Put(bucket, key, b)
}
