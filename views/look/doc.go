// Package look is the theme of the Holdfast window and the few widgets it is built from.
//
// Contract. Colours, type and spacing are those of the project's style sheet; no other package names a colour or a
// size. Every widget reads its colours in Refresh, so a change of theme needs nothing else. Heights depend on
// widths: a parent asks HeightFor and lays its children out from the top, so text wraps at any width and any text
// size without a second pass. Widgets take finished sentences; none is written here. All calls belong on Fyne's
// main goroutine.
package look
