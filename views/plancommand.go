package views

import (
	"strings"
	"time"

	"holdfast/licensing/simulate"
)

// planCommand is the command that tries the same. What only a scenario file can say, such as conditions that begin on
// different days, needs the file that the plan is saved as.
func (v voice) planCommand(s simulate.Scenario) string {
	file := commandLine("simulate", "--scenario", planName(s.From.In(v.zone), ".json"))
	flags := map[simulate.Kind]string{
		simulate.Offline: "--offline", simulate.Outage: "--outage", simulate.Maintenance: "--maintenance", simulate.Clock: "--clock",
		simulate.Replaced: "--replaced", simulate.Revoked: "--revoked", simulate.Version: "--new-version", simulate.Silent: "--silent",
	}
	var args []string
	var from time.Time
	for i, c := range s.Conditions {
		long := c.For.String()
		switch c.Kind {
		case simulate.Offline, simulate.Outage, simulate.Maintenance:
			if long == "" {
				return file // for good
			}
			args = append(args, flags[c.Kind], long)
		case simulate.Clock:
			sign, by := "+", c.By
			if by < 0 {
				sign, by = "-", -by
			}
			args = append(args, flags[c.Kind], sign+lengthOf(by).String())
		case simulate.Version:
			args = append(args, flags[c.Kind], c.Version)
		default:
			args = append(args, flags[c.Kind])
		}
		if i > 0 && !from.Equal(c.From) || c.Product != "" {
			return file
		}
		from = c.From
	}
	if s.NeverOnline {
		args = append(args, "--never-online")
	}
	if from.After(s.From) {
		args = append(args, "--from", from.In(v.zone).Format(time.DateOnly))
	}
	return commandLine("simulate", args...)
}

// splitKey takes the key of a product apart.
func splitKey(key string) (vendor, product string) {
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		return key[:i], key[i+1:]
	}
	return "", ""
}
