package usage

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// filled makes a value with something in every exported field.
func filled(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch {
	case t == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(bookStart))
	case t.Kind() == reflect.Pointer:
		v.Set(filled(t.Elem()).Addr())
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				v.Field(i).Set(filled(t.Field(i).Type))
			}
		}
	case t.Kind() == reflect.Slice:
		v.Set(reflect.Append(v, filled(t.Elem())))
	case t.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(filled(t.Key()), filled(t.Elem()))
	case t.Kind() == reflect.String:
		v.SetString("text")
	case t.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(7)
	case v.CanUint():
		v.SetUint(7)
	default:
		panic(fmt.Sprintf("a field of kind %v: teach this test and Lines about it", t.Kind()))
	}
	return v
}

// leaves are the paths of all fields with a value of their own, worked out without Lines.
func leaves(t reflect.Type, path string, out map[string]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		out[path] = true
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous {
			leaves(f.Type, path, out)
		} else if f.IsExported() && name != "-" {
			leaves(f.Type, strings.TrimPrefix(path+"."+name, "."), out)
		}
	}
}

func TestPreviewShowsEveryFieldOfTheFileInBothLanguages(t *testing.T) {
	words := map[string]map[string]any{}
	for _, lang := range []string{"en", "de"} {
		texts := map[string]any{}
		files, err := filepath.Glob(filepath.Join("../../assets/translations", lang, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatal(err, files)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var part map[string]any
			if err := json.Unmarshal(b, &part); err != nil {
				t.Fatal(name, err)
			}
			maps.Copy(texts, part)
		}
		words[lang] = texts
	}
	want := map[string]bool{}
	leaves(reflect.TypeFor[Contents](), "", want)
	c := filled(reflect.TypeFor[Contents]()).Interface().(Contents)
	shown := map[string]bool{}
	for _, l := range slices.Concat(Lines(c), RowLines(c.Rows[0])) {
		shown[l.Path] = true
		if l.Value == nil || reflect.ValueOf(l.Value).IsZero() {
			t.Errorf("%s is shown without its value", l.Path)
		}
		for lang, texts := range words {
			if texts[l.Label] == nil {
				t.Errorf("%q: %q has no words", lang, l.Label)
			}
		}
	}
	for path := range want {
		if !shown[path] {
			t.Errorf("%s is in the file and not in the preview", path)
		}
	}
	for path := range shown {
		if !want[path] {
			t.Errorf("%s is shown and not in the file", path)
		}
	}
}
