// Package policy reads the machine policy: what an organization decided about the settings of a computer.
//
// It stands in policy.json, and in the files of policy.d beside it in the order of their names, in a folder of the system (Dir) that
// only an administrator can write. Each file is JSON, with or without a byte order mark, with comments, of this shape:
//
//	{
//	  "schema_version": 1,
//	  "org": "Acme GmbH",
//	  "network.mode": {"value": "manual", "locked": true}
//	}
//
// Contract. Read never stops a program: what cannot be understood is a Finding. Of two values for one key the later one counts. A key
// that is not known here is a warning. A file that cannot be read, or that others than an administrator may write, is not used. It may
// have forbidden the network, so that it counts as one that lets a person alone decide on contacts. Usage stays here while anything
// but a warning is found, and files of it have the least detail. Nothing in the environment of a process changes where the policy is.
package policy
