package simulate

import _ "embed"

// SchemaJSON is the JSON Schema (2020-12) of scenario files.
//
//go:embed schema/scenario.v1.json
var SchemaJSON []byte
