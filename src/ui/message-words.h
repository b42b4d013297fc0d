/* An event of a run's past in words, as lists and panes say it. Whatever a label holds, nothing in it
 * acts. All (transfer full). */
#pragma once

#include "tb-past.h"

G_BEGIN_DECLS

/* "12.4031" seconds since the run began. */
char *tb_message_words_time (TbPast *past, gint64 time_ns);
/* "save", "not drawn", "". */
char *tb_message_words_link (TbPast *past, const TbEvent *event);
/* "shop-2 → orders-1": from who sent it to who was to have it. */
char *tb_message_words_way (TbPast *past, const TbEvent *event);
/* "PUT /cart · 120 B", "dropped · GET x". */
char *tb_message_words_what (const TbEvent *event);
/* Of a reply, else "". */
char *tb_message_words_latency (const TbEvent *event);
/* "PUT /cart, shop-2 → orders-1". */
char *tb_message_words_title (TbPast *past, const TbEvent *event);
/* One line of all that is known of it. */
char *tb_message_words_facts (TbPast *past, guint64 position, const TbEvent *event);
/* "12 000 events are missing here: …". */
char *tb_message_words_gap (const TbPastGap *gap);
/* "orders/1" as lists show it, "outside" for G_MAXUINT. */
char *tb_message_words_instance (TbPast *past, guint instance);

G_END_DECLS
