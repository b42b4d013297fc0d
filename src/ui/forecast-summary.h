/* The head of the Prediction page: how much gets through and how soon, what limits it, and what would help. */
#pragma once

#include <gtk/gtk.h>

#include "forecaster.h"

G_BEGIN_DECLS

#define TB_TYPE_FORECAST_SUMMARY (tb_forecast_summary_get_type ())
G_DECLARE_FINAL_TYPE (TbForecastSummary, tb_forecast_summary, TB, FORECAST_SUMMARY, GtkWidget)

GtkWidget *tb_forecast_summary_new (void);
void tb_forecast_summary_show (TbForecastSummary *self, TbForecaster *forecaster);
/* Side by side, or one below the other. */
void tb_forecast_summary_set_wide (TbForecastSummary *self, gboolean wide);
/* Signal: "try-asked": the change that would help most is to be tried. */

/* A button that tells what is taken for granted. */
GtkWidget *tb_forecast_assumed_new (void);
void tb_forecast_assumed_show (GtkWidget *assumed, const TbPrediction *prediction);

G_END_DECLS
