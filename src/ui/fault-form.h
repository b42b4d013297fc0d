/* The form with which a fault is put on a link, or changed: what the table of faults knows of its
 * attributes, each with its unit and default. */
#pragma once

#include <adwaita.h>

#include "tb-session.h"

G_BEGIN_DECLS

/* id: of a fault that is to be changed; NULL: a new one on that link. */
void tb_fault_form_open (GtkWindow *parent, TbSession *session, const char *link, const char *id);

G_END_DECLS
