"""A small window whose label is files that can be dragged, offered as a file manager offers them: as files, and their
names as text. Ends when they were dropped. Usage: drag-source.py FILE…"""

import sys

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Gdk", "4.0")
from gi.repository import Gdk, Gio, Gtk


def activate(application):
    window = Gtk.ApplicationWindow(application=application, title="Files to drag", default_width=120, default_height=60)
    label = Gtk.Label(label="Files")
    source = Gtk.DragSource(actions=Gdk.DragAction.COPY)
    files = Gdk.FileList.new_from_list([Gio.File.new_for_commandline_arg(name) for name in sys.argv[1:]])
    source.set_content(Gdk.ContentProvider.new_for_value(files))
    source.connect("drag-end", lambda *_: application.quit())  # whoever took them has read them
    label.add_controller(source)
    window.set_child(label)
    window.present()


application = Gtk.Application(flags=Gio.ApplicationFlags.NON_UNIQUE)
application.connect("activate", activate)
application.run([])
