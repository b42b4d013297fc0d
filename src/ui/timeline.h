/* A run as a strip from its beginning to its end: faults as bands in the colours of their kind, problems
 * as marks, gaps hatched, and where the moment is. Pointer and keys move the moment. */
#pragma once

#include <gtk/gtk.h>

#include "moment.h"

G_BEGIN_DECLS

#define TB_TYPE_TIMELINE (tb_timeline_get_type ())
G_DECLARE_FINAL_TYPE (TbTimeline, tb_timeline, TB, TIMELINE, GtkWidget)

GtkWidget *tb_timeline_new (void);
void tb_timeline_set_moment (TbTimeline *timeline, TbMoment *moment);
/* Where a time stands on a strip of that width, and back; pure. */
double tb_timeline_x (gint64 time_ns, gint64 start_ns, gint64 end_ns, double width);
gint64 tb_timeline_time (double x, gint64 start_ns, gint64 end_ns, double width);

G_END_DECLS
