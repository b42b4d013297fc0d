/* One window: a start page, or documents in tabs. */
#pragma once

#include <adwaita.h>

#include "tb-model.h"

G_BEGIN_DECLS

#define TB_TYPE_WINDOW (tb_window_get_type ())
G_DECLARE_FINAL_TYPE (TbWindow, tb_window, TB, WINDOW, AdwApplicationWindow)

/* Shows the start page until it is given a document. */
TbWindow *tb_window_new (GtkApplication *application);
/* A tab for the document, which is shown. */
void tb_window_add_document (TbWindow *window, TbDocument *document);
/* Of the tab that is shown; (transfer none), NULL. */
TbDocument *tb_window_document (TbWindow *window);
/* Reads a file and shows it: in the tab that has it already, in whichever window; else in a tab of
 * its own, which takes the place of one that is worth nothing. What is wrong with a file that is no
 * architecture is said here, and nothing else changes. */
void tb_window_open_path (TbWindow *window, const char *path);
/* A copy without a path, as templates and examples open. */
void tb_window_open_copy (TbWindow *window, const char *path);
void tb_window_toast (TbWindow *window, const char *sentence);

G_END_DECLS
