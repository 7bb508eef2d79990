// Package alarm decides which coming date a person is told of, and when (words: Notices).
//
// Contract. Due is pure: it reads no clock and no file. What was told is in a State, which the caller keeps. Over all
// products there is at most one notice of the operating system in 24 hours, and one a calendar day: the one whose effect
// is worst, then the nearest date. What else was due at that moment is covered by it (Alarm.More) and not told again. Each
// step of a date is told once or covered by a later step; steps that passed before a date was known are left out. What
// a person told somebody of is quiet until its state changes. Nothing is due on days on which nothing comes or is open.
package alarm
