/* Finding and reading the journals that a crash left behind. */
#include "journal-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "document-private.h"

/* ---- Its lines --------------------------------------------------------------------------------- */

/* The value of "name value\n" at *at, which moves behind it; NULL where another line stands. */
static char *
take_line (const char **at, const char *end, const char *name)
{
  gsize n = strlen (name);
  const char *newline = memchr (*at, '\n', (gsize) (end - *at));
  if (newline == NULL || (gsize) (newline - *at) <= n || strncmp (*at, name, n) != 0
      || (*at)[n] != ' ')
    return NULL;
  char *value = g_strndup (*at + n + 1, (gsize) (newline - *at) - n - 1);
  *at = newline + 1;
  return value;
}

static void
set_or_null (char **out, const char *value)
{
  *out = value != NULL && *value != '\0' ? g_strdup (value) : NULL;
}

const char *
tb_journal_parse (const char *bytes, gsize size, char **path, char **base, gint64 *time_us)
{
  const char *at = bytes, *end = bytes + size;
  *path = *base = NULL;
  if (size < strlen (TB_JOURNAL_MAGIC) || !g_str_has_prefix (bytes, TB_JOURNAL_MAGIC))
    return NULL;
  at += strlen (TB_JOURNAL_MAGIC);
  g_autofree char *escaped = take_line (&at, end, "path");
  g_autofree char *hash = escaped ? take_line (&at, end, "base") : NULL;
  g_autofree char *when = hash ? take_line (&at, end, "time") : NULL;
  if (when == NULL || at >= end || *at != '\n')
    return NULL;
  g_autofree char *plain = g_strcompress (escaped);
  set_or_null (path, plain);
  set_or_null (base, hash);
  *time_us = g_ascii_strtoll (when, NULL, 10);
  return at + 1;
}

/* ---- Finding ----------------------------------------------------------------------------------- */

/* A lock on the lock's own file; -1 while its program lives. A lock whose file is gone again was
 * of one that just ended in order. */
static int
claim (const char *file)
{
  g_autofree char *path = tb_journal_lock_path (file);
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return -1;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0 && g_file_test (file, G_FILE_TEST_IS_REGULAR))
    return fd;
  close (fd);
  return -1;
}

static gboolean
says_the_same (const char *path, const char *xml, gsize size)
{
  g_autoptr (GBytes) bytes = path ? tb_file_read (path, NULL) : NULL;
  gsize n = 0;
  const char *there = bytes ? g_bytes_get_data (bytes, &n) : NULL;
  return there != NULL && n == size && memcmp (there, xml, n) == 0;
}

/* Reads it; FALSE where there is nothing in it to recover. */
static gboolean
read_recovery (TbRecovery *recovery)
{
  g_autoptr (GBytes) bytes = tb_file_read (recovery->file, NULL);
  gsize size = 0;
  const char *text = bytes ? g_bytes_get_data (bytes, &size) : NULL;
  const char *xml = text ? tb_journal_parse (text, size, &recovery->path, &recovery->base,
                                             &recovery->time_us)
                         : NULL;
  if (xml == NULL || says_the_same (recovery->path, xml, size - (gsize) (xml - text)))
    return FALSE;
  g_autoptr (TbDocument) document = tb_recovery_load (recovery, NULL, NULL);
  if (document == NULL)
    return FALSE;
  recovery->name = g_strdup (tb_element_title (tb_model_root (tb_document_model (document))));
  return TRUE;
}

static TbRecovery *
look_at (const char *file)
{
  int lock = claim (file);
  if (lock < 0)
    return NULL;
  TbRecovery *recovery = g_new0 (TbRecovery, 1);
  recovery->file = g_strdup (file);
  recovery->lock = lock;
  if (read_recovery (recovery))
    return recovery;
  tb_recovery_discard (recovery);
  tb_recovery_free (recovery);
  return NULL;
}

static int
latest_first (gconstpointer a, gconstpointer b)
{
  const TbRecovery *x = *(const TbRecovery *const *) a, *y = *(const TbRecovery *const *) b;
  return (x->time_us < y->time_us) - (x->time_us > y->time_us);
}

/* Locks of programs that died before they had anything to write. */
static void
remove_bare_lock (const char *lock)
{
  g_autofree char *file = g_strndup (lock, strlen (lock) - strlen (TB_JOURNAL_LOCK));
  if (g_file_test (file, G_FILE_TEST_EXISTS))
    return;
  int fd = g_open (lock, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    g_unlink (lock);
  if (fd >= 0)
    close (fd);
}

/* What a write that was killed half-way left. Younger ones may be another program's, under way. */
static void
remove_torn (const char *file)
{
  GStatBuf st;
  if (g_stat (file, &st) == 0 && st.st_mtime < g_get_real_time () / G_USEC_PER_SEC - 60)
    g_unlink (file);
}

static void
look_at_name (const char *folder, const char *name, GPtrArray *found)
{
  g_autofree char *file = g_build_filename (folder, name, NULL);
  TbRecovery *recovery = NULL;
  if (*name == '.' && strstr (name, TB_JOURNAL_SUFFIX) != NULL)
    remove_torn (file);
  else if (g_str_has_suffix (name, TB_JOURNAL_SUFFIX TB_JOURNAL_LOCK))
    remove_bare_lock (file);
  else if (g_str_has_suffix (name, TB_JOURNAL_SUFFIX))
    recovery = look_at (file);
  if (recovery != NULL)
    g_ptr_array_add (found, recovery);
}

GPtrArray *
tb_recoveries_find (const char *folder)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) tb_recovery_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    look_at_name (folder, name, found);
  g_ptr_array_sort (found, latest_first);
  return found;
}

/* ---- One of them ------------------------------------------------------------------------------- */

TbDocument *
tb_recovery_load (const TbRecovery *recovery, TbProblems *problems, GError **error)
{
  g_autofree char *path = NULL, *base = NULL;
  gint64 time_us;
  g_autoptr (GBytes) bytes = tb_file_read (recovery->file, error);
  if (bytes == NULL)
    return NULL;
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  const char *xml = tb_journal_parse (text, size, &path, &base, &time_us);
  if (xml == NULL)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID, "%s is no journal",
                   recovery->file);
      return NULL;
    }
  TbDocument *document = tb_document_load_bytes (recovery->file, xml,
                                                 size - (gsize) (xml - text), problems, error);
  if (document != NULL)
    tb_document_mark_recovered (document, path);
  return document;
}

void
tb_recovery_discard (TbRecovery *recovery)
{
  g_autofree char *lock = tb_journal_lock_path (recovery->file);
  g_unlink (recovery->file);
  g_unlink (lock);
}

void
tb_recovery_free (TbRecovery *recovery)
{
  if (recovery->lock >= 0)
    close (recovery->lock);
  g_free (recovery->file);
  g_free (recovery->path);
  g_free (recovery->base);
  g_free (recovery->name);
  g_free (recovery);
}
