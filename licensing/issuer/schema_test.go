package issuer_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"holdfast/licensing/exchange"
)

// TestEveryDocumentFitsItsSchema reads what the second version of this program signed with the published schemas.
func TestEveryDocumentFitsItsSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	entries, err := exchange.Schemas.ReadDir("schema")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := exchange.Schemas.ReadFile("schema/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("urn:holdfast:"+strings.TrimSuffix(e.Name(), ".json")+":v1", doc); err != nil {
			t.Fatal(err)
		}
	}
	schemas := map[string]*jsonschema.Schema{
		exchange.ProfileType: c.MustCompile("urn:holdfast:profile:v1"), exchange.RequestType: c.MustCompile("urn:holdfast:request:v1"),
		exchange.ResponseType: c.MustCompile("urn:holdfast:response:v1"),
	}
	seen := 0
	for _, name := range append([]string{"checkin.hfreq"}, secondGolden...) {
		b, err := os.ReadFile(filepath.Join("testdata", "golden", "v2", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range envelopes(t, b) {
			raw, err := base64.StdEncoding.DecodeString(e.Payload)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if err := schemas[e.PayloadType].Validate(doc); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			seen++
		}
	}
	if seen < 2*len(secondGolden) {
		t.Errorf("only %d documents were looked at", seen)
	}
}
