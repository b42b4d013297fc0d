/* The waterfall of one request, as a widget. Keys: Up and Down choose a request of it. */
#pragma once

#include <gtk/gtk.h>

#include "moment.h"
#include "tb-trace-picture.h"

G_BEGIN_DECLS

#define TB_TYPE_TRACE_VIEW (tb_trace_view_get_type ())
G_DECLARE_FINAL_TYPE (TbTraceView, tb_trace_view, TB, TRACE_VIEW, GtkWidget)

GtkWidget *tb_trace_view_new (void);
void tb_trace_view_set_moment (TbTraceView *view, TbMoment *moment);
/* Of TbTraceRow (transfer full); NULL: none. */
void tb_trace_view_set_rows (TbTraceView *view, GArray *rows);

G_END_DECLS
