//go:build !windows && !darwin

package policy

// Dir is the folder of the machine policy.
func Dir() string { return "/etc/holdfast" }
