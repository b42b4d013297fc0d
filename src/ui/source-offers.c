#include "source-offers.h"

#include <string.h>

#include "tb-source.h"
#include "util.h"

#define WIDTH 440
#define HEIGHT_MAX 240
#define EDGE 24
#define ROWS_MAX 60

struct _TbSourceOffers
{
  GtkTextView *view;
  GtkWidget *parent;
  GtkWidget *popover, *list, *scrolled, *hint; /* NULL until first used */
  TbSourceCompletion *completion;              /* what the list shows; NULL: closed */
  guint idle_id;
  gboolean key;   /* the change to come is typed */
  gboolean asked; /* show also what is there before anything is typed */
};

/* ---- Rows ------------------------------------------------------------------------------------- */

static const TbSourceOffer *
pointed (TbSourceOffers *self, int *at)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  *at = row ? gtk_list_box_row_get_index (row) : -1;
  return *at >= 0 && self->completion && *at < (int) self->completion->offers->len
             ? self->completion->offers->pdata[*at] : NULL;
}

static GtkWidget *
new_row (const TbSourceOffer *offer)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *row = gtk_list_box_row_new ();
  GtkWidget *label = tb_ui_label (offer->label, NULL), *detail = tb_ui_label (offer->detail, "dim");
  g_autofree char *spoken = offer->detail ? g_strdup_printf ("%s, %s", offer->label, offer->detail)
                                          : g_strdup (offer->label);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_xalign (GTK_LABEL (detail), 1);
  gtk_widget_set_hexpand (detail, TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), detail);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  tb_ui_name (row, spoken);
  return row;
}

/* The whole sentence below the list, and to who listens instead of looking. */
static void
row_selected (TbSourceOffers *self)
{
  int at;
  const TbSourceOffer *offer = pointed (self, &at);
  if (!self->completion)
    return;
  const char *said = offer && offer->detail ? offer->detail : self->completion->about;
  tb_ui_set_text (self->hint, said ? said : "");
  gtk_widget_set_visible (self->hint, said != NULL);
  g_autofree char *spoken
      = offer ? g_strdup_printf ("%s, %s, %d of %u", offer->label, said ? said : "", at + 1,
                                 self->completion->offers->len)
              : g_strdup (said ? said : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  spoken, -1);
}

static void
fill (TbSourceOffers *self)
{
  GPtrArray *offers = self->completion->offers;
  GtkWidget *child;
  if (offers->len > ROWS_MAX)
    g_ptr_array_set_size (offers, ROWS_MAX);
  while ((child = gtk_widget_get_first_child (self->list)))
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  for (guint i = 0; i < offers->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), new_row (offers->pdata[i]));
  gtk_widget_set_visible (self->scrolled, offers->len > 0);
  tb_ui_select_row (self->list, self->scrolled, 0);
  row_selected (self);
}

/* ---- Taking ----------------------------------------------------------------------------------- */

static void queue (TbSourceOffers *self);

/* at: bytes of the whole text. */
static GtkTextIter
iter_at (TbSourceOffers *self, const char *text, gsize at)
{
  GtkTextIter iter;
  gtk_text_buffer_get_iter_at_offset (gtk_text_view_get_buffer (self->view), &iter,
                                      (int) g_utf8_strlen (text, (gssize) at));
  return iter;
}

static char *
text_of (TbSourceOffers *self, gsize *cursor)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  GtkTextIter start, end, at;
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_get_iter_at_mark (buffer, &at, gtk_text_buffer_get_insert (buffer));
  g_autofree char *before = gtk_text_buffer_get_text (buffer, &start, &at, TRUE);
  *cursor = strlen (before);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static void
insert_offer (TbSourceOffers *self, const TbSourceOffer *offer)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  gsize cursor;
  g_autofree char *text = text_of (self, &cursor);
  GtkTextIter from = iter_at (self, text, self->completion->from);
  GtkTextIter to = iter_at (self, text, self->completion->to);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete (buffer, &from, &to);
  gtk_text_buffer_insert (buffer, &from, offer->insert, -1);
  gtk_text_buffer_end_user_action (buffer);
  gtk_text_iter_backward_chars (&from, (int) g_utf8_strlen (offer->insert + offer->caret, -1));
  gtk_text_buffer_place_cursor (buffer, &from);
  gtk_text_view_scroll_mark_onscreen (self->view, gtk_text_buffer_get_insert (buffer));
}

static void
take (TbSourceOffers *self)
{
  int at;
  const TbSourceOffer *offer = pointed (self, &at);
  if (!offer)
    return;
  gboolean again = offer->again;
  insert_offer (self, offer);
  tb_source_offers_close (self);
  if (again)
    tb_source_offers_ask (self);
}

static void
row_activated (GtkListBox *list, GtkListBoxRow *row, TbSourceOffers *self)
{
  gtk_list_box_select_row (list, row);
  take (self);
}

/* ---- The popover ------------------------------------------------------------------------------ */

static void
make_popover (TbSourceOffers *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->list = gtk_list_box_new ();
  gtk_widget_add_css_class (self->list, "search-hits");
  gtk_widget_set_focusable (self->list, FALSE);
  tb_ui_name (self->list, "What may stand here");
  g_signal_connect (self->list, "row-activated", G_CALLBACK (row_activated), self);
  g_signal_connect_swapped (self->list, "selected-rows-changed", G_CALLBACK (row_selected), self);
  self->scrolled = tb_ui_scrolled (self->list);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scrolled), HEIGHT_MAX);
  gtk_widget_set_vexpand (self->scrolled, FALSE);
  self->hint = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0);
  gtk_label_set_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->hint), 10);
  gtk_widget_add_css_class (self->hint, "hint");
  gtk_box_append (GTK_BOX (box), self->scrolled);
  gtk_box_append (GTK_BOX (box), self->hint);
  self->popover = gtk_popover_new ();
  gtk_popover_set_autohide (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_BOTTOM);
  gtk_popover_set_child (GTK_POPOVER (self->popover), box);
  gtk_widget_add_css_class (self->popover, "picker");
  gtk_widget_set_parent (self->popover, self->parent);
}

/* Below the cursor, as far as the window has room beside it. */
static void
point_to_cursor (TbSourceOffers *self)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (self->parent));
  GdkRectangle at;
  double x, y;
  int width = MIN (WIDTH, gtk_widget_get_width (root) - 2 * EDGE);
  gtk_text_view_get_cursor_locations (self->view, NULL, &at, NULL);
  gtk_text_view_buffer_to_window_coords (self->view, GTK_TEXT_WINDOW_WIDGET, at.x, at.y, &at.x, &at.y);
  gtk_widget_translate_coordinates (GTK_WIDGET (self->view), self->parent, at.x, at.y, &x, &y);
  gtk_widget_set_size_request (gtk_popover_get_child (GTK_POPOVER (self->popover)), width, -1);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover),
                               &(GdkRectangle){ (int) x, (int) y, 1, MAX (at.height, 1) });
}

void
tb_source_offers_close (TbSourceOffers *self)
{
  g_clear_handle_id (&self->idle_id, g_source_remove);
  self->asked = self->key = FALSE;
  if (!self->completion)
    return;
  g_clear_pointer (&self->completion, tb_source_completion_free);
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  "", -1);
}

/* ---- When ------------------------------------------------------------------------------------- */

/* Nobody is to be bothered with what is typed in full already, nor with offers between tags. */
static gboolean
is_wanted (const TbSourceCompletion *completion, gboolean asked)
{
  const GPtrArray *offers = completion->offers;
  const TbSourceOffer *only = offers->len == 1 ? offers->pdata[0] : NULL;
  if (asked)
    return offers->len > 0 || completion->about;
  if (offers->len == 0 || completion->where == TB_SOURCE_TEXT)
    return FALSE;
  return !only || strlen (only->label) != completion->to - completion->from;
}

static gboolean
show (gpointer data)
{
  TbSourceOffers *self = data;
  gsize cursor;
  gboolean asked = self->asked;
  self->idle_id = 0;
  g_autofree char *text = text_of (self, &cursor);
  TbSourceCompletion *completion = tb_source_complete (text, cursor);
  if (!is_wanted (completion, asked) || !gtk_widget_get_mapped (GTK_WIDGET (self->view)))
    {
      tb_source_completion_free (completion);
      tb_source_offers_close (self);
      return G_SOURCE_REMOVE;
    }
  if (!self->popover)
    make_popover (self);
  g_clear_pointer (&self->completion, tb_source_completion_free);
  self->completion = completion;
  self->asked = self->key = FALSE;
  fill (self);
  point_to_cursor (self);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  return G_SOURCE_REMOVE;
}

static void
queue (TbSourceOffers *self)
{
  if (!self->idle_id)
    self->idle_id = g_idle_add (show, self);
}

void
tb_source_offers_ask (TbSourceOffers *self)
{
  self->asked = TRUE;
  queue (self);
}

void
tb_source_offers_changed (TbSourceOffers *self)
{
  if (self->key || self->completion)
    queue (self);
}

/* ---- Keys ------------------------------------------------------------------------------------- */

static gboolean
key_of_list (TbSourceOffers *self, guint key)
{
  static const struct
  {
    guint key;
    int step;
  } steps[] = { { GDK_KEY_Down, 1 },    { GDK_KEY_Up, -1 },       { GDK_KEY_KP_Down, 1 },
                { GDK_KEY_KP_Up, -1 },  { GDK_KEY_Page_Down, 8 }, { GDK_KEY_Page_Up, -8 } };
  int at, last = (int) self->completion->offers->len - 1;
  gboolean any = pointed (self, &at) != NULL;
  for (guint i = 0; any && i < G_N_ELEMENTS (steps); i++)
    if (steps[i].key == key)
      {
        tb_ui_select_row (self->list, self->scrolled, CLAMP (at + steps[i].step, 0, last));
        return TRUE;
      }
  if (any && (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_Tab))
    {
      take (self);
      return TRUE;
    }
  tb_source_offers_close (self);
  return key == GDK_KEY_Escape;
}

static gboolean
is_text (guint key, GdkModifierType state)
{
  guint32 c = gdk_keyval_to_unicode (key);
  return !(state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) && (c >= ' ' || key == GDK_KEY_BackSpace) && c != 127;
}

/* A new line begins as far in as the one before. */
static gboolean
break_line (TbSourceOffers *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  GtkTextIter start, end;
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete_selection (buffer, TRUE, TRUE);
  gtk_text_buffer_get_iter_at_mark (buffer, &end, gtk_text_buffer_get_insert (buffer));
  start = end;
  gtk_text_iter_set_line_offset (&start, 0);
  g_autofree char *before = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  g_autofree char *indent = tb_source_indent (before), *text = g_strconcat ("\n", indent, NULL);
  gtk_text_buffer_insert (buffer, &end, text, -1);
  gtk_text_buffer_end_user_action (buffer);
  gtk_text_view_scroll_mark_onscreen (self->view, gtk_text_buffer_get_insert (buffer));
  return TRUE;
}

static gboolean
key_pressed (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
             TbSourceOffers *self)
{
  gboolean modifier = (key >= GDK_KEY_Shift_L && key <= GDK_KEY_Hyper_R) || key == GDK_KEY_ISO_Level3_Shift;
  if (key == GDK_KEY_space && (state & GDK_CONTROL_MASK))
    {
      tb_source_offers_ask (self);
      return TRUE;
    }
  self->key = is_text (key, state);
  if (self->completion && !self->key && !modifier && key_of_list (self, key))
    return TRUE;
  gboolean plain = !(state & (GDK_CONTROL_MASK | GDK_ALT_MASK));
  return plain && (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter) && break_line (self);
}

static void
left (TbSourceOffers *self)
{
  tb_source_offers_close (self);
}

TbSourceOffers *
tb_source_offers_new (GtkTextView *view, GtkWidget *parent)
{
  TbSourceOffers *self = g_new0 (TbSourceOffers, 1);
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  self->view = view;
  self->parent = parent;
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (left), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (left), self);
  gtk_widget_add_controller (GTK_WIDGET (view), keys);
  gtk_widget_add_controller (GTK_WIDGET (view), focus);
  gtk_widget_add_controller (GTK_WIDGET (view), GTK_EVENT_CONTROLLER (click));
  return self;
}

void
tb_source_offers_free (TbSourceOffers *self)
{
  tb_source_offers_close (self);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_free (self);
}
