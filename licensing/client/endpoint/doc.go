// Package endpoint is how a licensed program and the Holdfast of the same account find each other and what they say: the usual
// place of the records, the file in there that names a unix socket or Windows pipe, and the JSON of the three paths.
//
// Contract. Nothing here listens, and nothing here is ever a network address. Both sides ask the system who is at the other end and talk
// to the same account alone. The types are the wire format, which app/local/openapi.yaml describes for programs in
// other languages; fields are only ever added.
package endpoint
