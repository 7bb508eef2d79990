package terms

import (
	"cmp"
	"maps"
	"slices"
)

// features are all features of a product by their present ids, sorted, with their names; and every id that one of them ever had.
// The newest policy decides, so an id that was given up and used again means what it means today.
type features struct {
	ids    []string
	names  []Text         // by place in ids
	former map[string]int // former id → place in ids; nil when there are none
}

// readFeatures goes through licenses of one product, newest first.
func readFeatures(held []*Held) features {
	was := false
	n := 0
	for _, h := range held {
		n = max(n, len(h.Policy.Features))
		for _, f := range h.Policy.Features {
			was = was || len(f.Was) > 0
		}
	}
	fs := features{ids: make([]string, 0, n)}
	var present map[string]string // any id → present id
	if was {
		present = presentIDs(held)
	}
	for _, h := range held {
		for id := range h.Policy.Features {
			if now, ok := present[id]; !ok || now == id {
				fs.ids = append(fs.ids, id)
			}
		}
		if len(held) > 1 {
			slices.Sort(fs.ids)
			fs.ids = slices.Compact(fs.ids)
		}
	}
	slices.Sort(fs.ids)
	for id, now := range present {
		if i, ok := slices.BinarySearch(fs.ids, now); ok && id != now {
			if fs.former == nil {
				fs.former = map[string]int{}
			}
			fs.former[id] = i
		}
	}
	fs.names = make([]Text, len(fs.ids))
	for _, h := range held {
		for id, f := range h.Policy.Features {
			if i, ok := fs.place(id); ok && fs.names[i] == nil && fs.ids[i] == id {
				fs.names[i] = f.Name
			}
		}
	}
	return fs
}

// presentIDs maps every id that a feature ever had to its present one.
func presentIDs(held []*Held) map[string]string {
	present := map[string]string{}
	for _, h := range held {
		for _, id := range slices.Sorted(maps.Keys(h.Policy.Features)) {
			if _, known := present[id]; !known {
				present[id] = id
			}
			for _, was := range h.Policy.Features[id].Was {
				if _, current := h.Policy.Features[was]; current {
					continue
				}
				if _, known := present[was]; !known {
					present[was] = present[id]
				}
			}
		}
	}
	return present
}

// place finds the feature that has or had an id.
func (fs *features) place(id string) (int, bool) {
	if i, ok := slices.BinarySearch(fs.ids, id); ok {
		return i, true
	}
	i, ok := fs.former[id]
	return i, ok
}

// canonical gives the present id.
func (fs *features) canonical(id string) string {
	if i, ok := fs.place(id); ok {
		return fs.ids[i]
	}
	return id
}

// find resolves an id as a person or program gives it.
func (fs *features) find(id string) (int, bool) {
	if i, ok := fs.place(id); ok {
		return i, true
	}
	for i, known := range fs.ids {
		if equalFold(known, id) {
			return i, true
		}
	}
	for _, known := range slices.Sorted(maps.Keys(fs.former)) {
		if equalFold(known, id) {
			return fs.former[known], true
		}
	}
	return -1, false
}

// name is what a person calls the feature; its id when the policy has no name.
func (fs *features) name(i int) Text { return nameOr(fs.names[i], fs.ids[i]) }

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
