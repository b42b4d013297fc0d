/* What the Prediction page says, as rows and words: figures of a prediction, and what was measured of the same beside
 * them. No GTK. */
#pragma once

#include "tb-predict.h"

G_BEGIN_DECLS

/* Of a client, another component or a link. What is not known is NAN, texts then are "". */
typedef struct
{
  TbUid uid;
  char *title;
  gboolean link, client;
  double rate, mean_ns, p95_ns;    /* predicted; of a client: rounds and their response */
  double half_rate, half_ns;       /* half the 95 % intervals; 0: computed */
  double busy;                     /* the fuller of its threads and its processors' cores, 0 to 1 */
  char *busy_text;                 /* "threads 3.1 of 8 · 0.62 cores" */
  double waiting;                  /* requests that wait for a thread */
  double measured_rate, measured_ns, measured_p95_ns, measured_cores;
  char *difference;                /* "as predicted", "8 % fewer, 20 % slower" */
} TbForecastRow;

/* Clients, then components, then links, as they stand in the file; measured (may be NULL) is of a run of that net. (transfer full),
 * of TbForecastRow. */
GPtrArray *tb_forecast_rows (const TbModel *model, const TbQueueNet *net, const TbPrediction *prediction, const TbMeasured *measured);
/* "58.5 ± 0.2/s", "71 ± 1 ms", "–". (transfer full) */
char *tb_forecast_rate (double rate, double half);
char *tb_forecast_time (double ns, double half);
/* "58/s · 71 ms", "62 % busy": beside it on the drawing; NULL: nothing is known of it. (transfer full) */
char *tb_forecast_mark (const TbForecastRow *row);
#define TB_FORECAST_BUSY 0.8 /* from there on it is worth a warning */
/* How it was found out, and how sure it is: "computed exactly", "simulated 1 280 s of it (2.1 million events), seed 1, ± 0.8 %". (transfer full) */
char *tb_forecast_how (const TbPrediction *prediction);
/* The head of the page, as markup: what each client gets, large; with what was drawn of it where something is tried (drawn, else NULL).
 * (transfer full) */
char *tb_forecast_figures (const TbQueueNet *net, const TbPrediction *prediction, const TbPrediction *drawn);
/* Of stores whose reads may miss the last write; "": there is none. (transfer full) */
char *tb_forecast_stale (const TbQueueNet *net, const TbPrediction *prediction);
/* Measured beside predicted, in words; "" where one is not known. (transfer full) */
char *tb_forecast_difference (double rate, double measured_rate, double ns, double measured_ns);

/* ---- What if ------------------------------------------------------------------------------------------ */

/* A value that can be slid. */
typedef struct
{
  TbWhatIf what;   /* kind and whose; value: as it is now */
  double drawn;    /* as it is drawn */
  double least, most;
  char *label;     /* "Threads of Shop" */
} TbForecastSlider;

/* Clients' numbers or rates, and threads and replicas of the component that is selected (0: of the one that limits the others).
 * what_if: of TbWhatIf, what was slid so far. (transfer full), of TbForecastSlider. */
GPtrArray *tb_forecast_sliders (const TbQueueNet *drawn, const TbPrediction *prediction, TbUid selected,
                                const GArray *what_if);
/* Sets one of them; as drawn, it is none any more. */
void tb_forecast_slide (GArray *what_if, const TbForecastSlider *slider, double value);
/* Adds a change to what is tried, instead of another of the same. */
void tb_forecast_try (GArray *what_if, const TbWhatIf *what);
/* Puts what was slid into the drawing, as one step of undo; returns how many values that were. */
guint tb_forecast_apply (TbDocument *document, const GArray *what_if);

G_END_DECLS
