// Package disk is the only way in which the engine touches files.
//
// Contract. FS and File name the few calls the engine needs, so that a test can stand in for the disk: Faulty makes
// the n-th call fail, package disktest loses what was not synced. WriteFile replaces a file as a whole: after a crash or
// an error at any point the name holds the old bytes or the new ones, never a mixture. ReadFile reads
// regular files only and never more than it was told, so a pipe, a device or an endless file cannot hold or fill
// the program. Nothing here sleeps, retries or logs; errors are those of package os, wrapped.
package disk
