/* The whole drawing in a corner of the canvas: where one is, and what is broken. Pressing or dragging
 * goes there. It is drawn with plain boxes into a small picture that is kept, so that it costs
 * nothing while one pans; and it is not there while the whole drawing is in sight anyway. */
#pragma once

#include "tb-canvas.h"

G_BEGIN_DECLS

#define TB_TYPE_MINIMAP (tb_minimap_get_type ())
G_DECLARE_FINAL_TYPE (TbMinimap, tb_minimap, TB, MINIMAP, GtkWidget)

GtkWidget *tb_minimap_new (TbCanvas *canvas);
void tb_minimap_set_editor (TbMinimap *minimap, TbEditor *editor); /* NULL: nothing is drawn */
/* Of a run; NULL: no run. */
void tb_minimap_show_frame (TbMinimap *minimap, const TbLiveFrame *frame);
/* Whether the person wants it. */
void tb_minimap_set_wanted (TbMinimap *minimap, gboolean wanted);

G_END_DECLS
