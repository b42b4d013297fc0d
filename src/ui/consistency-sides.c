/* Which sides there are: those that a partition makes of a store's replicas, as its text and the recording have it. */
#include "consistency.h"

#include <string.h>

static guint64
everybody (guint n)
{
  return n < 64 ? (G_GUINT64_CONSTANT (1) << n) - 1 : G_MAXUINT64;
}

/* Which replicas of the component the words name. */
static guint64
named (const char *words, const char *component, guint n)
{
  g_auto (GStrv) all = g_strsplit (words, " ", -1);
  g_autofree char *prefix = g_strconcat (component, "/", NULL);
  guint64 set = 0;
  for (guint i = 0; all[i] != NULL; i++)
    {
      guint64 replica = g_str_has_prefix (all[i], prefix) ? g_ascii_strtoull (all[i] + strlen (prefix), NULL, 10) : 0;
      if (replica >= 1 && replica <= n)
        set |= G_GUINT64_CONSTANT (1) << (replica - 1);
    }
  return set;
}

static void
cut_ways (guint64 *reach, guint n, guint64 from, guint64 to)
{
  for (guint i = 0; i < n; i++)
    if ((from >> i & 1) != 0)
      reach[i] &= ~to | G_GUINT64_CONSTANT (1) << i;
}

gboolean
tb_consistency_cut (const char *text, const char *component, guint n, guint64 *reach)
{
  const char *both = strstr (text, " | "), *one_way = strstr (text, " → "), *middle = both != NULL ? both : one_way;
  guint64 all = everybody (n);
  if (middle == NULL)
    return FALSE;
  g_autofree char *left = g_strndup (text, (gsize) (middle - text));
  const char *right = middle + strlen (both != NULL ? " | " : " → ");
  guint64 from = named (left, component, n);
  guint64 to = strstr (right, "everyone else") != NULL || strstr (right, " more") != NULL ? all & ~from : named (right, component, n);
  cut_ways (reach, n, from, to);
  if (both != NULL)
    cut_ways (reach, n, to, from);
  return TRUE;
}

/* Who reaches whom while the partitions hold that hold with this one. */
static void
reach_at (TbPast *past, const char *component, guint n, gint64 time_ns, guint64 *reach)
{
  for (guint i = 0; i < n; i++)
    reach[i] = everybody (n);
  for (guint i = 0; i < tb_past_n_bands (past); i++)
    {
      const TbPastBand *band = tb_past_band (past, i);
      if (band->kind == TB_BAND_PARTITION && band->text != NULL && band->from_ns <= time_ns && time_ns < band->to_ns)
        tb_consistency_cut (band->text, component, n, reach);
    }
}

/* Whether replicas of it are cut off from each other. */
static gboolean
splits (const TbPastBand *band, const char *component, guint n)
{
  guint64 reach[TB_CAP_REPLICAS_MAX];
  TbCapSide sides[TB_CAP_REPLICAS_MAX];
  for (guint i = 0; i < n; i++)
    reach[i] = everybody (n);
  return band->kind == TB_BAND_PARTITION && band->text != NULL && tb_consistency_cut (band->text, component, n, reach)
         && tb_cap_sides (reach, n, sides) > 1;
}

/* The last partition of it that had begun then; NULL: none had. */
static const TbPastBand *
last_partition (TbPast *past, const char *component, guint n, gint64 now_ns)
{
  const TbPastBand *last = NULL;
  for (guint i = 0; past != NULL && i < tb_past_n_bands (past); i++)
    {
      const TbPastBand *band = tb_past_band (past, i);
      if (band->from_ns <= now_ns && splits (band, component, n))
        last = band;
    }
  return last;
}

void
tb_consistency_find_sides (TbPast *past, gint64 now_ns, guint64 picked, const char *component, const TbCapStore *store,
                           TbSides *shown)
{
  guint n = store->replicas;
  guint64 reach[TB_CAP_REPLICAS_MAX], all = everybody (n);
  TbCapSide sides[TB_CAP_REPLICAS_MAX];
  const TbPastBand *band = last_partition (past, component, n, now_ns);
  *shown = (TbSides){ .phase = TB_SIDES_CHOSEN, .to_ns = now_ns };
  for (guint i = 0; i < n; i++)
    reach[i] = (picked >> i & 1) != 0 ? picked & all : all & ~picked;
  if (past != NULL)
    shown->from_ns = tb_past_start_ns (past);
  if (band != NULL)
    {
      shown->phase = band->to_ns > now_ns ? TB_SIDES_DURING : TB_SIDES_AFTER;
      shown->from_ns = band->from_ns;
      shown->to_ns = MIN (now_ns, band->to_ns);
      shown->heal_ns = shown->phase == TB_SIDES_AFTER ? band->to_ns : 0;
      reach_at (past, component, n, band->from_ns, reach);
    }
  shown->n_sides = tb_cap_sides (reach, n, sides);
  for (guint i = 0; i < shown->n_sides; i++)
    shown->sides[i].side = sides[i];
}
