// Package service answers Holdfast files over HTTP: what a desk does with files by mail, for computers that are online.
//
// Contract. POST /v1/exchange takes one file and returns the signed answer, the same bytes for the same file however often it
// comes. A Desk decides and records; this package carries, bounds and counts. An answer is sent only when the desk has it on disk, so a
// process that ends at any point loses nothing that was acknowledged. GET /healthz says that the process is up, GET /readyz that the
// store answers, and the pages under GET / are for people with a browser. Metrics have a listener of their own.
//
// Errors are application/problem+json (RFC 9457) with a stable code and no internal detail. When the store is away and the request can be
// verified, the body of the 503 is a notice signed by the vendor: evidence of the outage that a computer may believe.
//
// Limits. Everything that a caller can make large or slow is bounded before it costs anything: size, header, rate by address and by device
// (once its signature was verified), bytes held for bodies, exchanges at once, and time. More than that is told to come again; nothing
// queues. A panic ends one request.
//
// Secrets. Neither log nor metrics hold license keys, nonces, bodies or whole addresses. Time comes from Options.Clock; nothing here
// reads another.
package service
