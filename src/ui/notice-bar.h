/* A bar over the canvas that says one thing about the document and offers what can be done about
 * it: read-only, changed on disk, left by a crash. It stays until it is answered. */
#pragma once

#include <adwaita.h>

#include "dialogs.h"

G_BEGIN_DECLS

#define TB_TYPE_NOTICE_BAR (tb_notice_bar_get_type ())
G_DECLARE_FINAL_TYPE (TbNoticeBar, tb_notice_bar, TB, NOTICE_BAR, GtkWidget)

GtkWidget *tb_notice_bar_new (void);
/* Shows a sentence with a button for each response; what was shown before is gone unanswered. The
 * answer's id is "" where the person closes it. */
void tb_notice_bar_show (TbNoticeBar *bar, const char *sentence, const TbResponse *responses,
                         guint n, TbAnswer answer, gpointer data);
void tb_notice_bar_hide (TbNoticeBar *bar);
/* What it says now; NULL: nothing. */
const char *tb_notice_bar_sentence (TbNoticeBar *bar);

G_END_DECLS
