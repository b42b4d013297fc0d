/* Files: reading within bounds, and replacing one so that a crash leaves the old or the new. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document-private.h"
#include "xml-private.h"

/* ---- Reading --------------------------------------------------------------------------------- */

static void
set_system_error (GError **error, const char *what, const char *path)
{
  int saved = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "%s: %s: %s", path, what,
               g_strerror (saved));
}

/* One byte more than the limit is enough to know that it is too large. */
static GString *
read_all (int fd, const char *path, GError **error)
{
  struct stat st;
  gsize expected = fstat (fd, &st) == 0 && S_ISREG (st.st_mode) ? (gsize) st.st_size : 0;
  g_autoptr (GString) out = g_string_sized_new (MIN (expected, TB_XML_MAX_BYTES) + 1);
  char buffer[65536];
  while (out->len <= TB_XML_MAX_BYTES)
    {
      ssize_t n = read (fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_system_error (error, "cannot be read", path);
          return NULL;
        }
      if (n == 0)
        break;
      g_string_append_len (out, buffer, n);
    }
  return g_steal_pointer (&out);
}

static GString *
read_path (const char *path, GError **error)
{
  if (g_strcmp0 (path, "-") == 0)
    return read_all (STDIN_FILENO, "standard input", error);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    {
      set_system_error (error, "cannot be opened", path);
      return NULL;
    }
  GString *bytes = read_all (fd, path, error);
  close (fd);
  return bytes;
}

GBytes *
tb_file_read (const char *path, GError **error)
{
  GString *bytes = read_path (path, error);
  return bytes != NULL ? g_string_free_to_bytes (bytes) : NULL;
}

static void
set_error_from_problems (const TbProblems *problems, const char *name, GError **error)
{
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = problems->pdata[i];
      if (p->severity != TB_SEVERITY_ERROR)
        continue;
      TbModelError code = g_strcmp0 (p->rule, "too-large") == 0 ? TB_MODEL_ERROR_TOO_LARGE
                                                                : TB_MODEL_ERROR_INVALID;
      if (p->line > 0)
        g_set_error (error, TB_MODEL_ERROR, code, "%s:%u:%u: %s", name, p->line, p->column,
                     p->message);
      else
        g_set_error (error, TB_MODEL_ERROR, code, "%s: %s", name, p->message);
      return;
    }
}

/* Lines and columns are those of the drawing, as if it stood alone. */
static TbModel *
read_png (const char *bytes, gsize size, TbProblems *problems)
{
  gsize xml_size;
  TbPicture inner;
  g_autoptr (GError) error = NULL;
  const char *xml = tb_png_find (bytes, size, &xml_size, &error);
  if (xml == NULL)
    {
      tb_problems_add (problems, TB_SEVERITY_ERROR, "picture", 0, 0, 0, "%s", error->message);
      return NULL;
    }
  g_autofree char *copy = g_strndup (xml, xml_size); /* with a 0 behind it, as files have */
  return tb_xml_read (copy, xml_size, &inner, problems);
}

TbDocument *
tb_document_load_bytes (const char *name, const char *bytes, gsize size, TbProblems *problems,
                        GError **error)
{
  g_autoptr (GPtrArray) own = tb_problems_new ();
  TbPicture picture = TB_PICTURE_NONE;
  TbModel *model = tb_png_is (bytes, size) ? read_png (bytes, size, own)
                                           : tb_xml_read (bytes, size, &picture, own);
  if (model == NULL)
    set_error_from_problems (own, name, error);
  if (problems != NULL)
    g_ptr_array_extend_and_steal (problems, g_steal_pointer (&own));
#ifndef NDEBUG
  if (model != NULL && model->n_elements <= TB_MODEL_CHECKED_ELEMENTS)
    tb_model_check (model);
#endif
  if (model == NULL)
    return NULL;
  TbDocument *document = tb_document_new_for_model (model, NULL);
  document->picture = tb_png_is (bytes, size) ? TB_PICTURE_PNG : picture;
  return document;
}

TbDocument *
tb_document_load (const char *path, TbProblems *problems, GError **error)
{
  gboolean is_input = g_strcmp0 (path, "-") == 0;
  g_autoptr (GString) bytes = read_path (path, error);
  if (bytes == NULL)
    return NULL;
  TbDocument *document = tb_document_load_bytes (is_input ? "standard input" : path, bytes->str,
                                                 bytes->len, problems, error);
  if (document != NULL && !is_input)
    tb_document_mark_saved (document, path);
  return document;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static gboolean
write_all (int fd, const char *bytes, gsize size)
{
  while (size > 0)
    {
      ssize_t n = write (fd, bytes, size);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      bytes += n;
      size -= (gsize) n;
    }
  return TRUE;
}

/* The mode of the file it replaces, or what a new one would get. */
static mode_t
mode_for (const char *path)
{
  struct stat st;
  if (stat (path, &st) == 0)
    return st.st_mode & 07777;
  mode_t mask = umask (0);
  umask (mask);
  return 0666 & ~mask;
}

/* The name itself must survive a power cut, too. Some file systems cannot; then so be it. */
static void
sync_directory (const char *directory)
{
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  (void) !fsync (fd);
  close (fd);
}

static gboolean
write_beside (const char *temporary, int fd, const char *path, const char *bytes, gsize size,
              GError **error)
{
  gboolean ok = write_all (fd, bytes, size) && fchmod (fd, mode_for (path)) == 0 && fsync (fd) == 0;
  if (!ok)
    set_system_error (error, "cannot be written", path);
  if (close (fd) != 0 && ok)
    {
      set_system_error (error, "cannot be written", path);
      ok = FALSE;
    }
  if (ok && rename (temporary, path) != 0)
    {
      set_system_error (error, "cannot be replaced", path);
      ok = FALSE;
    }
  return ok;
}

/* A link stays one: the file it leads to is replaced. */
static char *
real_target (const char *path)
{
  char *target = realpath (path, NULL);
  char *copy = g_strdup (target != NULL ? target : path);
  free (target);
  return copy;
}

gboolean
tb_file_replace (const char *path, const char *bytes, gsize size, GError **error)
{
  g_autofree char *target = real_target (path);
  g_autofree char *directory = g_path_get_dirname (target);
  g_autofree char *base = g_path_get_basename (target);
  g_autofree char *hidden = g_strconcat (".", base, ".XXXXXX", NULL);
  g_autofree char *temporary = g_build_filename (directory, hidden, NULL);
  struct stat st;
  if (stat (target, &st) == 0 && !S_ISREG (st.st_mode))
    {
      errno = S_ISDIR (st.st_mode) ? EISDIR : ENXIO; /* a device is never replaced by a file */
      set_system_error (error, "cannot be written", path);
      return FALSE;
    }
  int fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      set_system_error (error, "cannot be written, because nothing can be in its folder", path);
      return FALSE;
    }
  if (!write_beside (temporary, fd, target, bytes, size, error))
    {
      unlink (temporary);
      return FALSE;
    }
  sync_directory (directory);
  return TRUE;
}

gboolean
tb_document_save (TbDocument *document, const char *path, GError **error)
{
  g_return_val_if_fail (TB_IS_DOCUMENT (document) && path != NULL, FALSE);
  g_return_val_if_fail (!tb_document_in_transaction (document), FALSE);
  gsize size;
  if (tb_picture_of_path (path) != TB_PICTURE_NONE)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID,
                   "%s: it is a picture by its name, and a drawing is none", path);
      return FALSE;
    }
  g_autofree char *xml = tb_model_to_xml (document->model, &size);
  if (!tb_file_replace (path, xml, size, error))
    return FALSE;
  tb_document_mark_saved (document, path);
  return TRUE;
}
