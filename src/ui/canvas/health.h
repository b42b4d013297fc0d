/* How well a link does, by what share of its messages went wrong. Pure. */
#pragma once

#include "tb-session.h"

G_BEGIN_DECLS

typedef enum
{
  TB_HEALTH_NONE, /* nothing passes it */
  TB_HEALTH_GOOD,
  TB_HEALTH_DEGRADED,
  TB_HEALTH_FAILED
} TbHealth;

/* Of what one span saw. client_errors: the share of its replies with an HTTP status of 400 to 499,
 * from 0 to 1. Thresholds are Kiali's (config/config.go, AddHealthDefault): errors and what was never
 * answered from 10 % on is a failure; 4xx from 10 % on degraded, from 20 % on a failure. */
TbHealth tb_health_of (const TbLiveSpan *span, double client_errors);
/* "", "▲ " or "◆ ": what is before a figure, so that health is not told by colour alone. */
const char *tb_health_mark (TbHealth health);

G_END_DECLS
