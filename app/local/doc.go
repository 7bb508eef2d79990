// Package local keeps one process the owner of a home, and lets every other one be its client.
//
// Contract. The owner holds `<home>/lock` and names where it listens in `<home>/endpoint`: a unix socket (0600, in
// a folder of mode 0700) or a Windows named pipe that only this user may open; never TCP. A process that finds the
// lock taken sends its command to `POST /v1/command` and prints the answer. The lock is the operating system's,
// so one left by a killed process is free; what else it left is removed by the next owner.
//
// Who calls. Both sides check that the other end runs as the same user. A caller of the same user is as
// strong as the user and is only bounded: body, connections, running commands and times have limits.
// What browsers send (Origin, Sec-Fetch-*, a foreign Host) is refused.
//
// Promise. The owner sends the response header when it has accepted a command, and the body when the command is done. A
// client that saw no header may try again, also with the next owner; commands are safe to repeat.
package local
