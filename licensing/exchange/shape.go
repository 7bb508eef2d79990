package exchange

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// shape is what a Go type knows of a JSON value: the names of a struct, the items of a list or map.
type shape struct {
	fields map[string]field
	folded map[string]struct{}
	items  *shape
}

// field is a name of a struct: as it stands in JSON, folded (see fold), and what it holds.
type field struct {
	name, folded string
	*shape
}

// named finds the field whose name is written exactly so.
func (sh *shape) named(key []byte) (f field, ok bool) {
	if sh != nil && sh.fields != nil {
		f, ok = sh.fields[string(key)]
	}
	return f, ok
}

func (sh *shape) item() *shape {
	if sh == nil {
		return nil
	}
	return sh.items
}

func (sh *shape) member(key, folded string) (*shape, error) {
	if sh == nil {
		return nil, nil
	}
	if sh.fields == nil {
		return sh.items, nil
	}
	if f, ok := sh.fields[key]; ok {
		return f.shape, nil
	}
	if _, ok := sh.folded[folded]; ok {
		return nil, fmt.Errorf("%w: %q", errCase, key)
	}
	return nil, nil
}

// knows says whether path, names joined by dots, leads to a field. Lists and maps take no step of their own.
func (sh *shape) knows(path string) bool {
	for name := range strings.SplitSeq(path, ".") {
		for sh != nil && sh.fields == nil {
			sh = sh.items
		}
		if sh == nil {
			return false
		}
		next, ok := sh.fields[name]
		if !ok {
			return false
		}
		sh = next.shape
	}
	return true
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if sh, ok := shapes.Load(t); ok {
		return sh.(*shape)
	}
	sh := makeShape(t)
	shapes.Store(t, sh)
	return sh
}

var (
	jsonType = reflect.TypeFor[json.Unmarshaler]()
	textType = reflect.TypeFor[interface{ UnmarshalText([]byte) error }]()
)

func makeShape(t reflect.Type) *shape {
	if p := reflect.PointerTo(t); p.Implements(jsonType) || p.Implements(textType) {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return makeShape(t.Elem())
	case reflect.Slice, reflect.Map:
		return &shape{items: makeShape(t.Elem())}
	case reflect.Struct:
		sh := &shape{fields: map[string]field{}, folded: map[string]struct{}{}}
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			sh.fields[name] = field{name, fold(name), makeShape(f.Type)}
			sh.folded[fold(name)] = struct{}{}
		}
		return sh
	}
	return nil
}
