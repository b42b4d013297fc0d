/* The header bar: open, new, undo, redo; the document; the run; search and the menu. */
#pragma once

#include <adwaita.h>

#include "tb-model.h"
#include "tb-wire.h"

G_BEGIN_DECLS

#define TB_TYPE_HEADER (tb_header_get_type ())
G_DECLARE_FINAL_TYPE (TbHeader, tb_header, TB, HEADER, GtkWidget)

GtkWidget *tb_header_new (void);
void tb_header_set_title (TbHeader *header, const char *title, const char *subtitle);
/* Whose steps undo, redo and the history are about; NULL: there is none. */
void tb_header_set_document (TbHeader *header, TbDocument *document);
/* STOPPED: no run. waiting: what the run waits for, or NULL. */
void tb_header_set_run (TbHeader *header, TbRunState state, const char *waiting);
/* The scenario that one button runs, with a menu of all (NULL: as it is); title NULL: there is none. of: whose. */
void tb_header_set_scenario (TbHeader *header, const char *title, GMenuModel *menu, gconstpointer of);
/* Whether the menu is that one's. */
gboolean tb_header_has_scenarios (TbHeader *header, gconstpointer of);
void tb_header_set_elapsed (TbHeader *header, gint64 ns);
void tb_header_set_undo (TbHeader *header, const char *undo, const char *redo);
/* Below this width only what cannot be done without is shown. */
#define TB_HEADER_COMPACT 600
void tb_header_set_compact (TbHeader *header, gboolean compact);

G_END_DECLS
