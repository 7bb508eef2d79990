package issuer

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"go.etcd.io/bbolt"
)

// StoreInfo says where an issuer's records are.
type StoreInfo struct {
	Kind    string         `json:"kind"`             // file or postgres
	Place   string         `json:"place"`            // the file, or host, database and vendor; no password
	Schema  string         `json:"schema"`           // version of the records
	Tables  int            `json:"tables,omitempty"` // version of the tables in a database
	Records map[string]int `json:"records"`          // how many, by bucket
	Again   bool           `json:"again,omitempty"`  // a move: they were there, and only a kept password was taken out of the folder

	Password KeptPassword `json:"-"` // a move: what became of a password that the folder kept
}

// Store says where the records are and how many there are.
func (is *Issuer) Store(ctx context.Context) (StoreInfo, error) {
	who, err := is.identity()
	if err != nil {
		return StoreInfo{}, err
	}
	info, err := is.db.describe(ctx)
	info.Schema = who.Schema
	return info, err
}

func (s *boltStore) describe(context.Context) (info StoreInfo, err error) {
	info = StoreInfo{Kind: "file", Place: s.db.Path(), Records: map[string]int{}}
	err = s.view(func(t *bbolt.Tx) error {
		for _, bucket := range slices.Concat(buckets, addedBuckets) {
			if b := t.Bucket([]byte(bucket)); b != nil {
				info.Records[bucket] = b.Stats().KeyN
			}
		}
		return nil
	})
	return info, err
}

func (s *pgStore) describe(ctx context.Context) (StoreInfo, error) {
	info := StoreInfo{Kind: "postgres", Place: s.name, Records: map[string]int{}}
	ctx, stop := context.WithTimeout(ctx, tripLimit)
	defer stop()
	c, err := s.acquire(ctx)
	if err != nil {
		return info, s.fault(err)
	}
	defer c.Release()
	if info.Tables, err = s.version(ctx, c.Conn(), s.schema); err != nil {
		return info, s.fault(err)
	}
	rows, err := c.Query(ctx, s.sql.count)
	if err != nil {
		return info, s.fault(err)
	}
	var bucket string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&bucket, &n}, func() error {
		info.Records[bucket] = n
		return nil
	})
	return info, s.fault(err)
}
