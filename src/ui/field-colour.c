/* Controls for colours and icons: a button that shows the value, and behind it a few to choose from
 * and an entry for any other. */
#include "field-private.h"

#include "util.h"

#define SWATCH 16
#define COLUMNS 6
#define ICON 28

typedef struct
{
  const char *name, *strong, *pale;
} NamedColour;

/* Strong for lines and text, pale for grounds; the painters make each legible in every theme. */
static const NamedColour palette[] = {
  { "Red", "#c93f3f", "#fbe3e1" },    { "Orange", "#c9661f", "#fdebd9" },
  { "Amber", "#a87b0a", "#fdf3cf" },  { "Green", "#2f8f5b", "#e0f3e6" },
  { "Teal", "#2b8c9e", "#dcf1f4" },   { "Blue", "#3d6fb4", "#e3edfa" },
  { "Indigo", "#5a55c4", "#e8e7fa" }, { "Violet", "#8a5bb0", "#f1e6f8" },
  { "Pink", "#c0508a", "#fae3ef" },   { "Brown", "#8a6242", "#f2e8df" },
  { "Grey", "#6b6f7a", "#ececea" },   { "Black", "#1f1e1b", "#ffffff" },
};

static gboolean
wants_pale (const TbField *field, const TbElement *element)
{
  return field->spec->prop == TB_PROP_FILL
         || (element && tb_element_kind (element) == TB_KIND_NOTE);
}

/* ---- Swatches -------------------------------------------------------------------------------- */

static void
draw_swatch (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const char *text = g_object_get_data (G_OBJECT (area), "tb-colour");
  GdkRGBA colour;
  double r = MIN (width, height) / 2.0 - 1;
  cairo_arc (cr, width / 2.0, height / 2.0, r, 0, 2 * G_PI);
  if (text && gdk_rgba_parse (&colour, text))
    {
      gdk_cairo_set_source_rgba (cr, &colour);
      cairo_fill_preserve (cr);
    }
  else
    {
      /* Nothing chosen: a circle struck through. */
      cairo_move_to (cr, width / 2.0 - r * 0.7, height / 2.0 + r * 0.7);
      cairo_line_to (cr, width / 2.0 + r * 0.7, height / 2.0 - r * 0.7);
    }
  GdkRGBA line;
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (area)), &line);
  line.alpha *= 0.35f;
  gdk_cairo_set_source_rgba (cr, &line);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static GtkWidget *
new_swatch (const char *colour)
{
  GtkWidget *swatch = gtk_drawing_area_new ();
  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (swatch), SWATCH);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (swatch), SWATCH);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (swatch), draw_swatch, NULL, NULL);
  gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (swatch), "tb-colour", g_strdup (colour), g_free);
  return swatch;
}

static const char *
name_of (const char *text)
{
  for (guint i = 0; text && i < G_N_ELEMENTS (palette); i++)
    if (g_ascii_strcasecmp (text, palette[i].strong) == 0
        || g_ascii_strcasecmp (text, palette[i].pale) == 0)
      return palette[i].name;
  return text;
}

/* ---- What both share ------------------------------------------------------------------------- */

static void
set_value (TbField *field, const char *text)
{
  g_object_set_data_full (G_OBJECT (field->widget), "tb-value", text && *text ? g_strdup (text) : NULL,
                          g_free);
}

static char *
read_value (TbField *field)
{
  return g_strdup (g_object_get_data (G_OBJECT (field->widget), "tb-value"));
}

static void
choose (TbField *field, const char *text)
{
  gtk_menu_button_popdown (GTK_MENU_BUTTON (field->widget));
  set_value (field, text);
  tb_field_changed (field);
}

static void
chosen (GtkWidget *button, TbField *field)
{
  choose (field, g_object_get_data (G_OBJECT (button), "tb-choice"));
}

static void
typed (GtkEntry *entry, TbField *field)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));
  choose (field, text);
}

static GtkWidget *
new_choice (TbField *field, GtkWidget *child, const char *name, const char *value)
{
  GtkWidget *button = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (button), child);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "choice");
  gtk_widget_set_tooltip_text (button, name);
  tb_ui_name (button, name);
  g_object_set_data_full (G_OBJECT (button), "tb-choice", g_strdup (value), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (chosen), field);
  return button;
}

static GtkWidget *
new_any (TbField *field, const char *hint, const char *name)
{
  GtkWidget *entry = gtk_entry_new ();
  g_autofree char *value = read_value (field);
  gtk_editable_set_text (GTK_EDITABLE (entry), value ? value : "");
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 12);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), hint);
  tb_ui_name (entry, name);
  g_signal_connect (entry, "activate", G_CALLBACK (typed), field);
  return entry;
}

static GtkWidget *
new_button (TbField *field, GtkWidget *mark, void (*fill) (GtkMenuButton *, gpointer))
{
  GtkWidget *button = gtk_menu_button_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = tb_ui_label (NULL, NULL);
  gtk_box_append (GTK_BOX (box), mark);
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_add_css_class (button, "value");
  gtk_label_set_max_width_chars (GTK_LABEL (label), 12);
  gtk_menu_button_set_child (GTK_MENU_BUTTON (button), box);
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (button), FALSE);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill, field, NULL);
  g_object_set_data (G_OBJECT (button), "tb-label", label);
  g_object_set_data (G_OBJECT (button), "tb-mark", mark);
  tb_ui_name (gtk_widget_get_first_child (button), field->spec->label);
  return button;
}

static void
show_text (TbField *field, const char *text)
{
  tb_ui_set_text (g_object_get_data (G_OBJECT (field->widget), "tb-label"), text);
}

static const char *
own_value (TbField *field, const char *text)
{
  const TbElement *element = tb_field_element (field);
  return element && tb_element_is_set (element, field->spec->prop) ? text : NULL;
}

/* ---- Colours --------------------------------------------------------------------------------- */

static void
fill_colours (GtkMenuButton *button, gpointer data)
{
  TbField *field = data;
  gboolean pale = wants_pale (field, tb_field_element (field));
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *grid = gtk_grid_new (), *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  for (guint i = 0; i < G_N_ELEMENTS (palette); i++)
    {
      const char *value = pale ? palette[i].pale : palette[i].strong;
      const char *name = pale && i == G_N_ELEMENTS (palette) - 1 ? "White" : palette[i].name;
      gtk_grid_attach (GTK_GRID (grid), new_choice (field, new_swatch (value), name, value),
                       (int) i % COLUMNS, (int) i / COLUMNS, 1, 1);
    }
  gtk_box_append (GTK_BOX (row), new_any (field, "#rrggbb", "Colour as #rrggbb"));
  gtk_box_append (GTK_BOX (row), new_choice (field, gtk_label_new ("None"), "No colour", ""));
  gtk_box_append (GTK_BOX (box), grid);
  gtk_box_append (GTK_BOX (box), row);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (button, popover);
}

static GtkWidget *
make_colour (TbField *field)
{
  return new_button (field, new_swatch (NULL), fill_colours);
}

static void
show_colour (TbField *field, const char *text)
{
  GtkWidget *mark = g_object_get_data (G_OBJECT (field->widget), "tb-mark");
  text = own_value (field, text);
  set_value (field, text);
  show_text (field, text ? name_of (text) : "none");
  g_object_set_data_full (G_OBJECT (mark), "tb-colour", g_strdup (text), g_free);
  gtk_widget_queue_draw (mark);
}

/* ---- Icons ----------------------------------------------------------------------------------- */

static void
draw_icon (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  TbIcon *icon = tb_icon_find (g_object_get_data (G_OBJECT (area), "tb-icon"), NULL, NULL);
  if (icon)
    tb_icon_paint (icon, cr, MIN (width, height));
}

static GtkWidget *
new_icon_choice (TbField *field, const char *name)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *area = gtk_drawing_area_new ();
  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (area), ICON);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), ICON);
  g_object_set_data_full (G_OBJECT (area), "tb-icon", g_strdup (name), g_free);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_icon, NULL, NULL);
  gtk_widget_add_css_class (area, "plate");
  gtk_box_append (GTK_BOX (box), area);
  gtk_box_append (GTK_BOX (box), tb_ui_label (name, NULL));
  return new_choice (field, box, name, name);
}

static void
fill_icons (GtkMenuButton *button, gpointer data)
{
  TbField *field = data;
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *scrolled = tb_ui_scrolled (list);
  g_auto (GStrv) names = tb_icon_names ();
  for (guint i = 0; names[i]; i++)
    gtk_box_append (GTK_BOX (list), new_icon_choice (field, names[i]));
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 260);
  if (!names[0])
    {
      g_autofree char *folder = tb_icon_folder ();
      g_autofree char *words = g_strconcat ("SVG files put into\n", folder, "\nare offered here.", NULL);
      GtkWidget *label = gtk_label_new (words);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
      gtk_widget_add_css_class (label, "dim");
      gtk_box_append (GTK_BOX (list), label);
    }
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), new_any (field, "pictures/shop.svg",
                                          "Path of an SVG from the drawing's folder"));
  gtk_box_append (GTK_BOX (box), new_choice (field, gtk_label_new ("The kind's own"),
                                             "The kind's own", ""));
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (button, popover);
}

static GtkWidget *
make_icon (TbField *field)
{
  return new_button (field, gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), fill_icons);
}

static void
show_icon (TbField *field, const char *text)
{
  text = own_value (field, text);
  set_value (field, text);
  show_text (field, text ? text : "the kind's own");
}

const TbControl tb_control_colour = { make_colour, show_colour, read_value, FALSE };
const TbControl tb_control_icon = { make_icon, show_icon, read_value, FALSE };
