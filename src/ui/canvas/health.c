#include "health.h"

#define FAILED_ERRORS 0.10
#define FAILED_CLIENT_ERRORS 0.20
#define DEGRADED_CLIENT_ERRORS 0.10

TbHealth
tb_health_of (const TbLiveSpan *span, double client_errors)
{
  guint64 tried = MAX (span->requests, span->replies) + span->refused;
  guint64 wrong = span->errors + span->refused;
  if (tried == 0)
    return span->byte_rate_up + span->byte_rate_down > 0 ? TB_HEALTH_GOOD : TB_HEALTH_NONE;
  if ((double) wrong >= FAILED_ERRORS * (double) tried || client_errors >= FAILED_CLIENT_ERRORS)
    return TB_HEALTH_FAILED;
  return client_errors >= DEGRADED_CLIENT_ERRORS ? TB_HEALTH_DEGRADED : TB_HEALTH_GOOD;
}

const char *
tb_health_mark (TbHealth health)
{
  static const char *const marks[] = { [TB_HEALTH_NONE] = "", [TB_HEALTH_GOOD] = "",
                                       [TB_HEALTH_DEGRADED] = "▲ ", [TB_HEALTH_FAILED] = "◆ " };
  return marks[health];
}
