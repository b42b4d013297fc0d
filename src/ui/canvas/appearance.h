/* How everything looks: the desktop's wishes, and the person's own beyond them. */
#pragma once

#include "tb-diagram.h"

G_BEGIN_DECLS

/* The painters' theme that belongs to what libadwaita shows now. It changes with "notify::dark" and
 * "notify::high-contrast" of AdwStyleManager. */
TbThemeId tb_appearance_theme (void);
/* High contrast where the desktop does not ask for it; told as "notify::high-contrast". */
void tb_appearance_set_high_contrast (gboolean high_contrast);
gboolean tb_appearance_high_contrast (void);

G_END_DECLS
