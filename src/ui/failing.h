/* The failure analysis of a document, made when it is asked for and kept until the document changes; and how a sheet
 * shows it. */
#pragma once

#include "tb-canvas.h"
#include "tb-failure.h"

G_BEGIN_DECLS

/* (transfer none): valid until the document's next change. */
TbFailure *tb_failure_of (TbDocument *document);
/* Whether all that the inspector says of it costs less than a frame: the drawing is not large. */
gboolean tb_failure_is_quick (TbDocument *document);
/* What there is to say in the inspector of an element of that model, a sentence each; from any thread. (transfer full) */
GStrv tb_failure_sentences (TbFailure *failure, const TbModel *model, TbUid uid);

/* A label over the canvas that says what stops; hidden while nothing is asked. */
GtkWidget *tb_failing_note_new (void);
/* Marks on the canvas what stops without what is selected, or with nothing selected what stops a client alone, and says
 * so in note; nothing where it is not wanted. */
void tb_failing_show (TbCanvas *canvas, GtkWidget *note, TbEditor *editor, gboolean wanted);

/* The names of what is selected and can fail, as TbExportOptions.without has them, NULL where nothing is. (transfer full) */
GStrv tb_failing_names (TbEditor *editor);

G_END_DECLS
