/* Files that people try to open and that are not read. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What it is and what to do instead, a sentence without a full stop; NULL where that is not known. Looks at the beginning
 * only; what the readers take is asked first. */
const char *tb_import_unread (const char *bytes, gsize size);

G_END_DECLS
