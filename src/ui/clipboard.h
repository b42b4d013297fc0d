/* The system's clipboard and the editor. */
#pragma once

#include "sheet.h"

G_BEGIN_DECLS

/* what: as in the editor's signal "ask": "copy", "cut", "paste", "paste-copy". FALSE where it is
 * another question. */
gboolean tb_clipboard_ask (TbSheet *sheet, const char *what);

G_END_DECLS
