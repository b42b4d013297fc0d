/* What is kept of a file besides its elements. */
#include "model-private.h"

#include <string.h>

TbTrivia *
tb_trivia_new (void)
{
  TbTrivia *trivia = g_new0 (TbTrivia, 1);
  g_atomic_ref_count_init (&trivia->references);
  return trivia;
}

TbTrivia *
tb_trivia_ref (TbTrivia *trivia)
{
  if (trivia != NULL)
    g_atomic_ref_count_inc (&trivia->references);
  return trivia;
}

static gpointer
copy_line (gconstpointer line, gpointer data)
{
  return g_strdup (line);
}

static GPtrArray *
copy_lines (GPtrArray *lines)
{
  if (lines == NULL)
    return NULL;
  GPtrArray *copy = g_ptr_array_copy (lines, (GCopyFunc) copy_line, NULL);
  g_ptr_array_set_free_func (copy, g_free);
  return copy;
}

TbTrivia *
tb_trivia_copy (const TbTrivia *trivia)
{
  TbTrivia *copy = tb_trivia_new ();
  if (trivia == NULL)
    return copy;
  copy->before = copy_lines (trivia->before);
  copy->end = copy_lines (trivia->end);
  copy->after = copy_lines (trivia->after);
  if (trivia->attributes != NULL)
    copy->attributes = g_string_new (trivia->attributes->str);
  return copy;
}

void
tb_trivia_unref (TbTrivia *trivia)
{
  if (trivia == NULL || !g_atomic_ref_count_dec (&trivia->references))
    return;
  g_clear_pointer (&trivia->before, g_ptr_array_unref);
  g_clear_pointer (&trivia->end, g_ptr_array_unref);
  g_clear_pointer (&trivia->after, g_ptr_array_unref);
  if (trivia->attributes != NULL)
    g_string_free (trivia->attributes, TRUE);
  g_free (trivia);
}

static gboolean
lines_equal (const GPtrArray *a, const GPtrArray *b)
{
  guint n = a != NULL ? a->len : 0;
  if (n != (b != NULL ? b->len : 0))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (strcmp (a->pdata[i], b->pdata[i]) != 0)
      return FALSE;
  return TRUE;
}

gboolean
tb_trivia_equal (const TbTrivia *a, const TbTrivia *b)
{
  static const TbTrivia none;
  if (a == b)
    return TRUE;
  a = a != NULL ? a : &none;
  b = b != NULL ? b : &none;
  return lines_equal (a->before, b->before) && lines_equal (a->end, b->end)
         && lines_equal (a->after, b->after)
         && g_strcmp0 (a->attributes != NULL ? a->attributes->str : NULL,
                       b->attributes != NULL ? b->attributes->str : NULL)
              == 0;
}
