/* The sliders of the Prediction page: what if. */
#pragma once

#include <gtk/gtk.h>

#include "forecaster.h"

G_BEGIN_DECLS

#define TB_TYPE_FORECAST_SLIDERS (tb_forecast_sliders_view_get_type ())
G_DECLARE_FINAL_TYPE (TbForecastSliders, tb_forecast_sliders_view, TB, FORECAST_SLIDERS, GtkWidget)

/* They slide forecaster's what if, and "take-asked" says that it is to become the drawing. */
GtkWidget *tb_forecast_sliders_view_new (TbForecaster *forecaster);
/* For what is predicted now, and that component (0: the one that limits the others). */
void tb_forecast_sliders_view_show (TbForecastSliders *self, TbUid selected);

G_END_DECLS
