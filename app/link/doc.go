// Package link watches this computer's own connection: whether the network changed, and whether it and the battery should be spared.
//
// Contract. Nobody else is asked: what is known comes from this computer's system alone. What a system does not tell counts as false.
package link
