/* What would help: single changes of threads, replicas and cores, each predicted as the drawing itself is, the one that helps most
 * first. Pure. */
#pragma once

#include "tb-predict.h"

G_BEGIN_DECLS

typedef struct
{
  TbWhatIf what;
  double rate_per_s;  /* of all clients together, with it */
  double response_ns; /* their mean */
  char *words;        /* "Mailer with 2 threads instead of 1: 300 requests/s instead of 183." */
} TbAdvice;

/* Those that make a difference of some percent, best first. net and prediction are of the model with these options; so many
 * changes are tried at most, each of which takes as long as the prediction did. (transfer full), of TbAdvice. */
#define TB_ADVISE_ALL 20
GPtrArray *tb_advise (const TbModel *model, const TbQueueOptions *options, const TbQueueNet *net, const TbPrediction *prediction,
                      guint most);
/* The best of them, or why there is none, as a sentence; "" where nobody asks anything. (transfer full) */
char *tb_advice_sentence (const GPtrArray *advice, const TbQueueNet *net, const TbPrediction *prediction);

G_END_DECLS
