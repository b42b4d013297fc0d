/* What may be typed next, as a list at the cursor of the source. The text keeps the focus.
 *
 *            typed, or asked for, and there is something to offer
 *   closed ─────────────────────────────────────────────────────▶ open (arrows choose; typing narrows it)
 *      ▲        tb_source_offers_typed(), tb_source_offers_ask()     │
 *      └──── Escape, focus lost, nothing left, a row taken ──────────┘
 *            (taking one that goes on, as an attribute with its value, asks again)                       */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _TbSourceOffers TbSourceOffers;

/* parent: whom the list pops up from; the view lies in it. Both outlive it. */
TbSourceOffers *tb_source_offers_new (GtkTextView *view, GtkWidget *parent);
void tb_source_offers_free (TbSourceOffers *offers);
/* The text has changed; by whom, the offers know themselves. */
void tb_source_offers_changed (TbSourceOffers *offers);
/* What may stand at the cursor, typed or not. */
void tb_source_offers_ask (TbSourceOffers *offers);
void tb_source_offers_close (TbSourceOffers *offers);

G_END_DECLS
