package exchange

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"holdfast/licensing/terms"
)

// properties returns the paths of all properties of a schema, as Header.Critical writes them.
func properties(t *testing.T, docs map[string]map[string]any, base string, node any, path string, out map[string]bool) {
	t.Helper()
	m, ok := node.(map[string]any)
	if !ok {
		return
	}
	if to, ok := m["$ref"].(string); ok {
		doc, pointer, _ := strings.Cut(to, "#")
		if doc == "" {
			doc = base
		}
		if docs[doc] == nil {
			t.Fatalf("%s: no schema %q", path, doc)
		}
		var target any = docs[doc]
		for step := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
			if step != "" {
				target = target.(map[string]any)[step]
			}
		}
		properties(t, docs, doc, target, path, out)
	}
	if all, ok := m["allOf"].([]any); ok {
		for _, one := range all {
			if _, conditional := one.(map[string]any)["if"]; !conditional {
				properties(t, docs, base, one, path, out)
			}
		}
	}
	if props, ok := m["properties"].(map[string]any); ok {
		for name, p := range props {
			out[strings.TrimPrefix(path+"."+name, ".")] = true
			properties(t, docs, base, p, path+"."+name, out)
		}
	}
	properties(t, docs, base, m["items"], path, out)
	properties(t, docs, base, m["additionalProperties"], path, out)
}

// fields returns the paths of all fields of a type.
func fields(sh *shape, path string, out map[string]bool) {
	for sh != nil && sh.fields == nil {
		sh = sh.items
	}
	if sh == nil {
		return
	}
	for name, f := range sh.fields {
		out[strings.TrimPrefix(path+"."+name, ".")] = true
		fields(f.shape, path+"."+name, out)
	}
}

func TestSchemasNameExactlyTheFieldsOfTheTypes(t *testing.T) {
	docs := map[string]map[string]any{}
	entries, err := Schemas.ReadDir("schema")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := Schemas.ReadFile("schema/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		docs[doc["$id"].(string)] = doc
	}
	for name, typ := range map[string]reflect.Type{
		"profile": reflect.TypeFor[Profile](), "request": reflect.TypeFor[Request](), "response": reflect.TypeFor[Response](), "usage": reflect.TypeFor[Usage](),
		"bundle": reflect.TypeFor[Bundle](), "envelope": reflect.TypeFor[Envelope](),
		"license": reflect.TypeFor[terms.License](), "policy": reflect.TypeFor[terms.Policy](),
	} {
		id := "urn:holdfast:" + name + ":v1"
		inSchema, inType := map[string]bool{}, map[string]bool{}
		properties(t, docs, id, docs[id], "", inSchema)
		fields(shapeOf(typ), "", inType)
		for _, path := range slices.Sorted(maps.Keys(inType)) {
			if !inSchema[path] {
				t.Errorf("%s: the schema lacks %s", name, path)
			}
		}
		for _, path := range slices.Sorted(maps.Keys(inSchema)) {
			if !inType[path] {
				t.Errorf("%s: the type lacks %s", name, path)
			}
		}
	}
}
