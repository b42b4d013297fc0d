/* Numbers and states as people read them in a terminal. */
#include <math.h>
#include <string.h>

#include "run-private.h"
#include "tb-text.h"

#define THIN "\u2009"

const char *
tb_words_count (guint64 n, char *out, gsize size)
{
  char digits[24];
  int length = g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT, n);
  gsize at = 0;
  for (int i = 0; i < length && at + 5 < size; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        at += g_strlcpy (out + at, THIN, size - at);
      out[at++] = digits[i];
    }
  out[at] = '\0';
  return out;
}

const char *
tb_words_rate (double per_second, char *out, gsize size)
{
  char count[40];
  if (per_second < 0.05)
    g_strlcpy (out, "–", size);
  else if (per_second < 9.95)
    g_snprintf (out, size, "%.1f/s", per_second);
  else
    g_snprintf (out, size, "%s/s", tb_words_count ((guint64) llround (per_second), count, sizeof count));
  return out;
}

/* Three digits at most, in the unit that needs no more: 999 µs, 1.2 ms, 12 ms. */
const char *
tb_words_latency (gint64 ns, char *out, gsize size)
{
  static const struct
  {
    double ns;
    const char *name;
  } units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "µs" } };
  if (ns < 0)
    {
      g_strlcpy (out, "–", size);
      return out;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      double v = (double) ns / units[i].ns;
      if (v < 0.9995 && i + 1 < G_N_ELEMENTS (units))
        continue;
      g_snprintf (out, size, v < 9.95 ? "%.1f %s" : "%.0f %s", v, units[i].name);
      break;
    }
  return out;
}

const char *
tb_words_bytes (double bytes, char *out, gsize size)
{
  static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
  gsize unit = 0;
  while (bytes >= 999.5 && unit + 1 < G_N_ELEMENTS (units))
    {
      bytes /= 1000;
      unit++;
    }
  g_snprintf (out, size, unit > 0 && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
  return out;
}

char *
tb_words_plain (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  gsize n = tb_text_without_escapes (valid, strlen (valid), NULL);
  g_autoptr (GString) plain = g_string_new (NULL);
  valid[n] = '\0';
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_iscntrl (g_utf8_get_char (p)))
      g_string_append_unichar (plain, g_utf8_get_char (p));
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

TbStateLook
tb_state_look (TbInstanceState state)
{
  static const TbStateLook looks[] = {
    [TB_INSTANCE_WAITING] = { "◌", "2" },   [TB_INSTANCE_STARTING] = { "◐", "33" },
    [TB_INSTANCE_READY] = { "●", "32" },    [TB_INSTANCE_PAUSED] = { "‖", "33" },
    [TB_INSTANCE_STOPPING] = { "◑", "33" }, [TB_INSTANCE_STOPPED] = { "○", "2" },
    [TB_INSTANCE_FAILED] = { "✗", "31" },   [TB_INSTANCE_KILLED] = { "✕", "31" },
    [TB_INSTANCE_UNHEALTHY] = { "!", "33" }, [TB_INSTANCE_BACKOFF] = { "↻", "31" },
  };
  g_assert ((gsize) state < G_N_ELEMENTS (looks));
  return looks[state];
}
