/* What a window shows before it has a document: templates and examples as pictures. */
#pragma once

#include "window.h"

G_BEGIN_DECLS

GtkWidget *tb_start_page_new (void);
/* The problems of a file that could not be opened; NULL: none. */
void tb_start_page_show_problems (GtkWidget *page, const char *file, const TbProblems *problems);
/* Makes the page where there is none yet and shows it in a window without a document; in one with a
 * document, the same pictures in a window over it. */
void tb_start_page_show_gallery (TbWindow *window);

G_END_DECLS
