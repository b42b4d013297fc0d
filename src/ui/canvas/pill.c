/* Figures beside links, in a frame of the look's pill: 20 high, text of 11 with digits of one
 * width, so that a changing figure does not dance. */
#include "canvas-private.h"

#define PILL_HEIGHT 20.0
#define PILL_PAD 9.0
#define PILL_TEXT 11.0

typedef struct
{
  PangoLayout *layout;
  const TbPill *pill;
  TbThemeId theme;
  double width;
} PillDraw;

static PangoLayout *
pill_layout (GtkWidget *widget, const TbPill *pill)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, pill->text);
  PangoAttrList *attributes = pango_attr_list_new ();
  pango_attr_list_insert (attributes,
                          pango_attr_size_new_absolute ((int) (PILL_TEXT * PANGO_SCALE)));
  pango_attr_list_insert (attributes, pango_attr_family_new (TB_CANVAS_FAMILIES));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  if (pill->bold)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  return layout;
}

static double
layout_width (PangoLayout *layout)
{
  PangoRectangle r;
  pango_layout_get_extents (layout, NULL, &r);
  return (double) r.width / PANGO_SCALE + 2 * PILL_PAD;
}

void
tb_pill_measure (GtkWidget *widget, const TbPill *pill, double *width, double *height)
{
  g_autoptr (PangoLayout) layout = pill_layout (widget, pill);
  *width = layout_width (layout);
  *height = PILL_HEIGHT;
}

static void
draw_pill (cairo_t *cr, gpointer data)
{
  const PillDraw *d = data;
  TbColour ground = tb_theme_colour (d->theme, TB_COLOUR_CARD);
  TbColour line = tb_theme_colour (d->theme, d->pill->line);
  TbColour text = tb_theme_colour (d->theme, d->pill->colour);
  TbRect frame = { 0.5, 0.5, d->width - 1, PILL_HEIGHT - 1 };
  PangoRectangle r;

  cairo_scale (cr, d->pill->scale, d->pill->scale);
  tb_draw_rounded (cr, &frame, PILL_HEIGHT / 2);
  tb_draw_colour (cr, &ground, 1);
  cairo_fill_preserve (cr);
  tb_draw_colour (cr, &line, 1);
  cairo_set_line_width (cr, 1);
  if (d->pill->dotted)
    cairo_set_dash (cr, (double[]){ 1.5, 2.5 }, 2, 0);
  cairo_stroke (cr);
  pango_layout_get_extents (d->layout, NULL, &r);
  cairo_move_to (cr, PILL_PAD, (PILL_HEIGHT - (double) r.height / PANGO_SCALE) / 2);
  tb_draw_colour (cr, &text, 1);
  pango_cairo_show_layout (cr, d->layout);
}

GskRenderNode *
tb_pill_node_new (GtkWidget *widget, TbThemeId theme, const TbPill *pill)
{
  g_autoptr (PangoLayout) layout = pill_layout (widget, pill);
  PillDraw d = { layout, pill, theme, layout_width (layout) };
  TbRect bounds = { 0, 0, d.width * pill->scale, PILL_HEIGHT * pill->scale };
  return tb_draw_kept (&bounds, gtk_widget_get_scale_factor (widget), draw_pill, &d);
}
