/* The table of the Prediction page. */
#pragma once

#include <gtk/gtk.h>

#include "forecast.h"

G_BEGIN_DECLS

typedef void (*TbForecastPicked) (TbUid uid, gpointer data);

/* (transfer full) */
GListStore *tb_forecast_table_store (void);
/* Scrolls by itself. picked: a row was activated; store stays the caller's and must outlive it. (transfer floating) */
GtkWidget *tb_forecast_table_new (GListStore *store, TbForecastPicked picked, gpointer data);
/* Which of its columns there is something in, and room for in so many pixels. */
void tb_forecast_table_arrange (GtkWidget *table, gboolean simulated, gboolean measured, int width);
/* Shows these of TbForecastRow, which are kept: in the same lines where there are as many, so that nobody loses sight of one. */
void tb_forecast_table_fill (GListStore *store, GPtrArray *rows);

G_END_DECLS
