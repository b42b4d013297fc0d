/* Many states of a drawing at once: each lane is one of them, a bit in each word. What works in which lane is found for
 * all together, those who are called before those who call them, so that a drawing without circles is gone through once.
 *
 * Who asks says what is up of a component (tb_states_judge()), or which lanes lose what (tb_states_lose()); then
 * tb_states_spread() finds who has all that it calls. Until it turns out otherwise everybody has everything; so those who
 * call each other in a circle are up while nothing of the circle has failed. */
#include "failure-private.h"

#include <string.h>

#define SLICES_MAX 32u /* of a number of replicas in bits */

static void
fill (TbLanes *lanes, guint n)
{
  memset (lanes, 0xff, sizeof *lanes * n);
}

static gboolean
is_full (const TbLanes *lanes)
{
  guint64 all = lanes->word[0];
  for (guint w = 1; w < TB_LANE_WORDS; w++)
    all &= lanes->word[w];
  return all == G_MAXUINT64;
}

/* ---- In which order --------------------------------------------------------------------------------- */

/* Goes down from one component, who is called being numbered before who calls. next: by component, the link that is to be
 * followed next. */
static void
number_from (const TbFailure *f, TbStates *s, guint component, guint *next, GArray *way, guint *n)
{
  g_array_append_val (way, component);
  while (way->len > 0)
    {
      guint c = g_array_index (way, guint, way->len - 1), g = TB_COMPONENT (f, c)->first_group + TB_COMPONENT (f, c)->n_groups;
      guint end = g > TB_COMPONENT (f, c)->first_group ? TB_GROUP (f, g - 1)->first + TB_GROUP (f, g - 1)->n : 0;
      if (next[c] == TB_NO_INDEX) /* it was not met before */
        next[c] = end > 0 ? TB_GROUP (f, TB_COMPONENT (f, c)->first_group)->first : 0;
      if (next[c] < end)
        {
          guint to = TB_LINK (f, next[c]++)->to;
          if (next[to] == TB_NO_INDEX)
            g_array_append_val (way, to);
          continue;
        }
      g_array_set_size (way, way->len - 1);
      s->place[c] = *n;
      s->order[(*n)++] = c;
    }
}

static void
make_order (const TbFailure *f, TbStates *s)
{
  guint n = 0;
  g_autofree guint *next = g_new (guint, f->components->len + 1);
  g_autoptr (GArray) way = g_array_new (FALSE, FALSE, sizeof (guint));
  memset (next, 0xff, sizeof (guint) * (f->components->len + 1));
  for (guint c = 0; c < f->components->len; c++)
    if (next[c] == TB_NO_INDEX)
      number_from (f, s, c, next, way, &n);
  g_assert (n == f->components->len);
}

/* ---- The whole ---------------------------------------------------------------------------------------- */

static TbLanes *
new_lanes (guint n)
{
  TbLanes *lanes = g_new (TbLanes, n + 1);
  fill (lanes, n);
  return lanes;
}

TbStates *
tb_states_new (const TbFailure *f)
{
  guint n = f->components->len;
  TbStates *s = g_new0 (TbStates, 1);
  s->order = g_new (guint, n + 1);
  s->place = g_new (guint, n + 1);
  s->up = new_lanes (f->instances->len);
  s->device = new_lanes (f->devices->len);
  s->gate = new_lanes (f->links->len);
  s->own = new_lanes (n);
  s->has = new_lanes (n);
  s->is_lost = g_new0 (gboolean, f->devices->len + 1);
  s->ask = g_new0 (gboolean, n + 1);
  s->is_touched = g_new0 (gboolean, n + 1);
  s->lost = g_array_new (FALSE, FALSE, sizeof (guint));
  s->touched = g_array_new (FALSE, FALSE, sizeof (guint));
  s->changed = g_array_new (FALSE, FALSE, sizeof (guint));
  make_order (f, s);
  return s;
}

void
tb_states_free (TbStates *s)
{
  if (s == NULL)
    return;
  gpointer arrays[] = { s->order, s->place, s->up, s->device, s->gate, s->own, s->has, s->is_lost, s->ask, s->is_touched };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_free (arrays[i]);
  g_array_unref (s->lost);
  g_array_unref (s->touched);
  g_array_unref (s->changed);
  g_free (s);
}

/* ---- One component -------------------------------------------------------------------------------------- */

/* Adds one bit to the numbers that are kept in slices, one in each lane. */
static void
count_in (TbLanes *count, guint slices, TbLanes bits)
{
  for (guint i = 0; i < slices; i++)
    for (guint w = 0; w < TB_LANE_WORDS; w++)
      {
        guint64 carry = count[i].word[w] & bits.word[w];
        count[i].word[w] ^= bits.word[w];
        bits.word[w] = carry;
      }
}

/* Where the number is at least need. */
static void
reaches (const TbLanes *count, guint slices, guint need, TbLanes *yes)
{
  gboolean possible = (guint64) need >> slices == 0;
  memset (yes, possible ? 0xff : 0, sizeof *yes);
  for (guint i = 0; possible && need > 0 && i < slices; i++)
    for (guint w = 0; w < TB_LANE_WORDS; w++)
      yes->word[w] = (need >> i & 1) != 0 ? count[i].word[w] & yes->word[w] : count[i].word[w] | yes->word[w];
}

static void
met (TbNeed need, const TbLanes *special, const TbLanes *others, guint slices, TbLanes *yes)
{
  TbLanes without;
  reaches (others, slices, need.with > 0 ? need.with - 1 : 0, yes);
  reaches (others, slices, need.without, &without);
  for (guint w = 0; w < TB_LANE_WORDS; w++)
    yes->word[w] = (special->word[w] & yes->word[w]) | (~special->word[w] & without.word[w]);
}

void
tb_states_judge (const TbFailure *f, TbStates *s, guint component, const TbLanes *up)
{
  const TbFailComponent *c = TB_COMPONENT (f, component);
  guint slices = c->n > 1 ? g_bit_storage (c->n - 1) : 0;
  TbLanes others[SLICES_MAX];
  memset (others, 0, sizeof *others * slices);
  for (guint i = 0; i < c->n; i++)
    if (i != c->special)
      count_in (others, slices, up[i]);
  met (c->own, &up[c->special], others, slices, &s->own[component]);
  for (guint i = 0; i < c->n_in; i++)
    {
      guint l = g_array_index (f->in, guint, c->first_in + i), before = i > 0 ? g_array_index (f->in, guint, c->first_in + i - 1) : 0;
      if (i > 0 && memcmp (&TB_LINK (f, l)->need, &TB_LINK (f, before)->need, sizeof (TbNeed)) == 0)
        s->gate[l] = s->gate[before];
      else
        met (TB_LINK (f, l)->need, &up[c->special], others, slices, &s->gate[l]);
      if (!is_full (&s->gate[l]))
        s->ask[TB_GROUP (f, TB_LINK (f, l)->group)->component] = TRUE;
    }
  s->steps += c->n + c->n_in;
}

/* ---- All of them ---------------------------------------------------------------------------------------- */

static void
judge_calls (const TbFailure *f, TbStates *s, guint component, TbLanes *all)
{
  const TbFailComponent *c = TB_COMPONENT (f, component);
  fill (all, 1);
  for (guint g = c->first_group; g < c->first_group + c->n_groups; g++)
    {
      const TbFailGroup *group = TB_GROUP (f, g);
      TbLanes any = { { 0 } };
      for (guint l = group->first; l < group->first + group->n; l++)
        for (guint w = 0; w < TB_LANE_WORDS; w++)
          any.word[w] |= s->gate[l].word[w] & s->has[TB_LINK (f, l)->to].word[w];
      for (guint w = 0; w < TB_LANE_WORDS; w++)
        all->word[w] &= any.word[w];
      s->steps += group->n;
    }
}

/* TRUE: somebody is to be asked again who was already passed. */
static gboolean
ask_callers (const TbFailure *f, TbStates *s, guint component)
{
  const TbFailComponent *c = TB_COMPONENT (f, component);
  gboolean passed = FALSE;
  for (guint i = 0; i < c->n_in; i++)
    {
      const TbFailLink *link = TB_LINK (f, g_array_index (f->in, guint, c->first_in + i));
      guint caller = TB_GROUP (f, link->group)->component;
      s->ask[caller] = TRUE;
      passed |= s->place[caller] <= s->place[component];
    }
  return passed;
}

void
tb_states_spread (const TbFailure *f, TbStates *s)
{
  for (gboolean again = TRUE; again;)
    {
      again = FALSE;
      for (guint i = 0; i < f->components->len; i++)
        {
          guint c = s->order[i];
          TbLanes has;
          if (!s->ask[c])
            continue;
          s->ask[c] = FALSE;
          judge_calls (f, s, c, &has);
          if (memcmp (&has, &s->has[c], sizeof has) == 0)
            continue;
          if (is_full (&s->has[c]))
            g_array_append_val (s->changed, c);
          s->has[c] = has;
          again |= ask_callers (f, s, c);
        }
      s->steps += f->components->len / 8;
    }
}

TbLanes
tb_states_work (const TbStates *s, guint component)
{
  TbLanes work;
  for (guint w = 0; w < TB_LANE_WORDS; w++)
    work.word[w] = s->own[component].word[w] & s->has[component].word[w];
  return work;
}

void
tb_states_begin (const TbFailure *f, TbStates *s)
{
  for (guint i = 0; i < s->changed->len; i++)
    fill (&s->has[g_array_index (s->changed, guint, i)], 1);
  for (guint i = 0; i < s->touched->len; i++)
    {
      guint touched = g_array_index (s->touched, guint, i);
      const TbFailComponent *c = TB_COMPONENT (f, touched);
      s->is_touched[touched] = FALSE;
      fill (&s->up[c->first], c->n);
      fill (&s->own[touched], 1);
      for (guint k = 0; k < c->n_in; k++)
        fill (&s->gate[g_array_index (f->in, guint, c->first_in + k)], 1);
    }
  for (guint i = 0; i < s->lost->len; i++)
    {
      fill (&s->device[g_array_index (s->lost, guint, i)], 1);
      s->is_lost[g_array_index (s->lost, guint, i)] = FALSE;
    }
  g_array_set_size (s->changed, 0);
  g_array_set_size (s->touched, 0);
  g_array_set_size (s->lost, 0);
}

/* ---- Losses --------------------------------------------------------------------------------------------- */

/* Something of it is lost. */
static void
note (GArray *list, gboolean *is_listed, guint index)
{
  if (is_listed[index])
    return;
  is_listed[index] = TRUE;
  g_array_append_val (list, index);
}

void
tb_states_lose (const TbFailure *f, TbStates *s, guint lane, guint atom)
{
  gboolean is_device = atom >= f->instances->len;
  guint device = is_device ? atom - f->instances->len : 0;
  TbLanes *lanes = is_device ? &s->device[device] : &s->up[atom];
  lanes->word[lane / 64] &= ~(G_GUINT64_CONSTANT (1) << lane % 64);
  if (is_device)
    note (s->lost, s->is_lost, device);
  else
    note (s->touched, s->is_touched, TB_INSTANCE (f, atom)->component);
}

/* What is on a device goes with it. */
static void
take_device (const TbFailure *f, TbStates *s, guint d)
{
  const TbFailDevice *device = TB_DEVICE (f, d);
  for (guint i = 0; i < device->n; i++)
    {
      guint instance = g_array_index (f->on, guint, device->first + i);
      for (guint w = 0; w < TB_LANE_WORDS; w++)
        s->up[instance].word[w] &= s->device[d].word[w];
      note (s->touched, s->is_touched, TB_INSTANCE (f, instance)->component);
    }
  s->steps += device->n;
}

void
tb_states_spread_losses (const TbFailure *f, TbStates *s)
{
  for (guint i = 0; i < s->lost->len; i++)
    take_device (f, s, g_array_index (s->lost, guint, i));
  for (guint i = 0; i < s->touched->len; i++)
    {
      guint component = g_array_index (s->touched, guint, i);
      tb_states_judge (f, s, component, &s->up[TB_COMPONENT (f, component)->first]);
    }
  tb_states_spread (f, s);
}
