//go:build !unix

package issuer

import "io/fs"

// mine has nothing to check where files have no owner number.
func mine(fs.FileInfo) bool { return true }

// alike has nothing to do where the folder says who may read.
func alike(string, fs.FileInfo) error { return nil }
