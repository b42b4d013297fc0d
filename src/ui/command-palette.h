/* Everything that can be done, by typing: actions of the window, commands of the editor, new
 * elements, properties of the selected element, and every element to go to. */
#pragma once

#include "window.h"

G_BEGIN_DECLS

void tb_command_palette (TbWindow *window);

G_END_DECLS
