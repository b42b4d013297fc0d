/* What a sheet says of its file, in a bar over the canvas: one row a state. */
#include "sheet-private.h"

#include "util.h"
#include "window-private.h"

static void look_again (TbSheet *self);

/* ---- Answers ----------------------------------------------------------------------------------- */

static void
say_or_look (TbSheet *self, gboolean good, const GError *error, const char *done)
{
  tb_sheet_toast (self, good ? done : error->message);
  look_again (self);
}

static void
merge (TbSheet *self)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;
  gboolean good = tb_file_guard_merge (self->guard, &n, &error);
  g_autofree char *done
      = n == 0 ? g_strdup ("Merged with what is on disk; nothing was in conflict.")
               : g_strdup_printf ("Merged; both sides changed %u thing%s: see Problems, then Take "
                                  "Theirs or Keep Ours.", n, n == 1 ? "" : "s");
  if (good && n > 0)
    tb_panel_show_page (self->panel, "problems");
  say_or_look (self, good, error, done);
}

static void
reload (TbSheet *self)
{
  g_autoptr (GError) error = NULL;
  gboolean good = tb_file_guard_reload (self->guard, &error);
  say_or_look (self, good, error, "Loaded what is on disk; undo brings yours back.");
}

static void
keep (TbSheet *self)
{
  tb_file_guard_keep (self->guard);
  look_again (self);
}

static const struct
{
  const char *id;
  void (*run) (TbSheet *self);
} answers[] = {
  { "merge", merge }, { "reload", reload }, { "keep", keep }, { "save-as", tb_sheet_save_as },
};

static void
answered (const char *id, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (g_str_equal (answers[i].id, id))
      answers[i].run (data);
}

/* ---- What is said ------------------------------------------------------------------------------ */

#define SAVE_AS { "save-as", "Save As…", TB_RESPONSE_PLAIN }
#define KEEP { "keep", "Keep Mine", TB_RESPONSE_PLAIN }

static const struct
{
  const char *sentence;
  TbResponse responses[3];
} notices[] = {
  [TB_FILE_CHANGED] = { "Somebody else changed this file, and there are changes here too.",
                        { { "reload", "Load Theirs", TB_RESPONSE_PLAIN },
                          KEEP,
                          { "merge", "Merge", TB_RESPONSE_SUGGESTED } } },
  [TB_FILE_UNREADABLE] = { "The file on disk is no architecture any more. What is here is whole.",
                           { KEEP, SAVE_AS } },
  [TB_FILE_GONE] = { "The file was deleted or moved. Saving writes it again.",
                     { KEEP, SAVE_AS } },
};

static const TbResponse read_only[] = { SAVE_AS };

static void
show (TbSheet *self, const char *sentence, const TbResponse *responses, guint n)
{
  tb_notice_bar_show (self->notice, sentence, responses, n, answered, self);
}

static void
look_again (TbSheet *self)
{
  TbFileState state = tb_file_guard_state (self->guard);
  guint n = 0;
  if (state == TB_FILE_SAME && tb_file_guard_is_read_only (self->guard))
    show (self, "This file is read-only: changes can only be saved under another name.",
          read_only, G_N_ELEMENTS (read_only));
  else if (state == TB_FILE_SAME)
    tb_notice_bar_hide (self->notice);
  else
    {
      while (n < G_N_ELEMENTS (notices[state].responses) && notices[state].responses[n].id)
        n++;
      show (self, notices[state].sentence, notices[state].responses, n);
    }
}

static void
reloaded (TbSheet *self)
{
  tb_sheet_toast (self, "The file was changed by somebody else and is loaded anew; undo goes back.");
}

gboolean
tb_sheet_may_overwrite (TbSheet *self, const char *path)
{
  const char *own = tb_document_path (self->document);
  if (g_strcmp0 (own, path) != 0)
    return TRUE;
  TbFileState state = tb_file_guard_look (self->guard);
  if (state != TB_FILE_CHANGED && state != TB_FILE_UNREADABLE)
    return TRUE;
  look_again (self);
  tb_sheet_toast (self, "Not saved: somebody else changed the file. Choose above what counts.");
  return FALSE;
}

void
tb_sheet_guard (TbSheet *self, const char *base)
{
  g_autofree char *folder = tb_journal_folder ();
  g_clear_object (&self->guard);
  self->guard = tb_file_guard_new (self->document, folder, base);
  g_signal_connect_swapped (self->guard, "state-changed", G_CALLBACK (look_again), self);
  g_signal_connect_swapped (self->guard, "reloaded", G_CALLBACK (reloaded), self);
  look_again (self);
}
