package terms

import (
	"cmp"
	"maps"
	"slices"
)

// features maps every id that a product's feature ever had to its present one, and knows its name. The newest policy
// decides, so an id that was given up and used again means what it means today.
type features struct {
	present map[string]string // any id → present id
	names   map[string]Text   // by present id
}

// readFeatures goes through licenses of one product, newest first.
func readFeatures(held []*Held) features {
	fs := features{present: map[string]string{}, names: map[string]Text{}}
	for _, h := range held {
		for _, id := range slices.Sorted(maps.Keys(h.Policy.Features)) {
			f := h.Policy.Features[id]
			if _, known := fs.present[id]; !known {
				fs.present[id] = id
			}
			now := fs.present[id]
			if fs.names[now] == nil {
				fs.names[now] = f.Name
			}
			for _, was := range f.Was {
				if _, current := h.Policy.Features[was]; current {
					continue
				}
				if _, known := fs.present[was]; !known {
					fs.present[was] = now
				}
			}
		}
	}
	return fs
}

// canonical gives the present id.
func (fs features) canonical(id string) string {
	if now, ok := fs.present[id]; ok {
		return now
	}
	return id
}

// find resolves an id as a person or program gives it.
func (fs features) find(id string) (string, bool) {
	if now, ok := fs.present[id]; ok {
		return now, true
	}
	for _, known := range slices.Sorted(maps.Keys(fs.present)) {
		if equalFold(known, id) {
			return fs.present[known], true
		}
	}
	return id, false
}

// name is what a person calls the feature; its id when the policy has no name.
func (fs features) name(id string) Text { return nameOr(fs.names[id], id) }

func nameOr(t Text, id string) Text {
	if len(t) == 0 {
		return Plain(id)
	}
	return t
}

// newer orders licenses: the newest policy and the newest issue first, then by names that never change.
func newer(a, b *Held) int {
	return cmp.Or(
		cmp.Compare(b.Policy.Version, a.Policy.Version), b.Issued.Compare(a.Issued), cmp.Compare(b.Version, a.Version),
		cmp.Compare(a.Serial, b.Serial), cmp.Compare(a.Document, b.Document), a.Taken.Compare(b.Taken), a.FirstUsed.Compare(b.FirstUsed),
	)
}
