/* Writing the journal. The picture of its states stands in tb-journal.h. */
#include "journal-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "document-private.h"

/* From a change to the beginning of its write. A large document waits longer, so that writing it
 * never takes more than a part of a core, but always well within a second. */
#define WAIT_MIN_MS 250
#define WAIT_MAX_MS 600

struct _TbJournal
{
  TbDocument *document;
  gulong changed_id, state_id;
  char *file, *base;
  int lock;
  guint timer;
  guint64 n_changes, n_written; /* commits seen, and of which of them a write was begun */
  gboolean there;               /* there is a file */
  GThread *writer;              /* NULL: none under way */
  gint64 write_us; /* how long the last one took */
  char *error;
};

/* What the writer needs and nothing of the document: it outlives changes. */
typedef struct
{
  TbJournal *journal;
  TbModel *snapshot;
  char *file, *path, *base;
  gint64 took_us;
  GError *error;
} Write;

char *
tb_journal_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "tierboard", "journal", NULL);
}

char *
tb_journal_lock_path (const char *file)
{
  return g_strconcat (file, TB_JOURNAL_LOCK, NULL);
}

/* ---- Writing ----------------------------------------------------------------------------------- */

static GString *
journal_text (const Write *write)
{
  GString *text = g_string_new (TB_JOURNAL_MAGIC);
  g_autofree char *path = g_strescape (write->path ? write->path : "", NULL);
  gsize size;
  g_autofree char *xml = tb_model_to_xml (write->snapshot, &size);
  g_string_append_printf (text, "path %s\nbase %s\ntime %" G_GINT64_FORMAT "\n\n", path,
                          write->base ? write->base : "", g_get_real_time ());
  g_string_append_len (text, xml, (gssize) size);
  return text;
}

static gboolean schedule (TbJournal *journal);
static void finish_write (TbJournal *journal);

static gboolean
written (gpointer data)
{
  finish_write (data);
  return G_SOURCE_REMOVE;
}

static gpointer
write_thread (gpointer data)
{
  Write *write = data;
  TbJournal *journal = write->journal;
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GString) text = journal_text (write);
  tb_file_replace (write->file, text->str, text->len, &write->error);
  write->took_us = g_get_monotonic_time () - begin;
  g_idle_add_full (G_PRIORITY_DEFAULT, written, journal, NULL);
  return write;
}

static void
begin_write (TbJournal *journal)
{
  Write *write = g_new0 (Write, 1);
  write->journal = journal;
  write->snapshot = tb_document_snapshot (journal->document);
  write->file = g_strdup (journal->file);
  write->path = g_strdup (tb_document_path (journal->document));
  write->base = g_strdup (journal->base);
  journal->n_written = journal->n_changes;
  journal->there = TRUE;
  journal->writer = g_thread_new ("journal", write_thread, write);
}

/* Joins the writer; waits for it where it has not come to its end. */
static void
take_result (TbJournal *journal)
{
  Write *write = g_thread_join (g_steal_pointer (&journal->writer));
  g_source_remove_by_user_data (journal);
  journal->write_us = write->took_us;
  g_free (journal->error);
  journal->error = write->error ? g_strdup (write->error->message) : NULL;
  g_clear_error (&write->error);
  tb_model_unref (write->snapshot);
  g_free (write->file);
  g_free (write->path);
  g_free (write->base);
  g_free (write);
}

static void
remove_file (TbJournal *journal)
{
  if (journal->there)
    g_unlink (journal->file);
  journal->there = FALSE;
}

static gboolean
is_wanted (TbJournal *journal)
{
  return tb_document_is_modified (journal->document);
}

static void
finish_write (TbJournal *journal)
{
  if (journal->writer == NULL)
    return;
  take_result (journal);
  if (!is_wanted (journal))
    remove_file (journal);
  else if (journal->n_written != journal->n_changes)
    schedule (journal);
}

/* ---- When -------------------------------------------------------------------------------------- */

static gboolean
on_timer (gpointer data)
{
  TbJournal *journal = data;
  if (tb_document_in_transaction (journal->document))
    return G_SOURCE_CONTINUE;
  journal->timer = 0;
  if (is_wanted (journal) && journal->writer == NULL)
    begin_write (journal);
  return G_SOURCE_REMOVE;
}

static gboolean
schedule (TbJournal *journal)
{
  if (journal->timer != 0 || journal->writer != NULL)
    return FALSE;
  gint64 wait_ms = CLAMP (journal->write_us * 2 / 1000, WAIT_MIN_MS, WAIT_MAX_MS);
  journal->timer = g_timeout_add_full (G_PRIORITY_HIGH, (guint) wait_ms, on_timer, journal, NULL);
  return TRUE;
}

static void
on_changed (TbDocument *document, gpointer edits, guint n, TbJournal *journal)
{
  journal->n_changes++;
  if (is_wanted (journal))
    schedule (journal);
}

/* Saved, or undone to what is saved: there is nothing that could be lost. A write under way is
 * waited for: what it says is older than the file by now, and must not be found after a crash. */
static void
on_state (TbDocument *document, TbJournal *journal)
{
  if (is_wanted (journal))
    return;
  g_clear_handle_id (&journal->timer, g_source_remove);
  if (journal->writer != NULL)
    take_result (journal);
  remove_file (journal);
}

/* ---- Life -------------------------------------------------------------------------------------- */

/* The lock comes first and goes last: a journal without one is never seen by another program. */
static void
claim (TbJournal *journal, const char *folder)
{
  g_autofree char *name = g_uuid_string_random ();
  g_autofree char *leaf = g_strconcat (name, TB_JOURNAL_SUFFIX, NULL);
  journal->file = g_build_filename (folder, leaf, NULL);
  g_autofree char *lock = tb_journal_lock_path (journal->file);
  g_mkdir_with_parents (folder, 0700);
  journal->lock = g_open (lock, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (journal->lock < 0 || flock (journal->lock, LOCK_EX | LOCK_NB) != 0)
    journal->error = g_strdup_printf ("%s: %s", folder, g_strerror (errno));
}

TbJournal *
tb_journal_new (const char *folder, TbDocument *document, const char *base)
{
  TbJournal *journal = g_new0 (TbJournal, 1);
  journal->document = g_object_ref (document);
  journal->base = g_strdup (base);
  claim (journal, folder);
  journal->changed_id
      = g_signal_connect (document, "changed", G_CALLBACK (on_changed), journal);
  journal->state_id
      = g_signal_connect (document, "state-changed", G_CALLBACK (on_state), journal);
  if (is_wanted (journal))
    schedule (journal);
  return journal;
}

void
tb_journal_free (TbJournal *journal)
{
  g_signal_handler_disconnect (journal->document, journal->changed_id);
  g_signal_handler_disconnect (journal->document, journal->state_id);
  g_clear_handle_id (&journal->timer, g_source_remove);
  if (journal->writer != NULL)
    take_result (journal);
  remove_file (journal);
  if (journal->lock >= 0)
    {
      g_autofree char *lock = tb_journal_lock_path (journal->file);
      g_unlink (lock);
      close (journal->lock);
    }
  g_object_unref (journal->document);
  g_free (journal->file);
  g_free (journal->base);
  g_free (journal->error);
  g_free (journal);
}

void
tb_journal_set_base (TbJournal *journal, const char *base)
{
  g_free (journal->base);
  journal->base = g_strdup (base);
}

const char *
tb_journal_error (TbJournal *journal)
{
  return journal->error;
}

void
tb_journal_flush (TbJournal *journal)
{
  if (journal->writer != NULL)
    take_result (journal);
  g_clear_handle_id (&journal->timer, g_source_remove);
  if (!is_wanted (journal))
    return;
  begin_write (journal);
  take_result (journal);
}
