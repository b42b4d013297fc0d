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
/* What there is to say in the inspector of an element of that model. */
typedef struct
{
  GStrv sentences;
  GStrv choices; /* what else may be asked about: names (as tb_failing_choose() takes them) and label by turns */
} TbFailureSaid;

/* From any thread. (transfer full) */
TbFailureSaid *tb_failure_said (TbFailure *failure, const TbModel *model, TbUid uid);
void tb_failure_said_free (TbFailureSaid *said);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbFailureSaid, tb_failure_said_free)

/* A label over the canvas that says what stops; hidden while nothing is asked. */
GtkWidget *tb_failing_note_new (void);
/* Marks on the canvas what stops without what is selected, or with nothing selected what stops a client alone, and says
 * so in note; nothing where it is not wanted. */
void tb_failing_show (TbCanvas *canvas, GtkWidget *note, TbEditor *editor, gboolean wanted);

/* Instead of what is selected, these are gone: "orders/2 db-1"; "": what is selected again. */
void tb_failing_choose (TbEditor *editor, const char *names);

/* The names of what is chosen, or selected and can fail, as TbExportOptions.without has them, NULL where nothing is. (transfer full) */
GStrv tb_failing_names (TbEditor *editor);

G_END_DECLS
