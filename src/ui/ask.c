#include "ask.h"

#include <string.h>

#include "picker.h"
#include "tb-connect.h"
#include "tb-phrase.h"
#include "util.h"

#define KINDS_MAX 6

typedef struct
{
  TbCanvas *canvas;
  TbEditor *editor;
  TbUid from;      /* of a connection */
  GArray *targets; /* TbLinkTarget, found once: nothing changes while it is asked */
  TbUid made;
} Ask;

/* ---- Where ----------------------------------------------------------------------------------- */

/* Below the selected element, or in the middle of the canvas; in coordinates of its parent. */
static GdkRectangle
place_of (Ask *self, GtkWidget *parent)
{
  GtkWidget *widget = GTK_WIDGET (self->canvas);
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  TbUid one = tb_editor_selected_one (self->editor);
  double x = width / 2, y = height / 3, dx = 0, dy = 0;
  TbItemKind kind;
  TbRect r;
  if (one != 0 && tb_scene_item (tb_editor_scene (self->editor), one, &kind, &r))
    {
      tb_canvas_from_world (self->canvas, &(TbPoint){ r.x + r.width / 2, r.y + r.height }, &x, &y);
      x = CLAMP (x, 0, width);
      y = CLAMP (y + 8, 0, height);
    }
  gtk_widget_translate_coordinates (widget, parent, 0, 0, &dx, &dy);
  return (GdkRectangle){ (int) (x + dx), (int) (y + dy), 1, 1 };
}

static void
closed (gboolean taken, gpointer data)
{
  Ask *self = data;
  tb_canvas_point_link (self->canvas, 0, 0, NULL);
  TbUid uid = self->made ? self->made : tb_editor_selected_one (self->editor);
  if (tb_canvas_editor (self->canvas) == self->editor && uid != 0
      && tb_editor_is_selected (self->editor, uid))
    tb_canvas_focus_element (self->canvas, uid);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  g_clear_pointer (&self->targets, g_array_unref);
  g_object_unref (self->editor);
  g_object_unref (self->canvas);
  g_free (self);
}

/* ---- A new element --------------------------------------------------------------------------- */

static GPtrArray *
create_rows (const char *text, char **hint, gpointer data)
{
  Ask *self = data;
  GPtrArray *rows = tb_picker_rows_new ();
  g_autoptr (TbPhrase) phrase = tb_phrase_parse (self->editor, text);
  g_autoptr (GPtrArray) more = tb_phrase_complete (self->editor, text);
  if (tb_phrase_problem (phrase) == NULL)
    {
      g_autofree char *sentence = tb_phrase_sentence (phrase);
      g_ptr_array_add (rows, tb_picker_row_new (sentence, "Enter adds it"));
    }
  else if (*text)
    *hint = g_strdup (tb_phrase_problem (phrase));
  for (guint i = 0; i < more->len; i++)
    {
      const TbCompletion *c = more->pdata[i];
      TbPickerRow *row = tb_picker_row_new (c->label, c->detail);
      row->complete = g_strdup (c->text);
      g_ptr_array_add (rows, row);
    }
  return rows;
}

static gboolean
create_take (const TbPickerRow *row, const char *text, char **hint, gpointer data)
{
  Ask *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPhrase) phrase = tb_phrase_parse (self->editor, text);
  self->made = tb_editor_create_phrase (self->editor, phrase, &error);
  if (error != NULL)
    *hint = g_strdup (error->message);
  return self->made != 0;
}

static const TbPickerKind create_kind = {
  .name = "New element",
  .placeholder = "server Shop in app threads=pool 8",
  .rows = create_rows,
  .take = create_take,
  .closed = closed,
};

/* ---- A connection ---------------------------------------------------------------------------- */

static void
add_target (Ask *self, GPtrArray *rows, const TbLinkTarget *target, const char *words, int order)
{
  const TbElement *element
      = tb_model_get (tb_document_model (tb_editor_document (self->editor)), target->uid);
  if (element == NULL)
    return;
  int score = MAX (tb_fuzzy_score (tb_element_title (element), words),
                   tb_fuzzy_score (tb_element_id (element), words));
  if (score == 0)
    return;
  g_autofree char *details = tb_editor_details (self->editor, target->uid);
  TbPickerRow *row = tb_picker_row_new (tb_element_title (element),
                                        target->caution ? target->caution : details);
  row->reason = g_strdup (target->reason);
  row->uid = target->uid;
  row->score = (target->reason ? 0 : 1000000) + (*words ? score * 100 : 0) - order;
  g_ptr_array_add (rows, row);
}

/* What is not there yet, after what is. */
static void
add_kinds (Ask *self, GPtrArray *rows, const char *words)
{
  g_autoptr (GPtrArray) kinds = g_ptr_array_new ();
  tb_editor_link_kinds (self->editor, self->from, kinds);
  for (guint i = 0; i < MIN (kinds->len, KINDS_MAX); i++)
    {
      const TbPaletteRow *kind = kinds->pdata[i];
      g_autofree char *name = g_strdup_printf ("New %s", kind->label);
      if (tb_fuzzy_score (name, words) == 0)
        continue;
      TbPickerRow *row = tb_picker_row_new (name, "Made and linked");
      row->data = kind;
      row->score = 500000 - (int) i;
      g_ptr_array_add (rows, row);
    }
}

static GPtrArray *
connect_rows (const char *text, char **hint, gpointer data)
{
  Ask *self = data;
  GPtrArray *rows = tb_picker_rows_new ();
  g_autofree char *words = g_strstrip (g_strndup (text, tb_phrase_head (TB_KIND_LINK, text)));
  for (guint i = 0; i < self->targets->len; i++)
    add_target (self, rows, &g_array_index (self->targets, TbLinkTarget, i), words, (int) i);
  add_kinds (self, rows, words);
  tb_picker_rows_keep_best (rows);
  if (rows->len == 0)
    *hint = g_strdup_printf ("There is nothing called “%s”", words);
  return rows;
}

static gboolean
connect_take (const TbPickerRow *row, const char *text, char **hint, gpointer data)
{
  Ask *self = data;
  g_autoptr (GError) error = NULL;
  const char *settings = text + tb_phrase_head (TB_KIND_LINK, text);
  if (row->data != NULL)
    self->made = tb_editor_connect_new (self->editor, self->from, row->data, TB_SIDE_RIGHT);
  else
    self->made = tb_editor_link_phrase (self->editor, self->from, row->uid, settings, &error);
  if (error != NULL)
    *hint = g_strdup (error->message);
  return self->made != 0;
}

static void
connect_point (const TbPickerRow *row, gpointer data)
{
  Ask *self = data;
  tb_canvas_point_link (self->canvas, self->from, row ? row->uid : 0, row ? row->reason : NULL);
}

static const TbPickerKind connect_kind = {
  .name = "Connect to",
  .placeholder = "Whom it calls, and perhaps timeout=2s",
  .rows = connect_rows,
  .take = connect_take,
  .point = connect_point,
  .closed = closed,
};

void
tb_ask_editor (TbCanvas *canvas, const char *what)
{
  Ask *self = g_new0 (Ask, 1);
  gboolean connect = strcmp (what, "connect") == 0;
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (canvas));
  self->canvas = g_object_ref (canvas);
  self->editor = g_object_ref (tb_canvas_editor (canvas));
  if (connect)
    {
      self->from = tb_editor_selected_one (self->editor);
      self->targets = g_array_new (FALSE, FALSE, sizeof (TbLinkTarget));
      tb_editor_link_targets (self->editor, self->from, self->targets);
    }
  GdkRectangle at = place_of (self, parent);
  tb_picker_popup (parent, &at, connect ? &connect_kind : &create_kind, self);
}
