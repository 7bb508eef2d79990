package local

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"holdfast/licensing/client/endpoint"
)

type openAPI struct {
	Paths      map[string]map[string]apiOperation `yaml:"paths"`
	Components struct {
		Schemas   map[string]apiSchema                    `yaml:"schemas"`
		Responses map[string]struct{ Description string } `yaml:"responses"`
	} `yaml:"components"`
}

type apiOperation struct {
	RequestBody struct {
		Content map[string]struct{ Schema apiSchema } `yaml:"content"`
	} `yaml:"requestBody"`
	Responses map[string]struct {
		Ref     string                                `yaml:"$ref"`
		Content map[string]struct{ Schema apiSchema } `yaml:"content"`
	} `yaml:"responses"`
}

type apiSchema struct {
	Ref        string               `yaml:"$ref"`
	Type       string               `yaml:"type"`
	Format     string               `yaml:"format"`
	Required   []string             `yaml:"required"`
	Properties map[string]apiSchema `yaml:"properties"`
	Items      *apiSchema           `yaml:"items"`
	Values     *apiSchema           `yaml:"additionalProperties"`
	MaxItems   int                  `yaml:"maxItems"`
	MaxLength  int                  `yaml:"maxLength"`
}

func readOpenAPI(t *testing.T) openAPI {
	t.Helper()
	b, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc openAPI
	if err := yaml.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func refTo(typ reflect.Type) string { return "#/components/schemas/" + typ.Name() }

// bodies are the types that each path reads and answers.
var bodies = map[string][2]reflect.Type{
	endpoint.CheckPath:  {reflect.TypeFor[endpoint.CheckRequest](), reflect.TypeFor[endpoint.CheckAnswer]()},
	endpoint.UsagePath:  {reflect.TypeFor[endpoint.UsageRequest](), reflect.TypeFor[endpoint.UsageAnswer]()},
	endpoint.StatusPath: {nil, reflect.TypeFor[endpoint.StatusAnswer]()},
}

func TestTheDocumentHasEveryPathOfTheEndpointAndNoOther(t *testing.T) {
	doc := readOpenAPI(t)
	for _, o := range (&service{}).operations() {
		methods := doc.Paths[o.path]
		op, ok := methods[strings.ToLower(o.method)]
		if !ok || len(methods) != 1 {
			t.Errorf("%s %s: documented are %d methods", o.method, o.path, len(methods))
			continue
		}
		types := bodies[o.path]
		if got := op.Responses["200"].Content["application/json"].Schema.Ref; got != refTo(types[1]) {
			t.Errorf("%s answers %q", o.path, got)
		}
		if got := op.RequestBody.Content["application/json"].Schema.Ref; types[0] != nil && got != refTo(types[0]) {
			t.Errorf("%s reads %q", o.path, got)
		}
		delete(doc.Paths, o.path)
	}
	for path := range doc.Paths {
		t.Errorf("%s is not served", path)
	}
}

func TestTheDocumentHasEveryFieldThatTravels(t *testing.T) {
	doc := readOpenAPI(t)
	queue := []reflect.Type{reflect.TypeFor[endpoint.ErrorAnswer]()}
	for _, types := range bodies {
		for _, typ := range types {
			if typ != nil {
				queue = append(queue, typ)
			}
		}
	}
	seen := map[string]bool{}
	for ; len(queue) > 0; queue = queue[1:] {
		typ := queue[0]
		if seen[typ.Name()] {
			continue
		}
		seen[typ.Name()] = true
		schema, ok := doc.Components.Schemas[typ.Name()]
		if !ok {
			t.Errorf("%s is not documented", typ.Name())
			continue
		}
		var required []string
		for _, f := range reflect.VisibleFields(typ) {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !strings.Contains(options, "omit") {
				required = append(required, name)
			}
			p, ok := schema.Properties[name]
			if !ok {
				t.Errorf("%s.%s is not documented", typ.Name(), name)
				continue
			}
			delete(schema.Properties, name)
			queue = append(queue, sameType(t, typ.Name()+"."+name, p, f.Type)...)
		}
		for name := range schema.Properties {
			t.Errorf("%s.%s does not travel", typ.Name(), name)
		}
		slices.Sort(required)
		slices.Sort(schema.Required)
		if !slices.Equal(required, schema.Required) {
			t.Errorf("%s: always there are %v, documented %v", typ.Name(), required, schema.Required)
		}
	}
	for name := range doc.Components.Schemas {
		if !seen[name] {
			t.Errorf("schema %s is of nothing", name)
		}
	}
}

// sameType compares one property with the type of its field, and returns the structs in it.
func sameType(t *testing.T, name string, p apiSchema, typ reflect.Type) []reflect.Type {
	t.Helper()
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	want := ""
	switch {
	case typ == reflect.TypeFor[time.Time]():
		if p.Type != "string" || p.Format != "date-time" {
			t.Errorf("%s is a time", name)
		}
		return nil
	case typ.Kind() == reflect.Struct:
		if p.Ref != refTo(typ) {
			t.Errorf("%s is a %s, documented %q", name, typ.Name(), p.Ref)
		}
		return []reflect.Type{typ}
	case typ.Kind() == reflect.Slice && p.Items != nil:
		return sameType(t, name+"[]", *p.Items, typ.Elem())
	case typ.Kind() == reflect.Map && p.Values != nil:
		return sameType(t, name+"{}", *p.Values, typ.Elem())
	case typ.Kind() == reflect.String:
		want = "string"
	case typ.Kind() == reflect.Bool:
		want = "boolean"
	case reflect.Int <= typ.Kind() && typ.Kind() <= reflect.Uint64:
		want = "integer"
	}
	if want == "" || p.Type != want {
		t.Errorf("%s is %s, documented %q", name, typ, p.Type)
	}
	return nil
}

func TestTheDocumentHasTheLimits(t *testing.T) {
	s := readOpenAPI(t).Components.Schemas
	for name, got := range map[string][2]int{
		"events":   {s["UsageRequest"].Properties["events"].MaxItems, endpoint.MaxEvents},
		"features": {s["CheckRequest"].Properties["features"].MaxItems, endpoint.MaxFeatures},
		"id":       {s["UsageEvent"].Properties["id"].MaxLength, endpoint.MaxID},
		"product":  {s["UsageEvent"].Properties["product"].MaxLength, endpoint.MaxName},
		"meter":    {s["UsageEvent"].Properties["meter"].MaxLength, endpoint.MaxName},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: documented %d, it is %d", name, got[0], got[1])
		}
	}
}

// documented checks that a refusal that happened is in the document.
func documented(t *testing.T, doc openAPI, method, path string, status int, code string) {
	t.Helper()
	text := doc.Components.Responses["Error"].Description
	if !regexp.MustCompile("`" + code + "`").MatchString(text) {
		t.Errorf("code %s is not documented", code)
	}
	op, ok := doc.Paths[path][strings.ToLower(method)]
	if _, has := op.Responses[strconv.Itoa(status)]; ok && !has {
		t.Errorf("%s %s can answer %d %s, which is not documented", method, path, status, code)
	}
}
