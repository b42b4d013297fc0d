/* Which of up to thousands of millions of positions are meant: a bit each, in blocks that are there only
 * where something is. The n-th of them, and how many are below one, are found in microseconds, so that a
 * list can show any row of a million without a row in memory. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct TbRowSet TbRowSet;

TbRowSet *tb_row_set_new (void);
void tb_row_set_free (TbRowSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbRowSet, tb_row_set_free)
void tb_row_set_clear (TbRowSet *set);
/* In any order; twice is once. */
void tb_row_set_add (TbRowSet *set, guint64 position);
guint64 tb_row_set_count (const TbRowSet *set);
/* n < count. */
guint64 tb_row_set_nth (TbRowSet *set, guint64 n);
/* How many are below that position. */
guint64 tb_row_set_rank (TbRowSet *set, guint64 position);
gboolean tb_row_set_has (const TbRowSet *set, guint64 position);
/* Forgets all below that position; returns how many there were. */
guint64 tb_row_set_drop_below (TbRowSet *set, guint64 position);

G_END_DECLS
