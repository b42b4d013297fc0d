/* Filters as they are typed: each is read or refused with a column, and asks any event without harm;
 * completion offers only what may stand there. */
#include <string.h>

#include "tb-filter.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

static gboolean
tap_of (gpointer data, guint row, TbFilterTap *tap)
{
  *tap = (TbFilterTap){ row % 3 ? "save" : NULL, row % 2 ? "shop/1" : NULL, "orders/2", 80 };
  return row < 7;
}

static GBytes *
payload_of (gpointer data, guint64 position)
{
  return g_bytes_new_static ("GET /cart HTTP/1.1\r\n\r\n\0\xff", 24);
}

static void
ask (TbFilter *filter)
{
  const TbFilterNames names = { 5, tap_of, payload_of, (gpointer) tap_of };
  for (guint kind = 0; kind < 20; kind++)
    {
      TbEvent event = { .time_ns = 1000 * kind, .tap = kind, .kind = (guint8) kind, .status = 200,
                        .direction = kind % 2, .aux = kind * UINT64_C (900000000000000000) };
      memset (event.label, 'a', sizeof event.label - kind % 2);
      tb_filter_holds (filter, &names, kind, &event);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  static const char *const list[] = { "save", "shop/1", NULL };
  const TbFilterWords words = { list, list };
  g_autofree char *text = g_strndup ((const char *) bytes, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (TbFilter) filter = tb_filter_parse (text, &error);
  g_assert_true ((filter == NULL) == (error != NULL));
  if (filter)
    ask (filter);
  for (gsize cursor = 0; cursor <= strlen (text) && cursor < 64; cursor++)
    {
      gsize from = 0;
      g_autoptr (GArray) offers = tb_filter_complete (text, cursor, &words, &from);
      g_assert_cmpuint (from, <=, cursor);
      g_assert_cmpuint (offers->len, <=, 40);
    }
  return 0;
}
