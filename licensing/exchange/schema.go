package exchange

import "embed"

// Schemas holds the JSON Schema (2020-12) of every format as schema/NAME.json: bundle, envelope, profile, request,
// response, usage, license, policy, and common for what they share. Their $id is urn:holdfast:NAME:v1.
//
//go:embed schema/*.json
var Schemas embed.FS
