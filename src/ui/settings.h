/* What the window remembers of itself: never in the document. A key file in the person's
 * configuration folder, written when a window closes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int tb_settings_get (const char *key, int fallback);
void tb_settings_set (const char *key, int value);
/* (transfer full), NULL where it was never set. */
char *tb_settings_get_text (const char *key);
void tb_settings_set_text (const char *key, const char *text);
/* Failing to write is no reason to bother anyone. */
void tb_settings_write (void);

G_END_DECLS
