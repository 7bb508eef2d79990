#!/usr/bin/python3
"""A window that a file can be dragged out of, as from a file manager. It is a real GTK drag source.

Usage: dragsource.py FILE X Y
Prints a line at each step: ready, begun, accepted (what is below the pointer takes files), sent, ended or refused.
"""

import pathlib
import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402


def say(word):
    print(word, flush=True)


def begun(_widget, context):
    say("begun")
    context.connect("action-changed", lambda _context, action: say("accepted") if action else None)


def main(file, x, y):
    uri = pathlib.Path(file).resolve().as_uri()
    box = Gtk.EventBox()
    box.add(Gtk.Label(label="Drag me"))
    box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
    box.drag_source_add_uri_targets()
    box.connect("drag-begin", begun)
    box.connect("drag-data-get", lambda _widget, _context, data, *_: (data.set_uris([uri]), say("sent")))
    box.connect("drag-failed", lambda *_: say("refused"))
    box.connect("drag-end", lambda *_: say("ended"))
    window = Gtk.Window(title="dragsource", default_width=120, default_height=80)
    window.set_accept_focus(False)
    window.add(box)
    window.connect("destroy", Gtk.main_quit)
    window.connect("map-event", lambda *_: say("ready"))
    window.move(x, y)
    window.show_all()
    Gtk.main()


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
