#include "palette.h"

#include "tb-edit.h"
#include "util.h"

#define COLUMNS 2

/* ---- Dragging -------------------------------------------------------------------------------- */

static GdkContentProvider *
drag_prepare (GtkDragSource *source, double x, double y, gpointer data)
{
  const TbPaletteRow *row = data;
  g_autofree char *name = g_strconcat ("tierboard-palette:", row->name, NULL);
  GtkWidget *tile = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (tile);
  gtk_drag_source_set_icon (source, picture, (int) x, (int) y);
  return gdk_content_provider_new_typed (G_TYPE_STRING, name);
}

static void
make_draggable (GtkWidget *tile, const TbPaletteRow *row)
{
  GtkDragSource *source = gtk_drag_source_new ();
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect (source, "prepare", G_CALLBACK (drag_prepare), (gpointer) row);
  gtk_widget_add_controller (tile, GTK_EVENT_CONTROLLER (source));
}

/* ---- Tiles ----------------------------------------------------------------------------------- */

static GtkWidget *
new_button (const TbPaletteRow *row, GtkWidget *content, const char *css_class)
{
  GtkWidget *button = gtk_button_new ();
  g_autofree char *name = g_strconcat ("Add ", row->label, NULL);
  gtk_button_set_child (GTK_BUTTON (button), content);
  gtk_widget_add_css_class (button, css_class);
  gtk_widget_set_tooltip_text (button, tb_schema_kind (row->kind)->help);
  tb_ui_name (button, name);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.add");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", row->name);
  make_draggable (button, row);
  return button;
}

/* A component: its icon over its name, or before it in a tile of two columns. */
static GtkWidget *
new_component_tile (const TbPaletteRow *row, gboolean wide)
{
  GtkWidget *box = gtk_box_new (wide ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL,
                                wide ? 8 : 4);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), tb_glyph_new_role (row->role, wide ? 18 : 20));
  gtk_box_append (GTK_BOX (box), gtk_label_new (row->label));
  GtkWidget *button = new_button (row, box, "palette-tile");
  if (wide)
    gtk_widget_add_css_class (button, "wide");
  if (row->role == TB_ROLE_EXTERNAL)
    gtk_widget_add_css_class (button, "dashed");
  return button;
}

static GtkWidget *
new_structure_tile (const TbPaletteRow *row)
{
  GtkWidget *button = new_button (row, gtk_label_new (row->label), "palette-tile");
  gtk_widget_add_css_class (button, "structure");
  if (row->kind == TB_KIND_GROUP)
    gtk_widget_add_css_class (button, "dashed");
  return button;
}

/* A real program: a dot in its kind's colour and its name. */
static GtkWidget *
new_program_row (const TbPaletteRow *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_box_append (GTK_BOX (box), tb_glyph_new_dot (row->role, 9));
  gtk_box_append (GTK_BOX (box), tb_ui_label (row->label, NULL));
  return new_button (row, box, "palette-row");
}

/* ---- Sections -------------------------------------------------------------------------------- */

static GtkWidget *
new_tiles (const TbPaletteRow *rows, guint n)
{
  GtkWidget *grid = gtk_grid_new ();
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  for (guint i = 0; i < n; i++)
    {
      /* One left over takes its whole row. */
      gboolean wide = i == n - 1 && i % COLUMNS == 0;
      GtkWidget *tile = rows[i].kind == TB_KIND_COMPONENT ? new_component_tile (&rows[i], wide)
                                                          : new_structure_tile (&rows[i]);
      gtk_grid_attach (GTK_GRID (grid), tile, i % COLUMNS, i / COLUMNS, wide ? COLUMNS : 1, 1);
    }
  return grid;
}

static GtkWidget *
new_programs (const TbPaletteRow *rows, guint n)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  for (guint i = 0; i < n; i++)
    gtk_box_append (GTK_BOX (box), new_program_row (&rows[i]));
  return box;
}

/* The canvas is seen first: tiles come in the moment after. */
static gboolean
fill (gpointer data)
{
  GtkWidget *box = data;
  guint n, end;
  const TbPaletteRow *rows = tb_palette (&n);
  for (guint i = 0; i < n; i = end)
    {
      for (end = i + 1; end < n && g_str_equal (rows[end].section, rows[i].section); end++)
        ;
      gtk_box_append (GTK_BOX (box), tb_ui_heading (rows[i].section));
      gboolean programs = rows[i].kind == TB_KIND_COMPONENT && rows[i].template_name;
      gtk_box_append (GTK_BOX (box), programs ? new_programs (rows + i, end - i)
                                              : new_tiles (rows + i, end - i));
    }
  return G_SOURCE_REMOVE;
}

GtkWidget *
tb_palette_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (box, "palette");
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, fill, g_object_ref (box), g_object_unref);
  return box;
}
