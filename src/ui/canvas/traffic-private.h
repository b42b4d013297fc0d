/* What the files of the traffic share: traffic.c dots and streams, traffic-cause.c what came before
 * what. */
#pragma once

#include "traffic.h"

G_BEGIN_DECLS

/* Where a message goes, by its tap. */
typedef struct
{
  guint known : 1;
  TbUid link, line;
  guint from, to; /* instances */
} TbTapInfo;

/* When the dots are there that a message was waiting for, in display time. */
typedef struct _TbCauses TbCauses;

TbCauses *tb_causes_new (void);
void tb_causes_free (TbCauses *causes);
void tb_causes_clear (TbCauses *causes);
/* Events were lost: what is open at an instance is not known any more. */
void tb_causes_forget_open (TbCauses *causes);
/* Drops what has long arrived, once there is much of it. */
void tb_causes_prune (TbCauses *causes, gint64 now_ns);
guint64 tb_exchange_key (const TbEvent *event, gboolean reply);
/* Not before that may the dot of this message start. */
gint64 tb_causes_of (TbCauses *causes, const TbEvent *event, const TbTapInfo *tap);
/* It will have arrived then; *cause is what tb_causes_arrives() takes where that changes. */
void tb_causes_sent (TbCauses *causes, const TbEvent *event, const TbTapInfo *tap, gint64 arrival,
                     guint64 *cause);
void tb_causes_arrives (TbCauses *causes, guint64 exchange, guint64 cause, gint64 arrival);
/* When the request of this reply had arrived; 0: it is not known. */
gint64 tb_causes_request_of (TbCauses *causes, const TbEvent *reply);

G_END_DECLS
