#include "offer.h"

#include "picker.h"
#include "tb-connect.h"
#include "tb-phrase.h"
#include "tb-remove.h"
#include "util.h"

typedef struct
{
  TbCanvas *canvas;
  TbEditor *editor;
  TbUid from;
  TbPoint at;
} Offer;

static Offer *
offer_new (TbCanvas *canvas)
{
  Offer *self = g_new0 (Offer, 1);
  self->canvas = g_object_ref (canvas);
  self->editor = g_object_ref (tb_canvas_editor (canvas));
  return self;
}

static void
closed (gboolean taken, gpointer data)
{
  Offer *self = data;
  TbUid one = tb_editor_selected_one (self->editor);
  tb_canvas_point_link (self->canvas, 0, 0, NULL);
  if (taken && one != 0 && tb_canvas_editor (self->canvas) == self->editor)
    tb_canvas_focus_element (self->canvas, one);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  g_object_unref (self->editor);
  g_object_unref (self->canvas);
  g_free (self);
}

static void
popup (Offer *self, double x, double y, const TbPickerKind *kind)
{
  GtkWidget *widget = GTK_WIDGET (self->canvas), *parent = gtk_widget_get_parent (widget);
  double dx = 0, dy = 0;
  gtk_widget_translate_coordinates (widget, parent, 0, 0, &dx, &dy);
  GdkRectangle at = { (int) (x + dx), (int) (y + dy), 1, 1 };
  tb_picker_popup (parent, &at, kind, self);
}

/* ---- What a link should lead to -------------------------------------------------------------- */

static GPtrArray *
kind_rows (const char *text, char **hint, gpointer data)
{
  Offer *self = data;
  GPtrArray *rows = tb_picker_rows_new ();
  g_autoptr (GPtrArray) kinds = g_ptr_array_new ();
  tb_editor_link_kinds (self->editor, self->from, kinds);
  for (guint i = 0; i < kinds->len; i++)
    {
      const TbPaletteRow *kind = kinds->pdata[i];
      if (*text && tb_fuzzy_score (kind->label, text) == 0)
        continue;
      TbPickerRow *row = tb_picker_row_new (kind->label, i == 0 ? "The likeliest" : NULL);
      row->data = kind;
      g_ptr_array_add (rows, row);
    }
  if (rows->len == 0)
    *hint = g_strdup_printf ("No kind of component is called “%s”", text);
  return rows;
}

static gboolean
kind_take (const TbPickerRow *row, const char *text, char **hint, gpointer data)
{
  Offer *self = data;
  return tb_editor_connect_new_at (self->editor, self->from, row->data, self->at.x, self->at.y)
         != 0;
}

static const TbPickerKind kind_list = {
  .name = "What it calls",
  .placeholder = "What should be here?",
  .rows = kind_rows,
  .take = kind_take,
  .closed = closed,
};

void
tb_offer_kinds (TbCanvas *canvas, TbUid from, double x, double y)
{
  Offer *self = offer_new (canvas);
  double wx, wy;
  self->from = from;
  self->at = (TbPoint){ x, y };
  tb_canvas_from_world (canvas, &self->at, &wx, &wy);
  popup (self, wx, wy, &kind_list);
}

/* ---- What is hidden -------------------------------------------------------------------------- */

static GPtrArray *
hidden_rows (const char *text, char **hint, gpointer data)
{
  Offer *self = data;
  GPtrArray *rows = tb_picker_rows_new ();
  g_autoptr (GArray) hidden = g_array_new (FALSE, FALSE, sizeof (TbUid));
  const TbModel *model = tb_document_model (tb_editor_document (self->editor));
  tb_editor_hidden (self->editor, hidden);
  if (hidden->len > 1 && *text == '\0')
    {
      g_autofree char *all = g_strdup_printf ("All %u", hidden->len);
      g_ptr_array_add (rows, tb_picker_row_new (all, NULL));
    }
  for (guint i = 0; i < hidden->len && rows->len < TB_PICKER_MAX; i++)
    {
      TbUid uid = g_array_index (hidden, TbUid, i);
      const char *title = tb_element_title (tb_model_get (model, uid));
      g_autofree char *details = tb_editor_details (self->editor, uid);
      if (*text && tb_fuzzy_score (title, text) == 0)
        continue;
      TbPickerRow *row = tb_picker_row_new (title, details);
      row->uid = uid;
      g_ptr_array_add (rows, row);
    }
  if (rows->len == 0)
    *hint = g_strdup_printf ("Nothing hidden is called “%s”", text);
  return rows;
}

static gboolean
hidden_take (const TbPickerRow *row, const char *text, char **hint, gpointer data)
{
  Offer *self = data;
  g_autoptr (GArray) hidden = g_array_new (FALSE, FALSE, sizeof (TbUid));
  if (row->uid != 0)
    tb_editor_show (self->editor, &row->uid, 1);
  else
    {
      tb_editor_hidden (self->editor, hidden);
      tb_editor_show (self->editor, (const TbUid *) (gpointer) hidden->data, hidden->len);
    }
  return TRUE;
}

static const TbPickerKind hidden_list = {
  .name = "Hidden elements",
  .placeholder = "Show again…",
  .rows = hidden_rows,
  .take = hidden_take,
  .closed = closed,
};

void
tb_offer_hidden (TbCanvas *canvas)
{
  GtkWidget *widget = GTK_WIDGET (canvas);
  popup (offer_new (canvas), gtk_widget_get_width (widget) / 2.0,
         gtk_widget_get_height (widget) / 4.0, &hidden_list);
}
