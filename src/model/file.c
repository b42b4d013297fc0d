/* Documents from files, read within bounds, and into them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document-private.h"
#include "xml-private.h"

#define PIPE_PATIENCE_MS 1000
#define PIPE_STEP_MS 20

/* ---- Reading --------------------------------------------------------------------------------- */

static void
set_system_error (GError **error, const char *what, const char *path)
{
  int saved = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "%s: %s: %s", path, what,
               g_strerror (saved));
}

/* A pipe whose other end nobody has opened yet gives nothing at once; a writer gets so long to come. */
static gboolean
is_writer_missing (int fd, gsize had, int *waited_ms)
{
  struct stat st;
  if (had > 0 || fstat (fd, &st) < 0 || !S_ISFIFO (st.st_mode) || *waited_ms >= PIPE_PATIENCE_MS)
    return FALSE;
  g_usleep (PIPE_STEP_MS * 1000);
  *waited_ms += PIPE_STEP_MS;
  return TRUE;
}

/* Waits where a descriptor does not: one that was opened so as not to be held by a pipe. */
static ssize_t
read_some (int fd, char *buffer, gsize size, gsize had)
{
  int waited_ms = 0;
  for (;;)
    {
      ssize_t n = read (fd, buffer, size);
      if (n < 0 && errno == EAGAIN)
        poll (&(struct pollfd){ fd, POLLIN, 0 }, 1, -1);
      else if (n < 0 ? errno != EINTR : n > 0 || !is_writer_missing (fd, had, &waited_ms))
        return n;
    }
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
      ssize_t n = read_some (fd, buffer, sizeof buffer, out->len);
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
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
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
