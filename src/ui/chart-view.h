/* Charts over one axis of time: a set of them side by side. The moment that is shown everywhere is their
 * cursor; a click goes to another. Keys: Left and Right by a second, Home and End, plus and minus zoom, 0
 * shows the whole run. */
#pragma once

#include <gtk/gtk.h>

#include "chart-data.h"
#include "moment.h"

G_BEGIN_DECLS

#define TB_TYPE_CHART_VIEW (tb_chart_view_get_type ())
G_DECLARE_FINAL_TYPE (TbChartView, tb_chart_view, TB, CHART_VIEW, GtkWidget)

GtkWidget *tb_chart_view_new (void);
void tb_chart_view_set_moment (TbChartView *view, TbMoment *moment);
/* (transfer full), NULL: none. */
void tb_chart_view_set_charts (TbChartView *view, TbChartSet *charts);

G_END_DECLS
