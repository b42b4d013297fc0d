/* The canvas alone in a window, for tests and for looking at it.
 *
 *   canvas-app FILE [--dark] [--live RATE] [--broken] [--save OUT]
 *
 * Writes a line to standard output for whatever a test waits for: "ready", "at ID X Y WIDTH HEIGHT"
 * after every change (in the window's pixels), "selected ID…", "undo LABEL", "menu ID REPLICA",
 * "message …". With --save the document is written after every change. */
#include <adwaita.h>
#include <stdio.h>

#include "fake-run.h"
#include "tb-base.h"
#include "tb-canvas.h"

static char **files, *save_path;
static gboolean dark, broken;
static double live_rate = -1;

typedef struct
{
  TbDocument *document;
  TbEditor *editor;
  TbCanvas *canvas;
  FakeRun *run;
  guint report_id;
} App;

static const char *
id_of (App *app, TbUid uid)
{
  const TbElement *e = uid ? tb_model_get (tb_document_model (app->document), uid) : NULL;
  return e && tb_element_id (e) ? tb_element_id (e) : "-";
}

static void
report_kind (App *app, TbKind kind)
{
  const TbModel *model = tb_document_model (app->document);
  for (guint i = 0; i < tb_model_count (model, kind); i++)
    {
      TbUid uid = tb_element_uid (tb_model_nth (model, kind, i));
      TbItemKind item;
      TbRect r;
      double x, y;
      graphene_point_t at = GRAPHENE_POINT_INIT (0, 0), origin;
      if (!tb_scene_item (tb_editor_scene (app->editor), uid, &item, &r))
        continue;
      if (item == TB_ITEM_LINK)
        {
          TbPoint p = tb_scene_route_point (tb_editor_scene (app->editor), uid,
                                            tb_scene_route_length (tb_editor_scene (app->editor), uid) / 2);
          r = (TbRect){ p.x, p.y, 0, 0 };
        }
      tb_canvas_from_world (app->canvas, &(TbPoint){ r.x, r.y }, &x, &y);
      if (!gtk_widget_compute_point (GTK_WIDGET (app->canvas),
                                     GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (app->canvas))),
                                     &at, &origin))
        continue;
      double zoom = tb_canvas_zoom (app->canvas);
      printf ("at %s %.0f %.0f %.0f %.0f\n", id_of (app, uid), x + origin.x, y + origin.y,
              r.width * zoom, r.height * zoom);
    }
}

static gboolean
report (gpointer data)
{
  App *app = data;
  const char *label = tb_document_undo_label (app->document);
  app->report_id = 0;
  report_kind (app, TB_KIND_COMPONENT);
  report_kind (app, TB_KIND_TIER);
  report_kind (app, TB_KIND_LINK);
  printf ("undo %s\n", label ? label : "");
  if (save_path != NULL)
    {
      g_autofree char *xml = tb_model_to_xml (tb_document_model (app->document), NULL);
      g_file_set_contents (save_path, xml, -1, NULL);
    }
  printf ("zoom %.4f\nready\n", tb_canvas_zoom (app->canvas));
  fflush (stdout);
  return G_SOURCE_REMOVE;
}

static void
queue_report (App *app)
{
  g_clear_handle_id (&app->report_id, g_source_remove);
  app->report_id = g_timeout_add (120, report, app);
}

static void
selection_changed (TbEditor *editor, App *app)
{
  guint n;
  const TbUid *uids = tb_editor_selection (editor, &n);
  printf ("selected");
  for (guint i = 0; i < n; i++)
    printf (" %s", id_of (app, uids[i]));
  printf ("\n");
  fflush (stdout);
}

static void
said (TbEditor *editor, const char *sentence, App *app)
{
  printf ("message %s\n", sentence);
  fflush (stdout);
}

static void
menu_asked (TbCanvas *canvas, guint uid, guint replica, double x, double y, App *app)
{
  printf ("menu %s %u\n", id_of (app, uid), replica);
  fflush (stdout);
}

static gboolean
next_frame (gpointer data)
{
  App *app = data;
  tb_canvas_show_frame (app->canvas, fake_run_frame (app->run, tb_now_ns ()), NULL);
  return G_SOURCE_CONTINUE;
}

static void
activate (GtkApplication *application, App *app)
{
  GtkWidget *window = adw_application_window_new (application);
  if (dark)
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                        ADW_COLOR_SCHEME_FORCE_DARK);
  app->editor = tb_editor_new (app->document, NULL);
  app->canvas = TB_CANVAS (tb_canvas_new ());
  tb_canvas_set_editor (app->canvas, app->editor);
  g_signal_connect_swapped (app->document, "changed", G_CALLBACK (queue_report), app);
  g_signal_connect_swapped (app->canvas, "zoom-changed", G_CALLBACK (queue_report), app);
  g_signal_connect (app->editor, "selection-changed", G_CALLBACK (selection_changed), app);
  g_signal_connect (app->editor, "message", G_CALLBACK (said), app);
  g_signal_connect (app->canvas, "context-menu", G_CALLBACK (menu_asked), app);
  gtk_window_set_title (GTK_WINDOW (window), "Canvas");
  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 760);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), GTK_WIDGET (app->canvas));
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_grab_focus (GTK_WIDGET (app->canvas));
  if (live_rate >= 0)
    {
      app->run = fake_run_new (tb_document_model (app->document), live_rate, broken,
                               G_MAXUINT);
      g_timeout_add (33, next_frame, app);
    }
  queue_report (app);
}

int
main (int argc, char **argv)
{
  static const GOptionEntry entries[]
      = { { "dark", 0, 0, G_OPTION_ARG_NONE, &dark, "Dark style", NULL },
          { "live", 0, 0, G_OPTION_ARG_DOUBLE, &live_rate, "Made-up traffic", "RATE" },
          { "broken", 0, 0, G_OPTION_ARG_NONE, &broken, "With faults", NULL },
          { "save", 0, 0, G_OPTION_ARG_FILENAME, &save_path, "Write after every change", "OUT" },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "FILE" },
          { NULL } };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  App app = { 0 };

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error) || files == NULL
      || (app.document = tb_document_load (files[0], NULL, &error)) == NULL)
    {
      g_printerr ("%s\n", error ? error->message : "a file, please");
      return 2;
    }
  g_autoptr (AdwApplication) application
      = adw_application_new ("org.tierboard.CanvasTest", G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), &app);
  int status = g_application_run (G_APPLICATION (application), 1, argv);
  g_clear_object (&app.editor);
  g_clear_object (&app.document);
  return status;
}
