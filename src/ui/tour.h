/* The guided tour: docs/tour.md in a window beside the drawing, with a button for each file that it opens. */
#pragma once

#include "window.h"

G_BEGIN_DECLS

/* Not modal: one goes on working while it stands there. */
void tb_show_tour (TbWindow *window);

G_END_DECLS
