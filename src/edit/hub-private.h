/* A part that comes between callers and called: proxy, balancer, broker, mediator, server. */
#pragma once

#include "rewire-private.h"
#include "spot-private.h"

G_BEGIN_DECLS

typedef struct
{
  TbRole role;
  const GArray *links; /* TbUid: what leads through it from now on */
  gboolean async;      /* callers do not wait, and it does not either */
  const char *name;    /* NULL: the kind's */
  const TbRect *rect;  /* where; NULL: between them, where there is room */
  const TbHome *home;  /* with rect */
} TbHub;

/* Inside a transaction: makes it. Each caller keeps one link, with its id, which leads to the hub;
 * the hub calls what was called, in the same proportions. Returns its uid. */
TbUid tb_hub_make (TbEditor *editor, const TbHub *hub);

G_END_DECLS
