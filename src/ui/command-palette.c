#include "command-palette.h"

#include <string.h>

#include "format.h"
#include "partitions.h"
#include "picker.h"
#include "settings.h"
#include "tb-export.h"
#include "tb-find.h"
#include "tb-phrase.h"
#include "window-private.h"

#define RECENT "recent-commands"
#define RECENT_MAX 8
#define ELEMENTS_MAX 20

/* What a row stands for: its action with target ("win.save", "win.add(client)"), or an element
 * (uid), or a property of it (uid and spec). */
typedef struct
{
  TbWindow *window;
  TbSheet *sheet; /* NULL: the start page */
  TbFinder *finder; /* made with the first letter */
  GStrv recent;
  char *chosen;    /* detailed action */
  TbUid uid;
  TbProp prop;
} Palette;

/* ---- Rows ------------------------------------------------------------------------------------ */

static int
recency (Palette *self, const char *action)
{
  for (guint i = 0; self->recent && self->recent[i]; i++)
    if (g_str_equal (self->recent[i], action))
      return RECENT_MAX - (int) i;
  return 0;
}

static void
add_action (Palette *self, GPtrArray *rows, const char *text, const char *title, const char *section,
            const char *key, const char *action, const char *reason)
{
  g_autofree char *words = g_strconcat (title, " ", section, NULL);
  int score = MAX (tb_fuzzy_score (title, text), tb_fuzzy_score (words, text) / 2);
  if (score == 0)
    return;
  TbPickerRow *row = tb_picker_row_new (title, section);
  row->key = g_strdup (key);
  row->reason = g_strdup (reason);
  row->data = g_intern_string (action);
  row->score = score * 10 + recency (self, action) * (*text ? 5 : 1000) - (reason ? 200 : 0);
  g_ptr_array_add (rows, row);
}

static void
add_window_actions (Palette *self, GPtrArray *rows, const char *text)
{
  guint n;
  const TbActionRow *actions = tb_window_action_rows (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strconcat ("win.", actions[i].name, NULL);
      gboolean enabled = g_action_group_get_action_enabled (G_ACTION_GROUP (self->window),
                                                            actions[i].name);
      if (!g_str_equal (actions[i].name, "commands"))
        add_action (self, rows, text, actions[i].label, actions[i].section, actions[i].accels[0],
                    name, enabled ? NULL : self->sheet ? "Not now" : "No drawing is open");
    }
}

typedef struct
{
  Palette *palette;
  GPtrArray *rows;
  const char *text;
} RunRows;

static void
add_run_row (const char *title, const char *action, gpointer data)
{
  const RunRows *into = data;
  add_action (into->palette, into->rows, into->text, title, "Run", NULL, action, NULL);
}

static void
add_commands (Palette *self, GPtrArray *rows, const char *text)
{
  guint n;
  const TbCommandRow *commands = tb_commands (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strconcat ("edit.", commands[i].name, NULL);
      g_autofree char *reason = tb_command_reason (self->sheet->editor, &commands[i]);
      add_action (self, rows, text, commands[i].label, commands[i].section, commands[i].accel, name,
                  reason);
    }
}

static void
add_kinds (Palette *self, GPtrArray *rows, const char *text)
{
  guint n;
  const TbPaletteRow *kinds = tb_palette (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *title = g_strconcat ("Add ", kinds[i].label, NULL);
      g_autofree char *name = g_strdup_printf ("win.add('%s')", kinds[i].name);
      add_action (self, rows, text, title, kinds[i].section, NULL, name, NULL);
    }
}

static void
add_exports (Palette *self, GPtrArray *rows, const char *text)
{
  guint n;
  const TbExportFormat *formats = tb_export_formats (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *title = g_strconcat ("Export as ", formats[i].label, NULL);
      g_autofree char *name = g_strdup_printf ("win.export-as('%s')", formats[i].name);
      add_action (self, rows, text, title, "Documents", NULL, name, NULL);
    }
}

/* Properties of the selected element and of its parts. */
static void
add_props (Palette *self, GPtrArray *rows, const char *text, const TbElement *element)
{
  const TbKindSpec *kind = tb_schema_kind (tb_element_kind (element));
  for (guint i = 0; i < kind->n_props; i++)
    {
      const TbPropSpec *spec = &kind->props[i];
      int score = MAX (tb_fuzzy_score (spec->label, text), tb_fuzzy_score (spec->name, text));
      const char *value = tb_element_get (element, spec->prop);
      if (score == 0 || spec->prop == TB_PROP_ID)
        continue;
      g_autofree char *of = g_strdup_printf ("%s of %s", value ? value : "not set",
                                             tb_element_title (element));
      TbPickerRow *row = tb_picker_row_new (spec->label, of);
      row->uid = tb_element_uid (element);
      row->data = spec;
      row->score = score * 9;
      g_ptr_array_add (rows, row);
    }
  for (guint i = 0; i < tb_element_n_children (element); i++)
    add_props (self, rows, text, tb_element_child (element, i));
}

static void
add_elements (Palette *self, GPtrArray *rows, const char *text)
{
  const TbModel *model = tb_document_model (self->sheet->document);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  if (self->finder == NULL)
    self->finder = tb_finder_new (model);
  tb_finder_rank (self->finder, text, ELEMENTS_MAX, uids);
  for (guint i = 0; i < uids->len; i++)
    {
      const TbElement *element = tb_model_get (model, g_array_index (uids, TbUid, i));
      if (!element)
        continue;
      g_autofree char *title = tb_format_element (model, element);
      TbPickerRow *row
          = tb_picker_row_new (title, tb_schema_kind (tb_element_kind (element))->label);
      row->uid = tb_element_uid (element);
      row->score = tb_fuzzy_score (tb_element_title (element), text) * 11;
      g_ptr_array_add (rows, row);
    }
}

static GPtrArray *
palette_rows (const char *text, char **hint, gpointer data)
{
  Palette *self = data;
  GPtrArray *rows = tb_picker_rows_new ();
  add_window_actions (self, rows, text);
  if (self->sheet)
    {
      TbUid one = tb_editor_selected_one (self->sheet->editor);
      const TbElement *element
          = one ? tb_model_get (tb_document_model (self->sheet->document), one) : NULL;
      add_commands (self, rows, text);
      add_kinds (self, rows, text);
      if (*text)
        {
          add_exports (self, rows, text);
          tb_sheet_run_rows (self->sheet, add_run_row, &(RunRows){ self, rows, text });
          tb_sheet_scenario_rows (self->sheet, add_run_row, &(RunRows){ self, rows, text });
        }
      if (*text && element)
        add_props (self, rows, text, element);
      if (*text)
        add_elements (self, rows, text);
    }
  tb_picker_rows_keep_best (rows);
  if (rows->len == 0)
    *hint = g_strdup ("Nothing is called so");
  return rows;
}

/* ---- Taking ---------------------------------------------------------------------------------- */

static gboolean
palette_take (const TbPickerRow *row, const char *text, char **hint, gpointer data)
{
  Palette *self = data;
  self->uid = row->uid;
  if (row->uid && row->data)
    self->prop = ((const TbPropSpec *) row->data)->prop;
  else if (!row->uid)
    self->chosen = g_strdup (row->data);
  return TRUE;
}

static void
remember (Palette *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_strv_builder_add (builder, self->chosen);
  for (guint i = 0, n = 1; self->recent && self->recent[i] && n < RECENT_MAX; i++)
    if (!g_str_equal (self->recent[i], self->chosen))
      {
        g_strv_builder_add (builder, self->recent[i]);
        n++;
      }
  g_auto (GStrv) recent = g_strv_builder_end (builder);
  g_autofree char *joined = g_strjoinv (";", recent);
  tb_settings_set_text (RECENT, joined);
}

static void
free_palette (Palette *self)
{
  g_clear_pointer (&self->finder, tb_finder_free);
  g_clear_object (&self->sheet);
  g_strfreev (self->recent);
  g_free (self->chosen);
  g_object_unref (self->window);
  g_free (self);
}

static void
activate (Palette *self)
{
  g_autoptr (GVariant) target = NULL;
  g_autofree char *name = NULL;
  remember (self);
  if (g_action_parse_detailed_name (self->chosen, &name, &target, NULL))
    gtk_widget_activate_action_variant (GTK_WIDGET (self->window), name, target);
}

/* When the popover is gone: a command may open the next one, and looks at what has the focus. */
static gboolean
do_it (gpointer data)
{
  Palette *self = data;
  gboolean shown = self->sheet && tb_sheet_is_current (self->sheet);
  if (self->uid && shown && self->prop)
    tb_inspector_focus_prop (self->sheet->inspector, self->uid, self->prop);
  else if (self->uid && shown)
    {
      tb_sheet_reveal (self->sheet, self->uid);
      tb_canvas_focus_element (self->sheet->canvas, self->uid);
    }
  else if (self->chosen)
    activate (self);
  free_palette (self);
  return G_SOURCE_REMOVE;
}

static void
palette_closed (gboolean taken, gpointer data)
{
  Palette *self = data;
  TbUid one = self->sheet ? tb_editor_selected_one (self->sheet->editor) : 0;
  if (one)
    tb_canvas_focus_element (self->sheet->canvas, one);
  else if (self->sheet)
    gtk_widget_grab_focus (GTK_WIDGET (self->sheet->canvas));
  if (taken)
    g_idle_add_full (G_PRIORITY_HIGH, do_it, self, NULL); /* before the next key is looked at */
  else
    free_palette (self);
}

static const TbPickerKind palette_kind = {
  .name = "Commands",
  .placeholder = "A command, a property or an element",
  .rows = palette_rows,
  .take = palette_take,
  .closed = palette_closed,
};

void
tb_command_palette (TbWindow *window)
{
  Palette *self = g_new0 (Palette, 1);
  /* Not in the stack of pages: assistive tools take each child of one for a page. */
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (window->pages));
  g_autofree char *recent = tb_settings_get_text (RECENT);
  self->window = g_object_ref (window);
  g_set_object (&self->sheet, window->sheet);
  self->recent = recent ? g_strsplit (recent, ";", -1) : NULL;
  GdkRectangle at = { gtk_widget_get_width (parent) / 2,
                      gtk_widget_get_height (GTK_WIDGET (window->header)), 1, 1 };
  tb_picker_popup (parent, &at, &palette_kind, self);
}
