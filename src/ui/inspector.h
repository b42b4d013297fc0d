/* The right panel: everything the schema knows of the selected element, each property a row, and,
 * during a run, what its instances or its traffic do. With nothing selected it shows the
 * document. */
#pragma once

#include <gtk/gtk.h>

#include "signs.h"
#include "tb-edit.h"
#include "tb-session.h"

G_BEGIN_DECLS

#define TB_TYPE_INSPECTOR (tb_inspector_get_type ())
G_DECLARE_FINAL_TYPE (TbInspector, tb_inspector, TB, INSPECTOR, GtkWidget)

GtkWidget *tb_inspector_new (void);
void tb_inspector_set_editor (TbInspector *inspector, TbEditor *editor);
/* Both are borrowed for the call; frame NULL: no run; signs NULL: not judged. */
void tb_inspector_show_frame (TbInspector *inspector, const TbLiveFrame *frame, const TbSigns *signs);
/* Takes what is half typed, as leaving its entry does: before saving and running. */
void tb_inspector_commit (TbInspector *inspector);
/* Shows the field of a property of the selected element, or of a part of it, and gives it the focus;
 * FALSE where it has none. */
gboolean tb_inspector_focus_prop (TbInspector *inspector, TbUid uid, TbProp prop);

G_END_DECLS
