#include "proof-view.h"

#include "tb-history-picture.h"
#include "util.h"

struct _TbProofView
{
  GtkWidget parent;
  GtkWidget *box, *sentence, *area;
  cairo_surface_t *pictures[2]; /* light, dark: the history itself may grow meanwhile */
  double width, height;
};

G_DEFINE_FINAL_TYPE (TbProofView, tb_proof_view, GTK_TYPE_WIDGET)

static guint closed;

static void
forget (TbProofView *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->pictures); i++)
    g_clear_pointer (&self->pictures[i], cairo_surface_destroy);
}

static cairo_surface_t *
record (const TbHistory *history, const TbVerdict *verdict, TbThemeId theme, const TbRect *page)
{
  const cairo_rectangle_t extents = { 0, 0, page->width, page->height };
  cairo_surface_t *surface = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, &extents);
  cairo_t *cr = cairo_create (surface);
  TbPlot *plot = tb_plot_new (cr);
  tb_history_picture_paint (history, verdict, theme, plot, page);
  tb_plot_free (plot);
  cairo_destroy (cr);
  return surface;
}

/* What a screen reader says: each operation, then what is wrong. */
static char *
in_words (const TbHistory *history, const TbVerdict *verdict)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < verdict->n_witness; i++)
    {
      char what[160], who[128];
      g_string_append_printf (out, "%s: %s. ", tb_history_client_name (history, &verdict->witness[i], who, sizeof who),
                              tb_history_op_text (history, &verdict->witness[i], what, sizeof what));
    }
  g_string_append (out, verdict->sentence);
  return g_string_free (out, FALSE);
}

void
tb_proof_view_show (TbProofView *view, const TbHistory *history, const TbVerdict *verdict)
{
  TbRect page = { 0, 0, 0, 0 };
  g_autofree char *words = in_words (history, verdict);
  forget (view);
  tb_history_picture_size (verdict, &page.width, &page.height);
  view->pictures[0] = record (history, verdict, TB_THEME_LIGHT, &page);
  view->pictures[1] = record (history, verdict, TB_THEME_DARK, &page);
  view->width = page.width;
  view->height = page.height;
  tb_ui_set_text (view->sentence, verdict->sentence);
  gtk_widget_set_size_request (view->area, (int) page.width, (int) page.height);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view->area), GTK_ACCESSIBLE_PROPERTY_LABEL, "Counter-example",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  gtk_widget_queue_draw (view->area);
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  TbProofView *self = data;
  cairo_surface_t *picture = self->pictures[tb_ui_theme () == TB_THEME_DARK || tb_ui_theme () == TB_THEME_HIGH_CONTRAST_DARK];
  if (picture == NULL)
    return;
  cairo_set_source_surface (cr, picture, 0, 0);
  cairo_paint (cr);
}

static void
close_clicked (TbProofView *self)
{
  g_signal_emit (self, closed, 0);
}

static void
tb_proof_view_dispose (GObject *object)
{
  TbProofView *self = TB_PROOF_VIEW (object);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  forget (self);
  G_OBJECT_CLASS (tb_proof_view_parent_class)->dispose (object);
}

static void
tb_proof_view_class_init (TbProofViewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_proof_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  closed = g_signal_new ("closed", TB_TYPE_PROOF_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tb_proof_view_init (TbProofView *self)
{
  GtkWidget *back = gtk_button_new_with_label ("All messages");
  gtk_widget_set_tooltip_text (back, "Back to the diagram of all messages");
  gtk_widget_add_css_class (back, "flat");
  gtk_widget_set_halign (back, GTK_ALIGN_START);
  g_signal_connect_swapped (back, "clicked", G_CALLBACK (close_clicked), self);
  /* The picture has the sentence in one line; in a narrow window it is read here. */
  self->sentence = tb_ui_label (NULL, "chart-chosen");
  gtk_label_set_ellipsize (GTK_LABEL (self->sentence), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  self->area = gtk_drawing_area_new ();
  gtk_widget_set_halign (self->area, GTK_ALIGN_START);
  gtk_widget_set_valign (self->area, GTK_ALIGN_START);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->area), draw, self, NULL);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->area);
  gtk_widget_set_vexpand (scrolled, TRUE);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), back);
  gtk_box_append (GTK_BOX (self->box), self->sentence);
  gtk_box_append (GTK_BOX (self->box), scrolled);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
tb_proof_view_new (void)
{
  return g_object_new (TB_TYPE_PROOF_VIEW, NULL);
}
