#include "recover.h"

#include "dialogs.h"
#include "format.h"
#include "tb-journal.h"
#include "util.h"
#include "window-private.h"

typedef struct
{
  TbWindow *window;
  GPtrArray *found; /* of TbRecovery */
} Offer;

static void
offer_free (Offer *offer)
{
  g_object_unref (offer->window);
  g_ptr_array_unref (offer->found);
  g_free (offer);
}

/* Its tab may show the file already, as it is on disk. */
static void
drop_unchanged_tab (TbWindow *window, const char *path, TbSheet *but)
{
  for (guint i = tb_window_n_sheets (window); path && i-- > 0;)
    {
      TbSheet *sheet = tb_window_nth_sheet (window, i);
      if (sheet != but && g_strcmp0 (tb_document_path (sheet->document), path) == 0
          && !tb_document_is_modified (sheet->document) && !sheet->session)
        tb_window_drop_sheet (window, sheet);
    }
}

/* Its new journal is on disk before the old one goes. */
static void
recover (TbWindow *window, TbRecovery *recovery)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_recovery_load (recovery, NULL, &error);
  if (!document)
    {
      tb_window_toast (window, error->message);
      return;
    }
  tb_window_add_document (window, document);
  tb_sheet_guard (window->sheet, recovery->base ? recovery->base : "");
  tb_file_guard_flush (window->sheet->guard);
  drop_unchanged_tab (window, recovery->path, window->sheet);
  tb_recovery_discard (recovery);
}

static void
answered (const char *id, gpointer data)
{
  Offer *offer = data;
  for (guint i = offer->found->len; i-- > 0;)
    if (g_str_equal (id, "recover"))
      recover (offer->window, offer->found->pdata[i]);
    else if (g_str_equal (id, "discard"))
      tb_recovery_discard (offer->found->pdata[i]);
  offer_free (offer);
}

static char *
describe (const TbRecovery *recovery)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (recovery->time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc ? g_date_time_to_local (utc) : NULL;
  g_autofree char *when = local ? g_date_time_format (local, "%x %X") : g_strdup ("");
  g_autofree char *where = recovery->path ? tb_format_path (recovery->path)
                                          : g_strdup ("never saved");
  return g_strdup_printf ("%s (%s), %s", recovery->name, where, when);
}

static void
ask (TbWindow *window, GPtrArray *found)
{
  static const TbResponse responses[] = { { "later", "Later", TB_RESPONSE_PLAIN },
                                          { "discard", "Discard", TB_RESPONSE_DESTRUCTIVE },
                                          { "recover", "Recover", TB_RESPONSE_SUGGESTED } };
  g_autoptr (GString) body
      = g_string_new ("Tierboard ended before this was saved:\n");
  Offer *offer = g_new (Offer, 1);
  *offer = (Offer){ g_object_ref (window), found };
  for (guint i = 0; i < found->len; i++)
    {
      g_autofree char *line = describe (found->pdata[i]);
      g_string_append_printf (body, "\n%s", line);
    }
  tb_ask (GTK_WINDOW (window), "Recover Unsaved Work?", body->str, NULL, responses,
          G_N_ELEMENTS (responses), answered, offer);
}

static gboolean
look (gpointer data)
{
  g_autoptr (TbWindow) window = data;
  g_autofree char *folder = tb_journal_folder ();
  GPtrArray *found = tb_recoveries_find (folder);
  if (found->len > 0 && gtk_widget_get_mapped (GTK_WIDGET (window)))
    ask (window, found);
  else
    g_ptr_array_unref (found);
  return G_SOURCE_REMOVE;
}

void
tb_offer_recovery (TbWindow *window)
{
  static gboolean offered;
  if (!offered)
    g_idle_add_full (G_PRIORITY_LOW, look, g_object_ref (window), NULL);
  offered = TRUE;
}
