package issuer

// Trips is how often this process asked its database so far.
func (is *Issuer) Trips() int64 { return is.db.(*group).back.(*pgStore).trips.Load() } //nolint:forcetypeassert // of a test
