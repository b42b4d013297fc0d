/* What a crash left behind is offered, once a start. */
#pragma once

#include "window.h"

G_BEGIN_DECLS

/* Looks for it when nothing else is to be done, and asks in that window. */
void tb_offer_recovery (TbWindow *window);

G_END_DECLS
