/* Figures of a link or an instance as charts. Pure: from samples to what tb-chart.h draws. */
#pragma once

#include "tb-chart.h"
#include "tb-past.h"

G_BEGIN_DECLS

#define TB_CHARTS_MAX 4

/* Owns what its charts point to. */
typedef struct TbChartSet TbChartSet;

/* Leaves out the last of TbPastSample where it is of much less than a second: what a run does while it is
 * stopped looks like an outage. */
void tb_chart_drop_unfinished (GArray *samples);
/* samples: of TbPastSample: rate, errors, latency and bytes. */
TbChartSet *tb_chart_set_of_link (const GArray *samples, gint64 start_ns, TbThemeId theme);
/* loads: of TbPastLoad: CPU, memory, threads with processes, open files. */
TbChartSet *tb_chart_set_of_instance (const GArray *loads, gint64 start_ns, TbThemeId theme);
void tb_chart_set_free (TbChartSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbChartSet, tb_chart_set_free)
/* Bands of all the run for a link's charts; of an instance, what was done to it and what all felt. */
void tb_chart_set_add_bands (TbChartSet *set, TbPast *past, const char *link, guint instance);
void tb_chart_set_add_gap (TbChartSet *set, gint64 from_ns, gint64 to_ns);
void tb_chart_set_see (TbChartSet *set, gint64 from_ns, gint64 to_ns);
void tb_chart_set_point (TbChartSet *set, gint64 cursor_ns, gint64 hover_ns);
guint tb_chart_set_n (const TbChartSet *set);
const TbChart *tb_chart_set_at (const TbChartSet *set, guint i);
/* All figures of the step that a moment lies in, for who cannot see the lines. (transfer full) */
char *tb_chart_set_words (const TbChartSet *set, gint64 time_ns);

G_END_DECLS
