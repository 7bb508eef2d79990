package policy

// Dir is the folder of the machine policy.
func Dir() string { return "/Library/Application Support/Holdfast" }
