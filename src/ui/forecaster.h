/* What the Prediction page predicts: a drawing, with what if and with what a run taught, computed at once and, where that is wanted,
 * simulated on a thread of its own. No GTK.
 *
 *   computed ──simulate──▶ simulating ──done──▶ simulated
 *      ▲                      │ ▲                  │
 *      └── cancelled ─────────┘ └─ an edit, a slider (after a moment of quiet) ─┘
 *
 * What is computed stands until the simulation has ended. Nothing is done while nobody looks. */
#pragma once

#include "tb-past.h"
#include "tb-predict.h"

G_BEGIN_DECLS

#define TB_TYPE_FORECASTER (tb_forecaster_get_type ())
G_DECLARE_FINAL_TYPE (TbForecaster, tb_forecaster, TB, FORECASTER, GObject)

TbForecaster *tb_forecaster_new (void);
/* Of that document, without what if, from now on. NULL: of none. */
void tb_forecaster_set_document (TbForecaster *self, TbDocument *document);
/* On this machine, or on the devices that are drawn. */
void tb_forecaster_set_local (TbForecaster *self, gboolean local);
/* Whether somebody looks. */
void tb_forecaster_set_watched (TbForecaster *self, gboolean watched);
/* From now on, after each change too; FALSE: no more, and what is under way ends. */
void tb_forecaster_simulate (TbForecaster *self, gboolean wanted);
gboolean tb_forecaster_is_simulating (TbForecaster *self);

/* What components cost, as that run showed it, instead of as it is drawn; NULL: as drawn. FALSE: it taught nothing. */
gboolean tb_forecaster_learn (TbForecaster *self, TbPast *past);
/* Of TbCalibration; NULL: nothing was learned. */
const GArray *tb_forecaster_learned (TbForecaster *self);

/* What that run measured from its start to that moment, beside the latest prediction; NULL: nothing, or nothing yet. (transfer full) */
TbMeasured *tb_forecaster_measured (TbForecaster *self, TbPast *past, gint64 time_ns);

/* Of TbWhatIf, to be changed; then tb_forecaster_changed(). */
GArray *tb_forecaster_what_if (TbForecaster *self);
void tb_forecaster_changed (TbForecaster *self);

/* The latest; NULL: there is none yet. They stand until the next "changed". */
const TbPrediction *tb_forecaster_prediction (TbForecaster *self);
const TbQueueNet *tb_forecaster_net (TbForecaster *self);
/* The same without what if; the prediction is NULL where nothing is tried. */
const TbQueueNet *tb_forecaster_drawn_net (TbForecaster *self);
const TbPrediction *tb_forecaster_drawn (TbForecaster *self);
/* What would help, of TbAdvice; NULL where there is no prediction. */
const GPtrArray *tb_forecaster_advice (TbForecaster *self);
/* Whether what is said is of the drawing as it is now. */
gboolean tb_forecaster_is_fresh (TbForecaster *self);
/* Signal: "changed": another prediction, or the simulation began or ended. */

G_END_DECLS
