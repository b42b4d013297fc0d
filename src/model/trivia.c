/* What is kept of a file besides its elements. */
#include "model-private.h"

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
