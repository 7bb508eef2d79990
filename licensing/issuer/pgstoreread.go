package issuer

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

func (t *pgTx) Get(bucket, key string) ([]byte, error) {
	k := recordKey{bucket, key}
	if _, known := t.known(k); !known && asText(key) {
		if err := t.Fetch(need(bucket, key)); err != nil {
			return nil, err
		}
	}
	if value := t.have[k]; value != nil {
		return value, nil
	}
	return nil, cmp.Or(t.bad[k], errNoRecord)
}

// known says what is known of a record without asking.
func (t *pgTx) known(k recordKey) (value []byte, known bool) {
	if value, known = t.have[k]; known {
		return value, true
	}
	_, known = t.covering(k)
	return nil, known
}

func (t *pgTx) covering(k recordKey) (span, bool) {
	i := slices.IndexFunc(t.spans, func(s span) bool { return s.bucket == k.bucket && strings.HasPrefix(k.key, s.key) })
	if i < 0 {
		return span{}, false
	}
	return t.spans[i], true
}

func (t *pgTx) Each(bucket, prefix string, fn func(string, []byte) error) error {
	if prefix != "" && !asText(prefix) {
		return nil
	}
	if s, ok := t.covering(recordKey{bucket, prefix}); ok {
		at, _ := slices.BinarySearch(s.keys, prefix)
		for _, key := range s.keys[at:] {
			if !strings.HasPrefix(key, prefix) {
				break
			}
			k := recordKey{bucket, key}
			if err := t.bad[k]; err != nil {
				return err
			}
			if err := fn(key, t.have[k]); err != nil {
				return err
			}
		}
		return nil
	}
	hi := after(prefix)
	for sql, from, size := t.s.sql.page, prefix, firstPage; ; sql, size = t.s.sql.rest, nextPages {
		var keys []string
		var values [][]byte
		b := &pgx.Batch{}
		b.Queue(sql, bucket, from, hi, size).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				var key string
				var value []byte
				if err := rows.Scan(&key, &value); err != nil {
					return err
				}
				keys, values = append(keys, key), append(values, value)
			}
			return rows.Err()
		})
		if err := t.trip(b); err != nil {
			return err
		}
		if size == firstPage {
			for i, key := range keys {
				t.keep(recordKey{bucket, key}, values[i])
			}
		}
		if size == firstPage && len(keys) < size {
			t.spans = append(t.spans, span{recordKey{bucket, prefix}, keys})
		}
		for i, key := range keys {
			value, err := t.s.open(recordKey{bucket, key}, values[i])
			if err == nil {
				err = fn(key, value)
			}
			if err != nil {
				return err
			}
		}
		if len(keys) < size {
			return nil
		}
		from = keys[len(keys)-1]
	}
}

func (t *pgTx) Fetch(a ...asking) error {
	b := &pgx.Batch{}
	t.queue(b, a...)
	if b.Len() == 0 {
		return nil
	}
	return t.trip(b)
}

// queue adds the statement that reads what is asked for and not known yet.
func (t *pgTx) queue(b *pgx.Batch, a ...asking) {
	var keys, spans []recordKey
	for _, x := range a {
		for _, k := range x.keys {
			if _, known := t.known(k); !known && asText(k.key) && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		for _, k := range x.prefixes {
			if _, known := t.covering(k); !known && (k.key == "" || asText(k.key)) && !slices.Contains(spans, k) {
				spans = append(spans, k)
			}
		}
	}
	if len(keys)+len(spans) == 0 {
		return
	}
	kb, kk := split(keys)
	sb, lo := split(spans)
	hi := make([]string, len(lo))
	for i, l := range lo {
		hi[i] = after(l)
	}
	found := make([]span, len(spans))
	for i, k := range spans {
		found[i] = span{recordKey: k}
	}
	b.Queue(t.s.sql.fetch, kb, kk, sb, lo, hi, firstPage).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var n int64
			var k recordKey
			var value []byte
			if err := rows.Scan(&n, &k.bucket, &k.key, &value); err != nil {
				return err
			}
			t.keep(k, value)
			if n > 0 {
				found[n-1].keys = append(found[n-1].keys, k.key)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, k := range keys {
			if _, ok := t.have[k]; !ok {
				t.have[k] = nil
			}
		}
		for _, s := range found {
			if len(s.keys) < firstPage {
				t.spans = append(t.spans, s)
			}
		}
		return nil
	})
}

func split(all []recordKey) (buckets, keys []string) {
	buckets, keys = []string{}, []string{}
	for _, k := range all {
		buckets, keys = append(buckets, k.bucket), append(keys, k.key)
	}
	return buckets, keys
}

// keep remembers a record as it is stored.
func (t *pgTx) keep(k recordKey, stored []byte) {
	value, err := t.s.open(k, stored)
	if t.have[k] = value; err != nil {
		t.bad[k] = err
	}
}

// open proves a stored value.
func (s *pgStore) open(k recordKey, v []byte) ([]byte, error) {
	if len(v) < sumSize || !bytes.Equal(v[:sumSize], checksum(k.bucket, []byte(k.key), v[sumSize:])) {
		return nil, say(CodeDamaged, damagedRecord{k}, "file", s.name)
	}
	return v[sumSize:len(v):len(v)], nil
}

// lastRune is behind every key.
const lastRune = string(utf8.MaxRune)

// after is the first text behind all that begin with prefix, in the order of bytes.
func after(prefix string) string {
	for prefix != "" {
		r, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case r == utf8.MaxRune:
			continue
		case r == 0xd7ff:
			r = 0xdfff // the surrogates are no runes
		}
		return prefix + string(r+1)
	}
	return lastRune
}
