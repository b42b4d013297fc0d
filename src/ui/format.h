/* Figures as text for people: thin spaces between thousands, units they know. All pure. */
#pragma once

#include <glib.h>

#include "tb-model.h"

G_BEGIN_DECLS

/* 18204 → "18 204" with thin no-break spaces. (transfer full), as all here. */
char *tb_format_count (guint64 n);
/* "1 240/s", "0.4/s", "–" for what is below 0. */
char *tb_format_rate (double per_second);
/* "8 ms", "6.2 ms", "250 µs", "1.5 s"; "–" for what is below 0. */
char *tb_format_ns (gint64 ns);
/* "1.2 kB", "3 MB". */
char *tb_format_bytes (double bytes);
/* "12.4 s", "2:05", "1:02:05". */
char *tb_format_elapsed (gint64 ns);
/* "~/designs/shop.tierboard". */
char *tb_format_path (const char *path);
/* "Shop", or "Shop → Orders" for a link: how lists and headings call an element. */
char *tb_format_element (const TbModel *model, const TbElement *element);
/* "orders/1" → "orders-1" as lists show it. */
char *tb_format_instance (const char *id);

G_END_DECLS
