// Package app puts the program together: which home, which key store, who owns the files, and the engine on top.
//
// Contract. One process at a time has an App that owns a home; commands of other processes run in it (package
// local). Open never waits for the engine: Engine does. Settings are there from the start and need neither engine nor key
// store. Close stops taking commands, waits for those that run, closes the engine and gives the lock back, in this
// order. Nothing here shows or prints anything: window and command line do. No variable of the environment changes a
// decision; three only choose home, key store and passphrase file.
package app
