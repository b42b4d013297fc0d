/* One window: one document, its canvas, its panels, and at most one run of it. */
#pragma once

#include <adwaita.h>

#include "tb-model.h"

G_BEGIN_DECLS

#define TB_TYPE_WINDOW (tb_window_get_type ())
G_DECLARE_FINAL_TYPE (TbWindow, tb_window, TB, WINDOW, AdwApplicationWindow)

/* Shows the start page until it is given a document. */
TbWindow *tb_window_new (GtkApplication *application);
/* Takes the document's place, without asking. */
void tb_window_set_document (TbWindow *window, TbDocument *document);
TbDocument *tb_window_document (TbWindow *window); /* (transfer none), NULL */
/* Whether nothing would be lost if another document took its place. */
gboolean tb_window_is_pristine (TbWindow *window);
/* Reads a file and shows it, here or, where something stands here, in a window of its own. What is
 * wrong with a file that is no architecture is said here, and nothing else changes. */
void tb_window_open_path (TbWindow *window, const char *path);
/* A copy without a path, as templates and examples open. */
void tb_window_open_copy (TbWindow *window, const char *path);
void tb_window_toast (TbWindow *window, const char *sentence);

G_END_DECLS
