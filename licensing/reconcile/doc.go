// Package reconcile decides when this computer contacts a vendor, and carries requests there and answers back over HTTPS.
//
// What is carried is what files carry: signed requests, sealed usage, signed answers. A contact never decides anything: whatever goes
// wrong on the way, the verdict stays as it was. Nobody but the vendors that a person trusts is ever contacted, at the addresses in
// their signed profiles.
//
// Contract. Next is pure: facts in, the next contact and its reason out; its comment has the rules in one table. A Carrier makes one
// exchange within the deadline of its context and says in one of a few Causes why it did not succeed. A Runner has at most one contact
// under way, each within Budget, and asks Home for what to send; it neither reads nor keeps records itself. Stopping it never waits for
// the network.
//
// A contact. Requests that wait come first, oldest first, then a brief check-in, and one in full when the answer says that this computer
// and the vendor differ, then usage, batch by batch, while the way is good and time is left. Each answer is imported before the next
// request leaves, so that a contact may end anywhere and the next one goes on there. A bad answer to one request does not keep the others
// back; what is wrong with the way ends the contact.
//
// Addresses are tried in their order and share what is left of the time; of several failures the one that got farthest is told. The one
// that answered stays for the rest of the contact. HTTPS follows no redirect, keeps no cookie, and speaks plain HTTP to this computer
// itself alone. Only the vendor's own endpoint tells how good the way is.
//
// Time. A Runner counts gaps, back-off and ages in running time, sleep included; Home's times are taken over once, when they are new. So a
// wall clock that jumps causes neither a burst nor silence. Dates, pauses and time windows follow the decision time (Vendor.Now). A sleep
// shows as a wait that took longer than planned and is a reason of its own.
//
// Records. A contact that did not succeed for the same cause as the one before gets no record of its own for a day; the next record has
// the number. What a person asked for, what brought an answer, and every change of cause is recorded at once. A contact that was stopped
// before anything left leaves no record.
package reconcile
