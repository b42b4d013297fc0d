/* What is wrong in the source, at its place: underlined, said when the pointer is over it, and gone to by
 * keys. Of problems the line and column count. */
#pragma once

#include <gtk/gtk.h>

#include "tb-model.h"

G_BEGIN_DECLS

typedef struct _TbSourceMarks TbSourceMarks;

/* Makes the tags; the view outlives it. */
TbSourceMarks *tb_source_marks_new (GtkTextView *view);
void tb_source_marks_free (TbSourceMarks *marks);
/* The theme changed. */
void tb_source_marks_update_tags (TbSourceMarks *marks);

/* Problems (NULL: none) take the place of those before; those without a line are left out. */
void tb_source_marks_show (TbSourceMarks *marks, const TbProblems *problems);
guint tb_source_marks_count (const TbSourceMarks *marks);
/* Moves the cursor to the next one (or the one before) in the text, round its ends. Its sentence, NULL
 * where there is none. */
const char *tb_source_marks_go (TbSourceMarks *marks, gboolean back);

G_END_DECLS
