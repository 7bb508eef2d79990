package service

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
)

type openAPI struct {
	Paths      map[string]map[string]apiOperation `yaml:"paths"`
	Components struct {
		Schemas map[string]struct {
			Required   []string       `yaml:"required"`
			Properties map[string]any `yaml:"properties"`
		} `yaml:"schemas"`
		Responses map[string]apiResponse `yaml:"responses"`
	} `yaml:"components"`
}

type apiOperation struct {
	RequestBody struct {
		Content map[string]any `yaml:"content"`
	} `yaml:"requestBody"`
	Responses map[string]apiResponse `yaml:"responses"`
}

type apiResponse struct {
	Ref         string                    `yaml:"$ref"`
	Description string                    `yaml:"description"`
	Headers     map[string]map[string]any `yaml:"headers"`
	Content     map[string]any            `yaml:"content"`
}

var document = sync.OnceValues(func() (doc openAPI, err error) {
	b, err := os.ReadFile("../../../docs/service-openapi.yaml")
	if err == nil {
		err = yaml.Unmarshal(b, &doc)
	}
	return doc, err
})

// documented checks that a refusal that happened is in the document.
func documented(t *testing.T, method, path string, p Problem) {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	r, ok := doc.Paths[path][strings.ToLower(method)].Responses[strconv.Itoa(p.Status)]
	if !ok {
		t.Errorf("%s %s can answer %d, which is not documented", method, path, p.Status)
		return
	}
	if name, is := strings.CutPrefix(r.Ref, "#/components/responses/"); is {
		r = doc.Components.Responses[name]
	}
	if !strings.Contains(r.Description, "`"+p.Code+"`") {
		t.Errorf("%s %s can answer %d %s; documented is %q", method, path, p.Status, p.Code, r.Description)
	}
}

func TestTheDocumentHasEveryRouteAndNoOther(t *testing.T) {
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	s := newRunning(t, &counter{})
	left := map[string]bool{}
	for path := range doc.Paths {
		left[path] = true
	}
	for _, r := range append(s.routes(), route{path: "/metrics", method: "GET"}) {
		op, ok := doc.Paths[r.path][strings.ToLower(r.method)]
		if !ok || len(op.Responses) == 0 || len(doc.Paths[r.path]) != 1 {
			t.Errorf("%s %s is not documented", r.method, r.path)
		}
		delete(left, r.path)
	}
	for path := range left {
		t.Errorf("%s is not served", path)
	}
	op := doc.Paths[exchangePath]["post"]
	for _, media := range []string{mediaType, "application/octet-stream", "text/plain"} {
		if _, ok := op.RequestBody.Content[media]; !ok {
			t.Errorf("%s is taken, which is not documented", media)
		}
	}
	for _, h := range []string{headerTrace, headerKind, headerAgain, "Content-Disposition"} {
		if _, ok := op.Responses["200"].Headers[h]; !ok {
			t.Errorf("header %s is not documented", h)
		}
	}
}

func TestTheDocumentHasTheFieldsOfAProblem(t *testing.T) {
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	p := doc.Components.Schemas["Problem"]
	for _, name := range []string{"type", "title", "status", "code", "trace"} {
		if _, ok := p.Properties[name]; !ok {
			t.Errorf("%s is not documented", name)
		}
	}
	slices.Sort(p.Required)
	if len(p.Properties) != 5 || !slices.Equal(p.Required, []string{"code", "status", "title", "type"}) {
		t.Errorf("%v, always %v", p.Properties, p.Required)
	}
}

func TestTheDocumentNamesNoCodeThatDoesNotExist(t *testing.T) {
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, id := range problemIDs(t, "en") {
		known[strings.TrimPrefix(id, "service.problem.")] = true
	}
	quoted := regexp.MustCompile("`([a-z_]+)`")
	seen := 0
	for name, r := range doc.Components.Responses {
		paged := false
		for _, m := range quoted.FindAllStringSubmatch(r.Description, -1) {
			seen++
			if !known[m[1]] {
				t.Errorf("%s names %s, which has no sentence", name, m[1])
			}
			paged = paged || shownAs(m[1]) != ""
		}
		if _, ok := r.Content["text/html"]; ok != paged {
			t.Errorf("%s comes as a page: documented %v, served %v", name, ok, paged)
		}
	}
	if seen < 15 {
		t.Errorf("only %d codes were found", seen)
	}
}
