/* Before something would be lost: a sheet whose document is in no file, or that runs.
 *
 *   a tab:     tb_window_close_page() ──nothing to lose──▶ closed
 *                  ▲        └─ask_running()─┬─"stop"─▶ stopping ──drop_later()──┐
 *                  │        └─ask_unsaved()─┼─"discard"─▶ settled ──────────────┤
 *                  │                        └─"save"─▶ save_to() ───────────────┤
 *                  └──────────────────────────── tb_window_go_on_closing() ◀────┘
 *   a window:  tb_window_may_close() asks its sheets so, one after the other, and is asked again by
 *              tb_window_go_on_closing(); "cancel" ends it, and takes back what was settled. */
#include "window-private.h"

#include "dialogs.h"

void
tb_window_go_on_closing (TbWindow *self, TbSheet *sheet)
{
  if (self->closing)
    gtk_window_close (GTK_WINDOW (self));
  else
    tb_window_close_sheet (self, sheet);
}

void
tb_window_stay_open (TbSheet *sheet)
{
  TbWindow *window = sheet->window;
  if (!window || !window->closing)
    return;
  window->closing = FALSE;
  for (guint i = 0; i < tb_window_n_sheets (window); i++)
    tb_window_nth_sheet (window, i)->settled = FALSE;
}

/* ---- Questions ------------------------------------------------------------------------------- */

static void
close_answered (const char *id, gpointer data)
{
  g_autoptr (TbSheet) self = data;
  if (!self->window)
    return;
  if (g_str_equal (id, "discard"))
    {
      self->settled = TRUE;
      tb_window_go_on_closing (self->window, self);
    }
  else if (g_str_equal (id, "save"))
    tb_sheet_save_and_close (self);
  else
    tb_window_stay_open (self);
}

static void
ask_unsaved (TbSheet *self)
{
  static const TbResponse responses[] = { { "cancel", "_Cancel", TB_RESPONSE_PLAIN },
                                          { "discard", "_Discard", TB_RESPONSE_DESTRUCTIVE },
                                          { "save", "_Save", TB_RESPONSE_SUGGESTED } };
  const TbElement *root = tb_model_root (tb_document_model (self->document));
  g_autofree char *body = g_strdup_printf ("“%s” has changes that are in no file yet.",
                                           tb_element_title (root));
  tb_ask (GTK_WINDOW (self->window), "Save changes?", body, NULL, responses,
          G_N_ELEMENTS (responses), close_answered, g_object_ref (self));
}

static void
stop_answered (const char *id, gpointer data)
{
  g_autoptr (TbSheet) self = data;
  if (!g_str_equal (id, "stop"))
    {
      tb_window_stay_open (self);
      return;
    }
  self->closing = TRUE;
  if (self->session)
    tb_sheet_stop (self);
  else if (self->window)
    tb_window_go_on_closing (self->window, self);
}

static void
ask_running (TbSheet *self)
{
  static const TbResponse responses[] = { { "cancel", "_Keep running", TB_RESPONSE_PLAIN },
                                          { "stop", "_Stop and close", TB_RESPONSE_DESTRUCTIVE } };
  tb_ask (GTK_WINDOW (self->window), "Stop the run?",
          self->window->closing ? "What is drawn is running. It ends with this window, in order."
                                : "What is drawn is running. It ends with this tab, in order.",
          NULL, responses, G_N_ELEMENTS (responses), stop_answered, g_object_ref (self));
}

/* ---- Closing --------------------------------------------------------------------------------- */

static gboolean
may_close (TbSheet *self)
{
  tb_inspector_commit (self->inspector);
  if (self->session)
    {
      tb_window_select (self->window, self);
      ask_running (self);
      return FALSE;
    }
  if (tb_document_is_modified (self->document) && !self->settled)
    {
      tb_window_select (self->window, self);
      ask_unsaved (self);
      return FALSE;
    }
  return TRUE;
}

gboolean
tb_window_may_close (TbWindow *self)
{
  self->closing = TRUE;
  for (guint i = 0; i < tb_window_n_sheets (self); i++)
    if (!may_close (tb_window_nth_sheet (self, i)))
      return FALSE;
  return TRUE;
}

gboolean
tb_window_close_page (AdwTabView *tabs, AdwTabPage *page, TbWindow *self)
{
  TbSheet *sheet = TB_SHEET (adw_tab_page_get_child (page));
  adw_tab_view_close_page_finish (tabs, page, may_close (sheet));
  return GDK_EVENT_STOP;
}

void
tb_window_close_sheet (TbWindow *self, TbSheet *sheet)
{
  if (tb_window_n_sheets (self) > 1)
    adw_tab_view_close_page (self->tabs, adw_tab_view_get_page (self->tabs, GTK_WIDGET (sheet)));
  else
    gtk_window_close (GTK_WINDOW (self));
}
