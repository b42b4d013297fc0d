/* tierboard predict, in the order of the files: what was asked (cmd-predict.c), what a recording says of it
 * (predict-past.c), and what is printed (predict-text.c, predict-json.c). */
#pragma once

#include "tb-advise.h"
#include "tb-json.h"
#include "tb-measured.h"
#include "tb-predict.h"

/* One answer: on this machine, or on the drawn devices. */
typedef struct
{
  const char *where; /* "on this machine", "on the drawn devices" */
  TbQueueNet *net;
  TbPrediction *prediction;
  GPtrArray *notes;     /* of char *: of the net */
  GPtrArray *advice;    /* of TbAdvice */
  TbMeasured *measured; /* beside it; NULL */
} TbPredictAnswer;

/* What a recording teaches of a drawing, as calibrations of its own components, which are known by their ids.
 * NULL: why was said. (transfer full) of TbCalibration */
GArray *tb_predict_learn (const TbModel *model, const TbQueueOptions *options, const char *recording);
/* What a recording measured, in the order of net. NULL: why was said. (transfer full) */
TbMeasured *tb_predict_measured (const TbQueueNet *net, const char *recording);

void tb_predict_print (const TbPredictAnswer *answer);
void tb_predict_print_availability (const TbModel *model);
void tb_predict_print_staleness (const TbPredictAnswer *answer);
/* An object without a name. */
void tb_predict_json (TbJson *json, const TbPredictAnswer *answer);
void tb_predict_json_availability (TbJson *json, const TbModel *model);
void tb_predict_json_staleness (TbJson *json, const TbPredictAnswer *answer);
