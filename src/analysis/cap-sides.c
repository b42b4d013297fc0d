/* Sides of a partition, from who reaches whom. */
#include "tb-cap.h"

/* A side's requests need answers: who is not reached both ways is not seen. */
static guint64
seen_by (const guint64 *reach, guint n, guint i)
{
  guint64 seen = G_GUINT64_CONSTANT (1) << i;
  for (guint j = 0; j < n; j++)
    if ((reach[i] >> j & 1) != 0 && (reach[j] >> i & 1) != 0)
      seen |= G_GUINT64_CONSTANT (1) << j;
  return seen;
}

guint
tb_cap_sides (const guint64 *reach, guint n, TbCapSide *sides)
{
  guint n_sides = 0;
  g_return_val_if_fail (n <= TB_CAP_REPLICAS_MAX, 0);
  for (guint i = 0; i < n; i++)
    {
      guint64 seen = seen_by (reach, n, i);
      guint s = 0;
      while (s < n_sides && sides[s].sees != seen)
        s++;
      if (s == n_sides)
        sides[n_sides++] = (TbCapSide){ .sees = seen };
      sides[s].members |= G_GUINT64_CONSTANT (1) << i;
    }
  return n_sides;
}
