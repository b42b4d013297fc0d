/* Files that were open lately, in whichever session; kept where the desktop keeps them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  gboolean missing; /* it is not there any more, or not now */
} TbRecentFile;

/* The latest first, at most that many. Reads a file: not before a window is seen. (transfer full, of
 * TbRecentFile) */
GPtrArray *tb_recent_files (guint max);
/* It was opened or saved just now. */
void tb_recent_add (const char *path);

G_END_DECLS
