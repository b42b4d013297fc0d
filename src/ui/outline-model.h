/* The rows of the outline: a list model that keeps two numbers a row and makes an item only while
 * somebody looks at it. */
#pragma once

#include <gio/gio.h>

#include "tb-model.h"

G_BEGIN_DECLS

#define TB_TYPE_OUTLINE_ITEM (tb_outline_item_get_type ())
G_DECLARE_FINAL_TYPE (TbOutlineItem, tb_outline_item, TB, OUTLINE_ITEM, GObject)

TbUid tb_outline_item_uid (TbOutlineItem *item);
guint tb_outline_item_depth (TbOutlineItem *item);

#define TB_TYPE_OUTLINE_MODEL (tb_outline_model_get_type ())
G_DECLARE_FINAL_TYPE (TbOutlineModel, tb_outline_model, TB, OUTLINE_MODEL, GObject)

TbOutlineModel *tb_outline_model_new (void);
/* Takes the rows of the model's present state; says only what changed. NULL: no rows. */
void tb_outline_model_update (TbOutlineModel *outline, const TbModel *model);
/* G_MAXUINT where it is no row. */
guint tb_outline_model_find (TbOutlineModel *outline, TbUid uid);

G_END_DECLS
