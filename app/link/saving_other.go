//go:build !linux && !windows

package link

import "context"

func onBattery() bool { return false }

func metered(context.Context) bool { return false }
