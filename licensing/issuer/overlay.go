package issuer

import (
	"maps"
	"slices"
	"strings"
)

// overlay is a transaction whose changes are kept apart from what lies under it.
type overlay struct {
	under   reader
	fits    func(key string, value []byte) error
	changed map[string]map[string][]byte // by bucket and key; nil: deleted
	walking map[string]int
}

func newOverlay(under reader, fits func(string, []byte) error) *overlay {
	return &overlay{under, fits, map[string]map[string][]byte{}, map[string]int{}}
}

func (o *overlay) Get(bucket, key string) ([]byte, error) {
	value, ok := o.changed[bucket][key]
	switch {
	case !ok:
		return o.under.Get(bucket, key)
	case value == nil:
		return nil, errNoRecord
	}
	return value, nil
}

func (o *overlay) Put(bucket, key string, value []byte) error {
	if err := o.fits(key, value); err != nil {
		return err
	}
	if value == nil {
		value = []byte{}
	}
	o.set(bucket, key, value)
	return nil
}

func (o *overlay) Delete(bucket, key string) error {
	if o.walking[bucket] > 0 {
		return errWalking
	}
	o.set(bucket, key, nil)
	return nil
}

func (o *overlay) set(bucket, key string, value []byte) {
	if o.changed[bucket] == nil {
		o.changed[bucket] = map[string][]byte{}
	}
	o.changed[bucket][key] = value
}

// Each goes through both in one order.
func (o *overlay) Each(bucket, prefix string, fn func(string, []byte) error) error {
	o.walking[bucket]++
	defer func() { o.walking[bucket]-- }()
	var own []string
	for key := range o.changed[bucket] {
		if strings.HasPrefix(key, prefix) {
			own = append(own, key)
		}
	}
	slices.Sort(own)
	upTo := func(more func(key string) bool) error {
		for len(own) > 0 && more(own[0]) {
			key := own[0]
			own = own[1:]
			if value := o.changed[bucket][key]; value != nil {
				if err := fn(key, value); err != nil {
					return err
				}
			}
		}
		return nil
	}
	err := o.under.Each(bucket, prefix, func(key string, value []byte) error {
		hidden := false
		err := upTo(func(k string) bool {
			hidden = hidden || k == key
			return k <= key
		})
		if err != nil || hidden {
			return err
		}
		return fn(key, value)
	})
	if err != nil {
		return err
	}
	return upTo(func(string) bool { return true })
}

func (o *overlay) Fetch(a ...asking) error { return o.under.Fetch(a...) }

// take makes the changes of another overlay its own.
func (o *overlay) take(from *overlay) {
	for bucket, records := range from.changed {
		if o.changed[bucket] == nil {
			o.changed[bucket] = maps.Clone(records) // a job may be taken once more
		} else {
			maps.Copy(o.changed[bucket], records)
		}
	}
}

// changes lists everything that changed, by bucket and key.
func (o *overlay) changes() (all []change) {
	for _, bucket := range slices.Sorted(maps.Keys(o.changed)) {
		for _, key := range slices.Sorted(maps.Keys(o.changed[bucket])) {
			all = append(all, change{recordKey{bucket, key}, o.changed[bucket][key]})
		}
	}
	return all
}
