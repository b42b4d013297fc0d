/* A small widget for what is drawn with Cairo elsewhere in the program, so that an icon in a panel
 * and the same icon on the canvas are one drawing. */
#include "util.h"

#include <math.h>

typedef enum
{
  GLYPH_ROLE,
  GLYPH_DOT,
  GLYPH_STATE,
  GLYPH_SEVERITY
} GlyphKind;

struct _TbGlyph
{
  GtkWidget parent;
  GlyphKind kind;
  guint value;
  int size;
  const char *trouble; /* static: why a state is shown as a disc in a ring; NULL: as it is */
};

G_DEFINE_FINAL_TYPE (TbGlyph, tb_glyph, GTK_TYPE_WIDGET)

static void
set_colour (cairo_t *cr, TbColour c)
{
  cairo_set_source_rgba (cr, c.r, c.g, c.b, c.a);
}

static void
draw_disc (cairo_t *cr, double s)
{
  cairo_arc (cr, s / 2, s / 2, s * 0.36, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
draw_ring (cairo_t *cr, double s)
{
  cairo_set_line_width (cr, s * 0.16);
  cairo_arc (cr, s / 2, s / 2, s * 0.30, 0, 2 * G_PI);
  cairo_stroke (cr);
}

static void
draw_dashes (cairo_t *cr, double s)
{
  cairo_set_dash (cr, (double[]){ s * 0.16, s * 0.155 }, 2, 0);
  draw_ring (cr, s);
}

static void
draw_half (cairo_t *cr, double s)
{
  draw_ring (cr, s);
  cairo_arc (cr, s / 2, s / 2, s * 0.30, -G_PI / 2, G_PI / 2);
  cairo_fill (cr);
}

static void
draw_bars (cairo_t *cr, double s)
{
  cairo_rectangle (cr, s * 0.22, s * 0.16, s * 0.20, s * 0.68);
  cairo_rectangle (cr, s * 0.58, s * 0.16, s * 0.20, s * 0.68);
  cairo_fill (cr);
}

static void
draw_square (cairo_t *cr, double s)
{
  cairo_rectangle (cr, s * 0.2, s * 0.2, s * 0.6, s * 0.6);
  cairo_fill (cr);
}

/* On its way to the square of what has stopped. */
static void
draw_frame (cairo_t *cr, double s)
{
  cairo_set_line_width (cr, s * 0.15);
  cairo_rectangle (cr, s * 0.24, s * 0.24, s * 0.52, s * 0.52);
  cairo_stroke (cr);
}

static void
draw_struck (cairo_t *cr, double s)
{
  draw_ring (cr, s);
  cairo_move_to (cr, s * 0.28, s * 0.72);
  cairo_line_to (cr, s * 0.72, s * 0.28);
  cairo_stroke (cr);
}

static void
draw_cross (cairo_t *cr, double s)
{
  cairo_set_line_width (cr, s * 0.19);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_move_to (cr, s * 0.2, s * 0.2);
  cairo_line_to (cr, s * 0.8, s * 0.8);
  cairo_move_to (cr, s * 0.8, s * 0.2);
  cairo_line_to (cr, s * 0.2, s * 0.8);
  cairo_stroke (cr);
}

/* Nearly a whole turn, with a tip: it goes round. */
static void
draw_round (cairo_t *cr, double s)
{
  cairo_set_line_width (cr, s * 0.15);
  cairo_arc (cr, s * 0.5, s * 0.5, s * 0.34, -G_PI_4, G_PI + G_PI_2 - 0.35);
  cairo_stroke (cr);
  cairo_move_to (cr, s * 0.4, s * 0.02);
  cairo_line_to (cr, s * 0.74, s * 0.18);
  cairo_line_to (cr, s * 0.42, s * 0.4);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_bang (cairo_t *cr, double s)
{
  cairo_rectangle (cr, s * 0.4, s * 0.08, s * 0.2, s * 0.52);
  cairo_rectangle (cr, s * 0.4, s * 0.72, s * 0.2, s * 0.2);
  cairo_fill (cr);
}

static void
draw_triangle (cairo_t *cr, double s)
{
  cairo_move_to (cr, s * 0.5, s * 0.12);
  cairo_line_to (cr, s * 0.92, s * 0.84);
  cairo_line_to (cr, s * 0.08, s * 0.84);
  cairo_close_path (cr);
  cairo_fill (cr);
}

/* As the canvas has it: full of work, or it does not answer. */
static void
draw_ringed (cairo_t *cr, double s)
{
  cairo_set_line_width (cr, s * 0.13);
  cairo_arc (cr, s / 2, s / 2, s * 0.38, 0, 2 * G_PI);
  cairo_stroke (cr);
  cairo_arc (cr, s / 2, s / 2, s * 0.18, 0, 2 * G_PI);
  cairo_fill (cr);
}

typedef struct
{
  void (*draw) (cairo_t *cr, double size);
  TbColourId colour;
} Shape;

static const Shape state_shapes[] = {
  [TB_INSTANCE_WAITING] = { draw_dashes, TB_COLOUR_DIM },
  [TB_INSTANCE_STARTING] = { draw_half, TB_COLOUR_GOOD },
  [TB_INSTANCE_READY] = { draw_disc, TB_COLOUR_GOOD },
  [TB_INSTANCE_PAUSED] = { draw_bars, TB_COLOUR_WARN },
  [TB_INSTANCE_STOPPING] = { draw_frame, TB_COLOUR_DIM },
  [TB_INSTANCE_STOPPED] = { draw_square, TB_COLOUR_DIM },
  [TB_INSTANCE_FAILED] = { draw_cross, TB_COLOUR_BAD },
  [TB_INSTANCE_KILLED] = { draw_struck, TB_COLOUR_BAD },
  [TB_INSTANCE_UNHEALTHY] = { draw_bang, TB_COLOUR_WARN },
  [TB_INSTANCE_BACKOFF] = { draw_round, TB_COLOUR_BAD },
};

static const Shape trouble_shape = { draw_ringed, TB_COLOUR_WARN };

static const Shape severity_shapes[] = {
  [TB_SEVERITY_ERROR] = { draw_cross, TB_COLOUR_BAD },
  [TB_SEVERITY_WARNING] = { draw_triangle, TB_COLOUR_WARN },
  [TB_SEVERITY_INFO] = { draw_ring, TB_COLOUR_DIM },
};

static void
draw_shape (cairo_t *cr, const Shape *shape, double size)
{
  set_colour (cr, tb_theme_colour (tb_ui_theme (), shape->colour));
  shape->draw (cr, size);
}

static void
tb_glyph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbGlyph *self = TB_GLYPH (widget);
  int w = gtk_widget_get_width (widget), h = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, w, h));
  cairo_translate (cr, floor ((w - self->size) / 2.0), floor ((h - self->size) / 2.0));
  switch (self->kind)
    {
    case GLYPH_ROLE:
      {
        TbColour colour = tb_theme_role (tb_ui_theme (), self->value);
        tb_paint_role_icon (cr, self->value, self->size, &colour);
        break;
      }
    case GLYPH_DOT:
      set_colour (cr, tb_theme_role (tb_ui_theme (), self->value));
      draw_disc (cr, self->size);
      break;
    case GLYPH_STATE:
      draw_shape (cr, self->trouble ? &trouble_shape : &state_shapes[self->value], self->size);
      break;
    case GLYPH_SEVERITY:
      draw_shape (cr, &severity_shapes[self->value], self->size);
      break;
    }
  cairo_destroy (cr);
}

static void
tb_glyph_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                  int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = TB_GLYPH (widget)->size;
}

static void
tb_glyph_class_init (TbGlyphClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  widget_class->snapshot = tb_glyph_snapshot;
  widget_class->measure = tb_glyph_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
tb_glyph_init (TbGlyph *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (gtk_widget_queue_draw),
                           self, G_CONNECT_SWAPPED);
}

static GtkWidget *
new_glyph (GlyphKind kind, guint value, int size)
{
  TbGlyph *self = g_object_new (TB_TYPE_GLYPH, NULL);
  self->kind = kind;
  self->value = value;
  self->size = size;
  return GTK_WIDGET (self);
}

GtkWidget *
tb_glyph_new_role (TbRole role, int size)
{
  return new_glyph (GLYPH_ROLE, role, size);
}

GtkWidget *
tb_glyph_new_dot (TbRole role, int size)
{
  return new_glyph (GLYPH_DOT, role, size);
}

GtkWidget *
tb_glyph_new_state (TbInstanceState state, int size)
{
  GtkWidget *glyph = new_glyph (GLYPH_STATE, state, size);
  tb_ui_name (glyph, tb_instance_state_name (state));
  return glyph;
}

void
tb_glyph_set_state (TbGlyph *glyph, TbInstanceState state)
{
  g_assert (glyph->kind == GLYPH_STATE);
  if (glyph->value == (guint) state)
    return;
  glyph->value = state;
  tb_ui_name (GTK_WIDGET (glyph), tb_instance_state_name (state));
  gtk_widget_queue_draw (GTK_WIDGET (glyph));
}

void
tb_glyph_set_trouble (TbGlyph *glyph, const char *why)
{
  g_assert (glyph->kind == GLYPH_STATE);
  if (glyph->trouble == why)
    return;
  glyph->trouble = why;
  tb_ui_name (GTK_WIDGET (glyph), why ? why : tb_instance_state_name (glyph->value));
  gtk_widget_queue_draw (GTK_WIDGET (glyph));
}

GtkWidget *
tb_glyph_new_severity (TbSeverity severity, int size)
{
  static const char *const names[] = { "Error", "Warning", "Hint" };
  GtkWidget *glyph = new_glyph (GLYPH_SEVERITY, severity, size);
  tb_ui_name (glyph, names[severity]);
  return glyph;
}
