#include "application.h"

#include "look.h"
#include "recover.h"
#include "start-page.h"
#include "tb-edit.h"
#include "window-private.h"

struct _TbApplication
{
  AdwApplication parent;
};

G_DEFINE_FINAL_TYPE (TbApplication, tb_application, ADW_TYPE_APPLICATION)

/* ---- Actions --------------------------------------------------------------------------------- */

static void
quit (GSimpleAction *action, GVariant *target, gpointer data)
{
  for (GList *l = gtk_application_get_windows (data), *next; l; l = next)
    {
      next = l->next;
      gtk_window_close (l->data);
    }
}

static void
install_actions (TbApplication *self)
{
  static const GActionEntry entries[] = { { "quit", quit } };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  tb_look_install (G_ACTION_MAP (self));
}

/* Menus show the keys of commands too, though the window's controller handles those. */
static void
install_keys (GtkApplication *self)
{
  guint n;
  const TbActionRow *rows = tb_window_action_rows (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *action = g_strconcat ("win.", rows[i].name, NULL);
      gtk_application_set_accels_for_action (self, action, (const char *const *) rows[i].accels);
    }
  gtk_application_set_accels_for_action (self, "app.quit",
                                         (const char *const[]){ "<Control>q", NULL });
}

/* ---- Windows --------------------------------------------------------------------------------- */

/* GTK looks for OpenGL whatever draws: with the cairo renderer that is a third of the time until
 * the first window, for nothing. */
static void
start_without_gl (GApplication *application)
{
  /* What may be switched off has a variable of its own since 4.16. */
  gboolean old = gtk_get_minor_version () < 16;
  const char *variable = old ? "GDK_DEBUG" : "GDK_DISABLE", *word = old ? "gl-disable" : "gl";
  g_autofree char *before = g_strdup (g_getenv (variable));
  g_autofree char *all = g_strjoin (",", word, before, NULL);
  g_setenv (variable, all, TRUE);
  G_APPLICATION_CLASS (tb_application_parent_class)->startup (application);
  /* What a run starts is to find its environment as it was. */
  if (before)
    g_setenv (variable, before, TRUE);
  else
    g_unsetenv (variable);
}

static void
tb_application_startup (GApplication *application)
{
  if (g_strcmp0 (g_getenv ("GSK_RENDERER"), "cairo") == 0)
    start_without_gl (application);
  else
    G_APPLICATION_CLASS (tb_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name ("io.tierboard.Editor");
  install_actions (TB_APPLICATION (application));
  install_keys (GTK_APPLICATION (application));
}

static TbWindow *
new_start_window (GApplication *application)
{
  TbWindow *window = tb_window_new (GTK_APPLICATION (application));
  tb_start_page_show_gallery (window);
  gtk_window_present (GTK_WINDOW (window));
  tb_offer_recovery (window);
  return window;
}

static void
tb_application_activate (GApplication *application)
{
  new_start_window (application);
}

/* The window that was used last, for another tab. */
static TbWindow *
latest_window (GtkApplication *application)
{
  for (GList *l = gtk_application_get_windows (application); l; l = l->next)
    if (TB_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

/* Each file gets a tab; one that cannot be read leaves its sentence on a start page. */
static void
tb_application_open (GApplication *application, GFile **files, int n, const char *hint)
{
  TbWindow *window = latest_window (GTK_APPLICATION (application));
  if (!window)
    window = tb_window_new (GTK_APPLICATION (application));
  for (int i = 0; i < n; i++)
    {
      g_autofree char *path = g_file_get_path (files[i]);
      if (path)
        tb_window_open_path (window, path);
    }
  gtk_window_present (GTK_WINDOW (window));
  tb_offer_recovery (window);
}

static void
tb_application_class_init (TbApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);
  application_class->startup = tb_application_startup;
  application_class->activate = tb_application_activate;
  application_class->open = tb_application_open;
}

static void
tb_application_init (TbApplication *self)
{
}

TbApplication *
tb_application_new (void)
{
  return g_object_new (TB_TYPE_APPLICATION, "application-id", "io.tierboard.Editor", "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/io/tierboard/Editor",
                       NULL);
}
