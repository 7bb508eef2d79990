// Package docs holds the guides for people: short pages that the window shows, that `holdfast guide` prints and that
// can be read on a web page as they are.
//
// A guide is a file guides/LANGUAGE/NAME.md in a small, strict part of Markdown, so that a window can show all of it:
//
//	# Title               first line, exactly once
//	## Heading            on one line
//	A paragraph           of one line or more
//	1. A step             counted 1, 2, 3 …; further lines are indented by three spaces
//	- A point             further lines are indented by two spaces
//	```sh                 a block of commands; ends with ```
//
// Text may hold **bold** words, which are labels that the window shows, and `code`, which is typed or read as it is.
// Anything else, such as a link, a table or a picture, is an error: a guide never shows less than its author wrote.
// Each command block is run by the tests of app/cli, in the order of the guide.
package docs
