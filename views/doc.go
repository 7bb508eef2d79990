// Package views is the window of Holdfast: one file a screen.
//
// Contract. A screen is made from a model of finished sentences and calls back what a person asked for; it knows no
// engine. Window turns snapshots into models and moves between screens. Nothing that can wait, the engine
// included, runs on Fyne's main goroutine: work goes to the background, comes back through one hop (Window.dispatch)
// and shows progress when it takes longer than 300 ms. All other methods belong on the main goroutine.
// No sentence is written here; words come from licensing/plain.
package views
