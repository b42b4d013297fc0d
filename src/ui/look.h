/* How the program looks, as the person wants it: actions "app.theme" (system, light, dark),
 * "app.high-contrast" and "app.less-motion", remembered. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* After GTK has started. */
void tb_look_install (GActionMap *application);
const char *const *tb_look_themes (void); /* names, NULL-terminated */

G_END_DECLS
