/* One property as a row of the inspector: label, control by type, and what is wrong under it. */
#pragma once

#include <gtk/gtk.h>

#include "tb-edit.h"

G_BEGIN_DECLS

#define TB_TYPE_FIELD (tb_field_get_type ())
G_DECLARE_FINAL_TYPE (TbField, tb_field, TB, FIELD, GtkWidget)

/* editor is not owned: the inspector drops its fields before its editor. */
GtkWidget *tb_field_new (TbEditor *editor, TbUid uid, const TbPropSpec *spec);
/* Shows the model's value again, unless the person is in the middle of typing one. */
void tb_field_refresh (TbField *field);
TbProp tb_field_prop (TbField *field);
TbUid tb_field_uid (TbField *field); /* of the element that has the property */
/* Takes what was typed, as Enter does. */
void tb_field_commit (TbField *field);

G_END_DECLS
