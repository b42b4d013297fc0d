/* How the program looks, as the person wants it: actions "app.theme" (system, light, dark),
 * "app.high-contrast" and "app.less-motion", remembered. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* After GTK has started. */
void tb_look_install (GActionMap *application);
/* Black on white, for a room and for print, whatever is chosen; FALSE: as chosen again. Not remembered. */
void tb_look_set_print (gboolean print);
const char *const *tb_look_themes (void); /* names, NULL-terminated */

G_END_DECLS
