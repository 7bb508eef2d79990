package issuer

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// The places and the ledgers of a computer are found by its device id, without going through those of all computers.
const (
	bucketHolders   = "holders"   // device id "/" key of a place → nothing; also earlier ids of the computer, and builtKey
	bucketReporters = "reporters" // device id "/" id of a ledger, escaped → key of the ledger

	builtKey = "built" // the index is whole; a store of before has none
)

type nothing struct{}

// index makes the index where it is missing: once, for a store that is older than it. In a view it is made aside, so what is returned
// is the transaction to read it from.
func index(t tx) (tx, error) {
	if whole, err := indexed(t); whole || err != nil {
		return t, err
	}
	if _, ok := t.(lookOnly); ok {
		t = newOverlay(t, func(string, []byte) error { return nil })
	}
	if err := each(t, bucketPlaces, "", func(key string, p Place) error { return indexPlace(t, key, p) }); err != nil {
		return t, err
	}
	if err := each(t, bucketLedgers, "", func(_ string, rec ledgerRecord) error { return indexLedger(t, rec) }); err != nil {
		return t, err
	}
	return t, putLater(t, bucketHolders, builtKey, nothing{})
}

// indexed says whether the index is there.
func indexed(t tx) (bool, error) {
	_, err := t.Get(bucketHolders, builtKey)
	if errors.Is(err, errNoRecord) {
		return false, nil
	}
	return err == nil, err
}

// indexNeeds are what is read to find the places and ledgers of a device.
func indexNeeds(device string) asking {
	return asked(need(bucketHolders, builtKey), needAll(bucketHolders, device+"/"), needAll(bucketReporters, device+"/"))
}

func indexPlace(t tx, key string, p Place) error {
	for _, device := range append([]string{p.Device}, p.Former...) {
		if err := put(t, bucketHolders, device+"/"+key, nothing{}); err != nil {
			return err
		}
	}
	return nil
}

func indexLedger(t tx, rec ledgerRecord) error {
	return put(t, bucketReporters, rec.Device+"/"+rec.key().String(), nothing{})
}

// putPlace records a place of a license under its id (see placeID), and indexes the computer. It writes nothing when nothing changed.
func putPlace(t tx, serial, id string, p Place) error {
	if _, err := index(t); err != nil {
		return err
	}
	key := serial + "/" + id
	old, err := t.Get(bucketPlaces, key)
	if err != nil && !errors.Is(err, errNoRecord) {
		return err
	}
	next, err := json.Marshal(p)
	if err != nil || bytes.Equal(old, next) {
		return err
	}
	if err := indexPlace(t, key, p); err != nil {
		return err
	}
	return t.Put(bucketPlaces, key, next)
}

// putLedger records a ledger, and indexes the computer that it belongs to.
func putLedger(t tx, rec ledgerRecord, known bool) error {
	if _, err := index(t); err != nil {
		return err
	}
	if !known {
		if err := indexLedger(t, rec); err != nil {
			return err
		}
	}
	return putLater(t, bucketLedgers, rec.key().String(), rec)
}

// placesHeld are the keys of the places that a device holds, or that its computer held under this id, by serial.
func placesHeld(t tx, device string) (keys []string, err error) {
	if t, err = index(t); err != nil {
		return nil, err
	}
	err = t.Each(bucketHolders, device+"/", func(key string, _ []byte) error {
		keys = append(keys, strings.TrimPrefix(key, device+"/"))
		return nil
	})
	return keys, err
}

// serialsOf are the licenses of which a device holds a place, or held it under this id, sorted.
func serialsOf(t tx, device string) (serials []string, err error) {
	keys, err := placesHeld(t, device)
	for _, key := range keys {
		serial, _, _ := strings.Cut(key, "/")
		if len(serials) == 0 || serials[len(serials)-1] != serial {
			serials = append(serials, serial)
		}
	}
	return serials, err
}

// ledgersOf are the ledgers that belong to a device, by id.
func ledgersOf(t tx, device string) (all []ledgerRecord, err error) {
	if t, err = index(t); err != nil {
		return nil, err
	}
	var keys []string
	err = t.Each(bucketReporters, device+"/", func(key string, _ []byte) error {
		keys = append(keys, strings.TrimPrefix(key, device+"/"))
		return nil
	})
	if err == nil {
		err = t.Fetch(need(bucketLedgers, keys...))
	}
	for _, key := range keys {
		if err != nil {
			return nil, err
		}
		var rec ledgerRecord
		rec, err = get[ledgerRecord](t, bucketLedgers, key)
		all = append(all, rec)
	}
	return all, err
}
