/* A scenario's strip (tb-strip.h) as a widget: as wide as there is room, as high as its lanes. */
#pragma once

#include <gtk/gtk.h>

#include "tb-strip.h"

G_BEGIN_DECLS

#define TB_TYPE_SCENARIO_STRIP (tb_scenario_strip_get_type ())
G_DECLARE_FINAL_TYPE (TbScenarioStrip, tb_scenario_strip, TB, SCENARIO_STRIP, GtkWidget)

GtkWidget *tb_scenario_strip_new (void);
/* What it is of, which is copied; NULL: nothing. */
void tb_scenario_strip_set_scenario (TbScenarioStrip *strip, const TbElement *scenario);
/* What is so now; marks, where there are any, one for each step. words is what a screen reader says of it. */
void tb_scenario_strip_show (TbScenarioStrip *strip, const TbStripNow *now, const char *words);
/* 1: as everything else; 1.6: for the back of a room. */
void tb_scenario_strip_set_scale (TbScenarioStrip *strip, double scale);

/* Signal: "picked" (double place): a person pressed there. */

G_END_DECLS
