/* Under the canvas: which moment of the run is shown. Stands there from the first run on, or with a
 * recording; what it does is said in moment.h. */
#pragma once

#include <gtk/gtk.h>

#include "moment.h"
#include "tb-canvas.h"

G_BEGIN_DECLS

#define TB_TYPE_TIME_BAR (tb_time_bar_get_type ())
G_DECLARE_FINAL_TYPE (TbTimeBar, tb_time_bar, TB, TIME_BAR, GtkWidget)

GtkWidget *tb_time_bar_new (TbMoment *moment);
/* The past is all there is to see, as of a recording: there is no button to leave it. */
void tb_time_bar_keep (TbTimeBar *bar);
/* What the canvas made of the messages: said at the bar's end. */
void tb_time_bar_show_dots (TbTimeBar *bar, const TbDotCount *count);
/* The same, of a picture that stands: how many messages were under way then. */
void tb_time_bar_show_still (TbTimeBar *bar, const TbDotCount *count);
/* "live", "play" (and pause), "back", "forward", "slower", "faster": what the window's actions do. */
void tb_time_bar_do (TbTimeBar *bar, const char *what);
/* Signal: "span" (guint TbSpan): figures are to look that far back. */

G_END_DECLS
