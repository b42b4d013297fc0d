/* The states are drawn in file-guard.h. What was last read or written is known by its SHA-256: a
 * touched file, or one rewritten with the same bytes, is the same. */
#include "file-guard.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Programs write in several steps; the last one counts. */
#define SETTLE_MS 200

struct _TbFileGuard
{
  GObject parent_instance;
  TbDocument *document;
  TbJournal *journal;
  char *path;      /* as monitored; NULL: never saved */
  char *base;      /* SHA-256 of what the document was made from or saved as */
  TbModel *origin; /* the same as a model: what both sides began with; NULL: not known */
  char *overruled; /* SHA-256 of what a person chose to overwrite */
  GFileMonitor *monitor;
  guint settle_id;
  TbFileState state;
  gboolean read_only;
};

G_DEFINE_FINAL_TYPE (TbFileGuard, tb_file_guard, G_TYPE_OBJECT)

enum
{
  SIGNAL_STATE_CHANGED,
  SIGNAL_RELOADED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- What is on disk --------------------------------------------------------------------------- */

static GBytes *
read_file (TbFileGuard *self)
{
  return self->path ? tb_file_read (self->path, NULL) : NULL;
}

static char *
sum_of (GBytes *bytes)
{
  return bytes ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;
}

/* Root may write everything; the mode still says what its owner meant. */
static gboolean
may_not_write (const char *path)
{
  struct stat st;
  g_autofree char *folder = g_path_get_dirname (path);
  if (stat (path, &st) != 0)
    return errno != ENOENT;
  return (st.st_mode & 0222) == 0 || access (path, W_OK) != 0 || access (folder, W_OK | X_OK) != 0;
}

static TbDocument *
load_bytes (TbFileGuard *self, GBytes *bytes, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  return tb_document_load_bytes (self->path, text, size, NULL, error);
}

static void
set_state (TbFileGuard *self, TbFileState state)
{
  gboolean read_only = self->path != NULL && may_not_write (self->path);
  if (self->state == state && self->read_only == read_only)
    return;
  self->state = state;
  self->read_only = read_only;
  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0);
}

/* The document and the file are one again. */
static void
take_base (TbFileGuard *self, const char *sum, TbModel *origin)
{
  if (sum != self->base)
    {
      g_free (self->base);
      self->base = g_strdup (sum);
    }
  g_clear_pointer (&self->overruled, g_free);
  g_clear_pointer (&self->origin, tb_model_unref);
  self->origin = origin;
  if (self->journal)
    tb_journal_set_base (self->journal, sum);
}

static void
follow (TbFileGuard *self, TbDocument *disk, const char *sum)
{
  tb_document_become (self->document, tb_document_model (disk), "Reload");
  take_base (self, sum, tb_document_snapshot (disk));
  tb_document_mark_saved (self->document, self->path);
}

static TbFileState
judge (TbFileGuard *self, GBytes *bytes, const char *sum)
{
  if (bytes == NULL)
    return self->base ? TB_FILE_GONE : TB_FILE_SAME;
  if (g_strcmp0 (sum, self->base) == 0 || g_strcmp0 (sum, self->overruled) == 0)
    return TB_FILE_SAME;
  g_autoptr (TbDocument) disk = load_bytes (self, bytes, NULL);
  if (!disk)
    return TB_FILE_UNREADABLE;
  if (tb_document_is_modified (self->document))
    return TB_FILE_CHANGED;
  follow (self, disk, sum);
  g_signal_emit (self, signals[SIGNAL_RELOADED], 0);
  return TB_FILE_SAME;
}

TbFileState
tb_file_guard_look (TbFileGuard *self)
{
  g_clear_handle_id (&self->settle_id, g_source_remove);
  g_autoptr (GBytes) bytes = read_file (self);
  g_autofree char *sum = sum_of (bytes);
  if (self->path && !tb_document_in_transaction (self->document))
    set_state (self, judge (self, bytes, sum));
  return self->state;
}

/* ---- Following --------------------------------------------------------------------------------- */

static gboolean
settled (gpointer data)
{
  TbFileGuard *self = data;
  self->settle_id = 0;
  tb_file_guard_look (self);
  return G_SOURCE_REMOVE;
}

static void
file_event (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
            TbFileGuard *self)
{
  if (self->settle_id == 0)
    self->settle_id = g_timeout_add (SETTLE_MS, settled, self);
}

static void
watch (TbFileGuard *self, const char *path)
{
  if (self->monitor)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  g_free (self->path);
  self->path = g_strdup (path);
  if (path == NULL)
    return;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor)
    g_signal_connect (self->monitor, "changed", G_CALLBACK (file_event), self);
}

/* Told also when it was saved, under whatever name: what is on disk then is ours. */
static void
document_state (TbDocument *document, TbFileGuard *self)
{
  const char *path = tb_document_path (document);
  gboolean moved = g_strcmp0 (path, self->path) != 0;
  if (moved)
    watch (self, path);
  if (path == NULL || tb_document_is_modified (document))
    return;
  g_autoptr (GBytes) bytes = read_file (self);
  g_autofree char *sum = sum_of (bytes);
  gsize size;
  g_autofree char *xml = tb_model_to_xml (tb_document_model (document), &size);
  g_autofree char *ours = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) xml, size);
  if (g_strcmp0 (sum, ours) != 0 || (!moved && g_strcmp0 (sum, self->base) == 0))
    return;
  take_base (self, sum, tb_document_snapshot (document));
  set_state (self, TB_FILE_SAME);
}

/* ---- Answers ----------------------------------------------------------------------------------- */

gboolean
tb_file_guard_reload (TbFileGuard *self, GError **error)
{
  g_autoptr (GBytes) bytes = self->path ? tb_file_read (self->path, error) : NULL;
  g_autoptr (TbDocument) disk = bytes ? load_bytes (self, bytes, error) : NULL;
  g_autofree char *sum = sum_of (bytes);
  if (!disk)
    return FALSE;
  follow (self, disk, sum);
  set_state (self, TB_FILE_SAME);
  return TRUE;
}

gboolean
tb_file_guard_merge (TbFileGuard *self, guint *n_conflicts, GError **error)
{
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (GBytes) bytes = self->path ? tb_file_read (self->path, error) : NULL;
  g_autoptr (TbDocument) disk = bytes ? load_bytes (self, bytes, error) : NULL;
  g_autofree char *sum = sum_of (bytes);
  if (!disk)
    return FALSE;
  /* After a crash what both began with is not known: then everything theirs that differs counts
   * as changed on both sides, and is marked. */
  g_autoptr (TbDocument) nothing = tb_document_new ("");
  g_autoptr (TbModel) base = self->origin ? tb_model_ref (self->origin)
                                          : tb_document_snapshot (nothing);
  g_autoptr (TbModel) merged
      = tb_model_merge (base, tb_document_model (self->document), tb_document_model (disk),
                        TB_MERGE_PLACES_OURS, &conflicts);
  tb_document_become (self->document, merged, "Merge with the file");
  *n_conflicts = conflicts->len;
  take_base (self, sum, tb_document_snapshot (disk));
  set_state (self, TB_FILE_SAME);
  return TRUE;
}

void
tb_file_guard_keep (TbFileGuard *self)
{
  g_autoptr (GBytes) bytes = read_file (self);
  g_free (self->overruled);
  self->overruled = sum_of (bytes);
  if (!bytes)
    g_clear_pointer (&self->base, g_free);
  set_state (self, TB_FILE_SAME);
}

TbFileState
tb_file_guard_state (TbFileGuard *self)
{
  return self->state;
}

gboolean
tb_file_guard_is_read_only (TbFileGuard *self)
{
  return self->read_only;
}

void
tb_file_guard_flush (TbFileGuard *self)
{
  if (self->journal)
    tb_journal_flush (self->journal);
}

const char *
tb_file_guard_journal_error (TbFileGuard *self)
{
  return self->journal ? tb_journal_error (self->journal) : NULL;
}

/* ---- Life -------------------------------------------------------------------------------------- */

static void
tb_file_guard_finalize (GObject *object)
{
  TbFileGuard *self = TB_FILE_GUARD (object);
  g_clear_handle_id (&self->settle_id, g_source_remove);
  watch (self, NULL);
  g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->journal, tb_journal_free);
  g_clear_pointer (&self->origin, tb_model_unref);
  g_object_unref (self->document);
  g_free (self->base);
  g_free (self->overruled);
  G_OBJECT_CLASS (tb_file_guard_parent_class)->finalize (object);
}

static void
tb_file_guard_class_init (TbFileGuardClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tb_file_guard_finalize;
  signals[SIGNAL_STATE_CHANGED] = g_signal_new ("state-changed", TB_TYPE_FILE_GUARD,
                                                G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                G_TYPE_NONE, 0);
  signals[SIGNAL_RELOADED] = g_signal_new ("reloaded", TB_TYPE_FILE_GUARD, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tb_file_guard_init (TbFileGuard *self)
{
}

TbFileGuard *
tb_file_guard_new (TbDocument *document, const char *journal_folder, const char *base)
{
  TbFileGuard *self = g_object_new (TB_TYPE_FILE_GUARD, NULL);
  self->document = g_object_ref (document);
  watch (self, tb_document_path (document));
  g_autoptr (GBytes) bytes = read_file (self);
  self->base = base ? g_strdup (base) : sum_of (bytes);
  if (base == NULL)
    self->origin = tb_document_snapshot (document);
  if (journal_folder)
    self->journal = tb_journal_new (journal_folder, document, self->base);
  g_signal_connect (document, "state-changed", G_CALLBACK (document_state), self);
  self->read_only = self->path != NULL && may_not_write (self->path);
  if (base != NULL)
    tb_file_guard_look (self);
  return self;
}
