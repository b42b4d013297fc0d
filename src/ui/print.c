#include "print.h"

#include "print-pages.h"
#include "tb-model.h"

#define FOOT 16.0 /* points, for the name and the number */
#define FOOT_SIZE 8.0

typedef struct
{
  TbEditor *editor;
  TbPrintPages pages;
  gboolean fit;
  GtkWidget *choice; /* of "fit", while the dialog is open */
  TbPrintFailed failed;
  gpointer data;
} Print;

/* Until the program ends. */
static GtkPrintSettings *last_settings;
static GtkPageSetup *last_setup;
static gboolean last_fit = TRUE;

static void
print_free (gpointer data)
{
  Print *self = data;
  g_object_unref (self->editor);
  g_free (self);
}

/* ---- Pages ----------------------------------------------------------------------------------- */

static void
begin_print (GtkPrintOperation *operation, GtkPrintContext *context, Print *self)
{
  TbRect bounds = tb_scene_bounds (tb_editor_scene (self->editor));
  self->pages = tb_print_pages (&bounds, gtk_print_context_get_width (context),
                                gtk_print_context_get_height (context) - FOOT, self->fit);
  gtk_print_operation_set_n_pages (operation, (int) tb_print_n_pages (&self->pages));
}

static void
draw_foot (Print *self, GtkPrintContext *context, cairo_t *cr, int n)
{
  const TbElement *root
      = tb_model_root (tb_document_model (tb_editor_document (self->editor)));
  guint total = tb_print_n_pages (&self->pages);
  g_autofree char *text
      = total > 1 ? g_strdup_printf ("%s, %d of %u", tb_element_title (root), n + 1, total)
                  : g_strdup (tb_element_title (root));
  g_autoptr (PangoLayout) layout = gtk_print_context_create_pango_layout (context);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("sans");
  pango_font_description_set_absolute_size (font, FOOT_SIZE * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_width (layout, (int) (self->pages.width * PANGO_SCALE));
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  cairo_set_source_rgb (cr, 0.4, 0.4, 0.4);
  cairo_move_to (cr, 0, self->pages.height + FOOT - FOOT_SIZE - 3);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_page (GtkPrintOperation *operation, GtkPrintContext *context, int n, Print *self)
{
  cairo_t *cr = gtk_print_context_get_cairo_context (context);
  TbRect page = tb_print_page (&self->pages, (guint) n);
  TbPaintOptions options = { .theme = TB_THEME_PRINT, .scale = 1 };
  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, self->pages.width, self->pages.height);
  cairo_clip (cr);
  cairo_scale (cr, self->pages.scale, self->pages.scale);
  cairo_translate (cr, -page.x, -page.y);
  tb_scene_paint (tb_editor_scene (self->editor), cr, &page, &options);
  cairo_restore (cr);
  draw_foot (self, context, cr, n);
}

/* ---- Questions ------------------------------------------------------------------------------- */

static GtkWidget *
create_choice (GtkPrintOperation *operation, Print *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *whole = gtk_check_button_new_with_mnemonic ("_All on one page");
  GtkWidget *several = gtk_check_button_new_with_mnemonic ("At its own _size, on several pages");
  gtk_check_button_set_group (GTK_CHECK_BUTTON (several), GTK_CHECK_BUTTON (whole));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->fit ? whole : several), TRUE);
  gtk_box_append (GTK_BOX (box), whole);
  gtk_box_append (GTK_BOX (box), several);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_top (box, 18);
  self->choice = whole;
  return box;
}

static void
take_choice (GtkPrintOperation *operation, GtkWidget *widget, Print *self)
{
  self->fit = last_fit = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->choice));
}

static void
done (GtkPrintOperation *operation, GtkPrintOperationResult result, Print *self)
{
  g_autoptr (GError) error = NULL;
  if (result == GTK_PRINT_OPERATION_RESULT_APPLY)
    {
      g_set_object (&last_settings, gtk_print_operation_get_print_settings (operation));
      g_set_object (&last_setup, gtk_print_operation_get_default_page_setup (operation));
    }
  if (result != GTK_PRINT_OPERATION_RESULT_ERROR || !self->failed)
    return;
  gtk_print_operation_get_error (operation, &error);
  self->failed (error ? error->message : "It could not be printed.", self->data);
}

/* ---- Printing -------------------------------------------------------------------------------- */

static GtkPageSetup *
page_setup (TbEditor *editor)
{
  TbRect bounds = tb_scene_bounds (tb_editor_scene (editor));
  GtkPageSetup *setup = last_setup ? gtk_page_setup_copy (last_setup) : gtk_page_setup_new ();
  gtk_page_setup_set_orientation (setup, bounds.width > bounds.height
                                             ? GTK_PAGE_ORIENTATION_LANDSCAPE
                                             : GTK_PAGE_ORIENTATION_PORTRAIT);
  return setup;
}

/* (transfer full): the operation owns what is behind it. */
static GtkPrintOperation *
new_operation (TbEditor *editor, gboolean fit, Print **print)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = page_setup (editor);
  const TbElement *root = tb_model_root (tb_document_model (tb_editor_document (editor)));
  Print *self = g_new0 (Print, 1);
  self->editor = g_object_ref (editor);
  self->fit = fit;
  g_object_set_data_full (G_OBJECT (operation), "tb-print", self, print_free);
  gtk_print_operation_set_job_name (operation, tb_element_title (root));
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  g_signal_connect (operation, "begin-print", G_CALLBACK (begin_print), self);
  g_signal_connect (operation, "draw-page", G_CALLBACK (draw_page), self);
  *print = self;
  return operation;
}

void
tb_print (GtkWindow *parent, TbEditor *editor, TbPrintFailed failed, gpointer data)
{
  Print *self;
  g_autoptr (GtkPrintOperation) operation = new_operation (editor, last_fit, &self);
  self->failed = failed;
  self->data = data;
  if (last_settings)
    gtk_print_operation_set_print_settings (operation, last_settings);
  gtk_print_operation_set_custom_tab_label (operation, "Drawing");
  gtk_print_operation_set_allow_async (operation, TRUE);
  g_signal_connect (operation, "create-custom-widget", G_CALLBACK (create_choice), self);
  g_signal_connect (operation, "custom-widget-apply", G_CALLBACK (take_choice), self);
  g_signal_connect (operation, "done", G_CALLBACK (done), self);
  g_object_set_data_full (G_OBJECT (operation), "tb-parent", g_object_ref (parent), g_object_unref);
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, parent, NULL);
}
