//go:build !linux

package link

import (
	"context"
	"errors"
)

// listen is for systems that tell of changes.
func listen(context.Context, chan<- struct{}) error { return errors.ErrUnsupported }
