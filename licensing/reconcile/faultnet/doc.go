// Package faultnet is a network with faults, for tests: a service with a certificate of an authority of its own, a TCP proxy in between
// that delays, cuts, resets and swallows, an HTTP proxy, a resolver without names, and answers as faulty networks give them.
//
// Nothing of the program imports it. Everything listens on 127.0.0.1 and ends with Close. It sleeps only where a slow link has to be slow.
package faultnet
