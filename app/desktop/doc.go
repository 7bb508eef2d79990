// Package desktop speaks to the desktop that the program runs on: is there a tray, does the program start with the
// session, show a folder, write a mail, open an address.
//
// Contract. Nothing here draws or keeps state, and nothing waits without a deadline. The environment is handed in, so
// that each account, and each test, has its own. Errors are those of the system; callers give them their words.
package desktop

// ID is the name under which desktops know the program: that of its desktop entry, its icon, its autostart entry and,
// under Wayland, its windows.
const ID = "holdfast.Holdfast"
