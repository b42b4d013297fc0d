/* Which lines of a text must be exchanged for another text. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lines of the old text from at, n of them, become the n_with lines of the new one from with. Lines
 * count from 0 and keep their line end. */
typedef struct
{
  guint at, n;
  guint with, n_with;
} TbLineChange;

/* Few changes, in order, that do not touch one another: the fewest lines up to 200 of them (Myers,
 * "An O(ND) difference algorithm", 1986), beyond that one change of all that lies between.
 * (transfer full, of TbLineChange) */
GArray *tb_line_diff (const char *old_text, const char *new_text);
/* Where each line begins, and where the last one ends: n + 1 offsets. (transfer full, of gsize) */
GArray *tb_line_starts (const char *text);

G_END_DECLS
