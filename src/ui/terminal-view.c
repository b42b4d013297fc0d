#include "terminal-view.h"

#include <adwaita.h>
#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"
#include "vte.h"

#define SCROLLBACK_LINES 10000
#define SEND_WAIT_MS 200

struct _TbTerminalView
{
  GtkWidget parent;
  GtkWidget *scrolled, *screen;
  int socket; /* -1: let go */
  guint readable;
  TbTerminalKind kind;
  char *instance;
  char *restart; /* asked for before it was opened: under what, or ""; NULL: not */
  gboolean opened, over, typed_to;
  GtkEventController *window_keys; /* on the window while we are in one */
  guint16 rows, columns; /* as last told */
};

G_DEFINE_FINAL_TYPE (TbTerminalView, tb_terminal_view, GTK_TYPE_WIDGET)

static guint changed;

/* ---- To the run ------------------------------------------------------------------------------ */

void
tb_terminal_view_close (TbTerminalView *view)
{
  g_clear_handle_id (&view->readable, g_source_remove);
  if (view->socket >= 0)
    close (view->socket);
  view->socket = -1;
  view->over = TRUE;
}

static void
tell (TbTerminalView *self, const TbTerminalFrame *frame)
{
  if (self->socket >= 0 && !tb_terminal_send (self->socket, frame, SEND_WAIT_MS))
    gtk_widget_error_bell (GTK_WIDGET (self)); /* the program takes nothing at the moment */
}

static void
tell_restart (TbTerminalView *self, const char *under)
{
  tell (self, &(TbTerminalFrame){ .type = TB_TERMINAL_RESTART, .bytes = under, .n = strlen (under) });
}

void
tb_terminal_view_restart (TbTerminalView *view, const char *under)
{
  if (view->opened)
    tell_restart (view, under ? under : "");
  else
    {
      g_free (view->restart);
      view->restart = g_strdup (under ? under : "");
    }
}

/* The first size opens it, so that a debugger's first words fit. */
static gboolean
tell_size (gpointer data)
{
  TbTerminalView *self = data;
  glong rows = tb_vte ()->rows (self->screen), columns = tb_vte ()->columns (self->screen);
  TbTerminalFrame frame = { .type = self->opened ? TB_TERMINAL_SIZE : TB_TERMINAL_OPEN,
                            .value = (guint8) self->kind, .rows = (guint16) CLAMP (rows, 1, 1000),
                            .columns = (guint16) CLAMP (columns, 1, 1000) };
  if (self->opened && frame.rows == self->rows && frame.columns == self->columns)
    return G_SOURCE_REMOVE;
  if (!self->opened)
    {
      frame.bytes = self->instance;
      frame.n = strlen (self->instance);
    }
  self->opened = TRUE;
  self->rows = frame.rows;
  self->columns = frame.columns;
  tell (self, &frame);
  g_autofree char *restart = g_steal_pointer (&self->restart);
  if (restart)
    tell_restart (self, restart);
  return G_SOURCE_REMOVE;
}

static void
typed (GtkWidget *screen, const char *bytes, guint n, TbTerminalView *self)
{
  for (guint at = 0; at < n; at += TB_TERMINAL_BYTES_MAX)
    tell (self, &(TbTerminalFrame){ .type = TB_TERMINAL_DATA,
                                    .bytes = bytes + at,
                                    .n = MIN (n - at, (guint) TB_TERMINAL_BYTES_MAX) });
}


/* ---- From the run ---------------------------------------------------------------------------- */

/* In a colour of its own and on lines of its own: not the program's words. */
static void
note (TbTerminalView *self, const char *sentence, gsize n)
{
  g_autofree char *text = g_strdup_printf ("\r\n\033[2m[%.*s]\033[0m\r\n", (int) n, sentence);
  tb_vte ()->feed (self->screen, text, -1);
}

static void
take (TbTerminalView *self, const TbTerminalFrame *frame)
{
  if (frame->type == TB_TERMINAL_DATA)
    tb_vte ()->feed (self->screen, frame->bytes, (gssize) frame->n);
  else if (frame->type == TB_TERMINAL_NOTE)
    note (self, frame->bytes, frame->n);
  else if (frame->type == TB_TERMINAL_ATTACHED)
    {
      self->typed_to = frame->value != 0;
      g_signal_emit (self, changed, 0);
    }
  else if (frame->type == TB_TERMINAL_END)
    {
      note (self, frame->bytes, frame->n);
      self->typed_to = FALSE;
      self->over = TRUE;
      g_signal_emit (self, changed, 0);
    }
}

/* So many at a time that the window goes on. */
static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  TbTerminalView *self = data;
  guint8 bytes[TB_TERMINAL_MESSAGE_MAX];
  for (int i = 0; i < 16; i++)
    {
      TbTerminalFrame frame;
      ssize_t n = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
      if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
      if (n <= 0 || !tb_terminal_read (bytes, (gsize) n, &frame))
        {
          self->readable = 0;
          self->typed_to = FALSE;
          tb_terminal_view_close (self);
          g_signal_emit (self, changed, 0);
          return G_SOURCE_REMOVE;
        }
      take (self, &frame);
    }
  return G_SOURCE_CONTINUE;
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static gboolean
key_pressed (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
             TbTerminalView *self)
{
  const GdkModifierType both = GDK_CONTROL_MASK | GDK_SHIFT_MASK;
  guint lower = gdk_keyval_to_lower (key);
  if ((state & both) != both || (lower != GDK_KEY_c && lower != GDK_KEY_v))
    return GDK_EVENT_PROPAGATE;
  if (lower == GDK_KEY_v)
    tb_vte ()->paste (self->screen);
  else if (tb_vte ()->has_selection (self->screen))
    tb_vte ()->copy (self->screen, 1 /* as text */);
  return GDK_EVENT_STOP;
}

/* The window's own keys come before those of any widget in it; Ctrl+W and the like are the program's
 * while the terminal has the focus. F6 and the other function keys stay the window's, as do keys with
 * Ctrl+Shift, so that nobody is caught here. */
static gboolean
window_key_pressed (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
                    TbTerminalView *self)
{
  GtkWindow *window = GTK_WINDOW (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (keys)));
  gboolean ours = gtk_window_get_focus (window) == self->screen;
  gboolean plain = (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) == 0;
  gboolean function = key >= GDK_KEY_F1 && key <= GDK_KEY_F12;
  if (!ours || plain || function || (state & GDK_SHIFT_MASK) != 0)
    return GDK_EVENT_PROPAGATE;
  return gtk_event_controller_key_forward (keys, self->screen);
}

static void
tb_terminal_view_root (GtkWidget *widget)
{
  TbTerminalView *self = TB_TERMINAL_VIEW (widget);
  GTK_WIDGET_CLASS (tb_terminal_view_parent_class)->root (widget);
  self->window_keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (self->window_keys, GTK_PHASE_CAPTURE);
  g_signal_connect (self->window_keys, "key-pressed", G_CALLBACK (window_key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (gtk_widget_get_root (widget)), self->window_keys);
}

static void
tb_terminal_view_unroot (GtkWidget *widget)
{
  TbTerminalView *self = TB_TERMINAL_VIEW (widget);
  gtk_widget_remove_controller (GTK_WIDGET (gtk_widget_get_root (widget)), self->window_keys);
  self->window_keys = NULL;
  GTK_WIDGET_CLASS (tb_terminal_view_parent_class)->unroot (widget);
}

/* ---- Look ------------------------------------------------------------------------------------ */

static GdkRGBA
rgb (guint32 hex)
{
  return (GdkRGBA){ (float) (hex >> 16 & 255) / 255, (float) (hex >> 8 & 255) / 255,
                    (float) (hex & 255) / 255, 1 };
}

/* The sixteen colours of terminals, readable on the window's light and dark ground alike. */
static const guint32 palettes[2][18] = {
  { 0x1e1e1e, 0xc01c28, 0x1a7f4b, 0x9a6700, 0x1c5fb4, 0x8a3fa0, 0x0f7b82, 0x5e5c64,
    0x3d3846, 0xa51d2d, 0x1b7340, 0x7d5500, 0x1a4f9c, 0x71308a, 0x0b6b72, 0x241f31,
    /* text, ground */ 0x241f31, 0xffffff },
  { 0x3d3846, 0xf66151, 0x57e389, 0xf8e45c, 0x62a0ea, 0xdc8add, 0x5bc8d0, 0xdeddda,
    0x77767b, 0xff7b63, 0x8ff0a4, 0xf9f06b, 0x99c1f1, 0xe6a5e6, 0x93dbe0, 0xffffff,
    0xe9e9ee, 0x1e1e1d },
};

static void
take_colours (TbTerminalView *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  const guint32 *hex = palettes[dark];
  GdkRGBA colours[18];
  for (guint i = 0; i < G_N_ELEMENTS (colours); i++)
    colours[i] = rgb (hex[i]);
  tb_vte ()->set_colours (self->screen, &colours[16], &colours[17], colours, 16);
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void
tb_terminal_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TbTerminalView *self = TB_TERMINAL_VIEW (widget);
  gtk_widget_size_allocate (self->scrolled, &(GtkAllocation){ 0, 0, width, height }, baseline);
  if (width > 1 && height > 1)
    g_idle_add_full (G_PRIORITY_DEFAULT, tell_size, g_object_ref (self), g_object_unref);
}

static void
tb_terminal_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                          int *natural, int *minimum_baseline, int *natural_baseline)
{
  TbTerminalView *self = TB_TERMINAL_VIEW (widget);
  gtk_widget_measure (self->scrolled, orientation, for_size, minimum, natural, NULL, NULL);
}

static void
tb_terminal_view_dispose (GObject *object)
{
  TbTerminalView *self = TB_TERMINAL_VIEW (object);
  tb_terminal_view_close (self);
  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  g_clear_pointer (&self->instance, g_free);
  g_clear_pointer (&self->restart, g_free);
  G_OBJECT_CLASS (tb_terminal_view_parent_class)->dispose (object);
}

static void
tb_terminal_view_class_init (TbTerminalViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_terminal_view_dispose;
  widget_class->size_allocate = tb_terminal_view_size_allocate;
  widget_class->measure = tb_terminal_view_measure;
  widget_class->root = tb_terminal_view_root;
  widget_class->unroot = tb_terminal_view_unroot;
  changed = g_signal_new ("changed", TB_TYPE_TERMINAL_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                          G_TYPE_NONE, 0);
}

static void
tb_terminal_view_init (TbTerminalView *self)
{
  self->socket = -1;
  self->screen = tb_vte ()->create ();
  tb_vte ()->set_scrollback (self->screen, SCROLLBACK_LINES);
  tb_ui_name (self->screen, "Terminal");
  gtk_widget_add_css_class (self->screen, "terminal");
  g_signal_connect (self->screen, "commit", G_CALLBACK (typed), self);
  GtkEventController *keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (self->screen, keys);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), self->screen);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  take_colours (self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (take_colours), self, G_CONNECT_SWAPPED);
}

GtkWidget *
tb_terminal_view_new (const char *run_dir, TbTerminalKind kind, const char *instance)
{
  if (!tb_vte ())
    return NULL;
  TbTerminalView *self = g_object_new (TB_TYPE_TERMINAL_VIEW, NULL);
  self->kind = kind;
  self->instance = g_strdup (instance);
  self->socket = tb_terminal_connect (run_dir);
  if (self->socket >= 0)
    self->readable = g_unix_fd_add (self->socket, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, self);
  else
    {
      const char *why = g_strerror (-self->socket);
      self->socket = -1;
      self->over = TRUE;
      note (self, why, strlen (why));
    }
  return GTK_WIDGET (self);
}

gboolean
tb_terminal_view_is_over (TbTerminalView *view)
{
  return view->over;
}

gboolean
tb_terminal_view_is_typed_to (TbTerminalView *view)
{
  return view->typed_to;
}

GtkWidget *
tb_terminal_view_screen (TbTerminalView *view)
{
  return view->screen;
}
