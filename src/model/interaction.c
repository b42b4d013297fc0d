/* Interactions as lists of calls. See tb-interaction.h.
 *
 * Two lists are laid beside each other as a longest common subsequence, in which a call over the same
 * link counts, and one with the same label more. What is left on both sides and is the same call was
 * moved, unless the two places are told apart only by steps that stand beside each other. */
#include "tb-interaction.h"

#include <string.h>

#define CELLS_MAX (4u << 20) /* of the table; what is recorded beyond it is extra */

const char *
tb_step_mark_name (TbStepMark mark)
{
  static const char *const names[] = { [TB_STEP_ALIKE] = "alike", [TB_STEP_OTHERWISE] = "other words",
                                       [TB_STEP_MISSING] = "missing", [TB_STEP_EXTRA] = "extra",
                                       [TB_STEP_MOVED] = "moved" };
  return names[mark];
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static void
free_step (gpointer data)
{
  TbInteractionStep *s = data;
  g_free (s->from);
  g_free (s->to);
  g_free (s->label);
  g_free (s->reply);
  g_free (s);
}

TbSteps *
tb_steps_new (void)
{
  return g_ptr_array_new_with_free_func (free_step);
}

TbInteractionStep *
tb_steps_add (TbSteps *steps, TbUid link, const char *from, const char *to, const char *label,
              const char *reply)
{
  TbInteractionStep *s = g_new0 (TbInteractionStep, 1);
  s->link = link;
  s->from = g_strdup (from ? from : "");
  s->to = g_strdup (to ? to : "");
  s->label = g_strdup (label ? label : "");
  s->reply = g_strdup (reply ? reply : "");
  g_ptr_array_add (steps, s);
  s->number = steps->len;
  return s;
}

TbSteps *
tb_steps_of (const TbModel *model, const TbElement *interaction)
{
  TbSteps *steps = tb_steps_new ();
  for (guint i = 0; i < tb_element_n_children (interaction); i++)
    {
      const TbElement *e = tb_element_child (interaction, i);
      const TbElement *link = tb_element_kind (e) == TB_KIND_STEP
                                  ? tb_element_get_ref (model, e, TB_PROP_LINK) : NULL;
      if (!link)
        continue;
      TbInteractionStep *s = tb_steps_add (steps, tb_element_uid (link), tb_element_get (link, TB_PROP_FROM),
                                tb_element_get (link, TB_PROP_TO), tb_element_get (e, TB_PROP_LABEL),
                                tb_element_get (e, TB_PROP_REPLY));
      s->step = tb_element_uid (e);
      s->parallel = steps->len > 1 && g_strcmp0 (tb_element_get (e, TB_PROP_ORDER), "parallel") == 0;
      s->async = g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0;
    }
  return steps;
}

static const TbInteractionStep *
at (const TbSteps *steps, guint i)
{
  return g_ptr_array_index (steps, i);
}

static TbInteractionStep *
add_copy (TbSteps *steps, const TbInteractionStep *s, TbStepMark mark)
{
  TbInteractionStep *copy = tb_steps_add (steps, s->link, s->from, s->to, s->label, s->reply);
  copy->step = s->step;
  copy->parallel = s->parallel;
  copy->async = s->async;
  copy->failed = s->failed;
  copy->number = s->number;
  copy->mark = mark;
  return copy;
}

/* ---- Laying beside each other ---------------------------------------------------------------- */

static gboolean
says_the_same (const char *drawn, const char *recorded)
{
  return *drawn == '\0' || g_ascii_strcasecmp (drawn, recorded) == 0
         || g_pattern_match_simple (drawn, recorded);
}

/* 0: another call. */
static guint
likeness (const TbInteractionStep *drawn, const TbInteractionStep *recorded)
{
  gboolean same = drawn->link != 0 && drawn->link == recorded->link;
  return !same ? 0 : says_the_same (drawn->label, recorded->label) ? 7 : 2;
}

typedef struct
{
  const TbSteps *drawn, *recorded;
  guint n, m;    /* of them that are looked at */
  guint *best;   /* (n + 1) × (m + 1): of what is left from there on */
  int *of_drawn, *of_recorded; /* whom each is laid beside; -1: nobody */
} Pairing;

static guint *
cell (const Pairing *p, guint i, guint k)
{
  return &p->best[i * (p->m + 1) + k];
}

static void
fill (Pairing *p)
{
  p->best = g_new0 (guint, (gsize) (p->n + 1) * (p->m + 1));
  for (guint i = p->n; i-- > 0;)
    for (guint k = p->m; k-- > 0;)
      {
        guint like = likeness (at (p->drawn, i), at (p->recorded, k));
        guint best = MAX (*cell (p, i + 1, k), *cell (p, i, k + 1));
        *cell (p, i, k) = like ? MAX (best, like + *cell (p, i + 1, k + 1)) : best;
      }
}

static void
pair_up (Pairing *p)
{
  guint i = 0, k = 0;
  while (i < p->n && k < p->m)
    {
      guint like = likeness (at (p->drawn, i), at (p->recorded, k));
      if (like && *cell (p, i, k) == like + *cell (p, i + 1, k + 1))
        {
          p->of_drawn[i] = (int) k;
          p->of_recorded[k++] = (int) i++;
        }
      else if (*cell (p, i, k) == *cell (p, i, k + 1))
        k++;
      else
        i++;
    }
}

/* Whom a drawn step without a pair is among the recorded that have none, the best first; -1. */
static int
find_moved (const Pairing *p, guint i, const gboolean *taken)
{
  int found = -1;
  guint best = 0;
  for (guint k = 0; k < p->recorded->len; k++)
    {
      guint like = p->of_recorded[k] < 0 && !taken[k] ? likeness (at (p->drawn, i), at (p->recorded, k))
                                                      : 0;
      if (like > best)
        {
          best = like;
          found = (int) k;
        }
    }
  return found;
}

/* The first step of those that stand beside each other, i among them. */
static guint
group_of (const TbSteps *drawn, guint i)
{
  while (i > 0 && at (drawn, i)->parallel)
    i--;
  return i;
}

/* Whether all that was recorded between two places belongs to that group, or was not drawn. */
static gboolean
is_within_group (const Pairing *p, guint group, int from, int to)
{
  for (int k = from; k < to; k++)
    if (p->of_recorded[k] >= 0 && group_of (p->drawn, (guint) p->of_recorded[k]) != group)
      return FALSE;
  return TRUE;
}

static guint
likeness_at (const Pairing *p, guint i, int k)
{
  return likeness (at (p->drawn, i), at (p->recorded, (guint) k));
}

/* Steps that stand beside each other change partners where that suits both better. */
static void
sort_groups (Pairing *p)
{
  for (guint i = 0; i < p->n; i++)
    for (guint x = i + 1; x < p->n && at (p->drawn, x)->parallel; x++)
      {
        int k = p->of_drawn[i], other = p->of_drawn[x];
        if (k < 0 || other < 0
            || likeness_at (p, i, other) + likeness_at (p, x, k)
                   <= likeness_at (p, i, k) + likeness_at (p, x, other))
          continue;
        p->of_drawn[i] = other;
        p->of_drawn[x] = k;
        p->of_recorded[k] = (int) x;
        p->of_recorded[other] = (int) i;
      }
}

static gboolean
is_beside (const Pairing *p, guint i, int k)
{
  guint group = group_of (p->drawn, i);
  int before = -1, after = (int) p->recorded->len;
  for (guint x = 0; x < p->n; x++)
    if (p->of_drawn[x] >= 0 && x < i)
      before = p->of_drawn[x];
    else if (p->of_drawn[x] >= 0 && x > i)
      {
        after = p->of_drawn[x];
        break;
      }
  return k < before ? is_within_group (p, group, k, before + 1) : is_within_group (p, group, after, k);
}

static gboolean
is_in_other_words (const TbInteractionStep *drawn, const TbInteractionStep *recorded)
{
  return !says_the_same (drawn->label, recorded->label)
         || (*drawn->reply != '\0' && *recorded->reply != '\0'
             && !says_the_same (drawn->reply, recorded->reply));
}

/* As it was recorded, with the place that it was drawn at. */
static void
add_pair (TbSteps *out, const TbInteractionStep *drawn, const TbInteractionStep *recorded, gboolean moved)
{
  TbStepMark mark = moved ? TB_STEP_MOVED : is_in_other_words (drawn, recorded) ? TB_STEP_OTHERWISE
                                                                                : TB_STEP_ALIKE;
  TbInteractionStep *s = add_copy (out, drawn, mark);
  s->failed = recorded->failed;
  if (mark == TB_STEP_ALIKE || *recorded->label == '\0')
    return;
  g_free (s->label);
  s->label = g_strdup (recorded->label);
}

static TbSteps *
merge (const Pairing *p, const int *moved, const gboolean *beside)
{
  TbSteps *out = tb_steps_new ();
  guint i = 0;
  for (guint k = 0; k <= p->recorded->len; k++)
    {
      int with = k < p->recorded->len ? p->of_recorded[k] : (int) p->drawn->len;
      for (; with >= 0 && i < (guint) with; i++)
        if (p->of_drawn[i] < 0)
          add_copy (out, at (p->drawn, i), TB_STEP_MISSING);
      if (k == p->recorded->len)
        break;
      if (with >= 0)
        add_pair (out, at (p->drawn, (guint) with), at (p->recorded, k), FALSE);
      else if (moved[k] >= 0)
        add_pair (out, at (p->drawn, (guint) moved[k]), at (p->recorded, k), !beside[k]);
      else
        add_copy (out, at (p->recorded, k), TB_STEP_EXTRA);
      i = MAX (i, (guint) (with + 1));
    }
  return out;
}

TbSteps *
tb_steps_compare (const TbSteps *drawn, const TbSteps *recorded)
{
  Pairing p = { .drawn = drawn, .recorded = recorded, .n = MIN (drawn->len, 2000) };
  p.m = MIN (recorded->len, CELLS_MAX / (p.n + 1));
  p.of_drawn = g_new (int, drawn->len + 1);
  p.of_recorded = g_new (int, recorded->len + 1);
  g_autofree int *moved = g_new (int, recorded->len + 1);
  g_autofree gboolean *taken = g_new0 (gboolean, recorded->len + 1);
  g_autofree gboolean *beside = g_new0 (gboolean, recorded->len + 1);
  memset (p.of_drawn, 0xff, sizeof (int) * (drawn->len + 1));
  memset (p.of_recorded, 0xff, sizeof (int) * (recorded->len + 1));
  memset (moved, 0xff, sizeof (int) * (recorded->len + 1));
  fill (&p);
  pair_up (&p);
  sort_groups (&p);
  g_autofree int *pairs = g_memdup2 (p.of_drawn, sizeof (int) * (drawn->len + 1));
  for (guint i = 0; i < p.n; i++)
    {
      int k = pairs[i] < 0 ? find_moved (&p, i, taken) : -1;
      if (k < 0)
        continue;
      taken[k] = TRUE;
      moved[k] = (int) i;
      beside[k] = is_beside (&p, i, k);
    }
  for (guint k = 0; k < recorded->len; k++) /* not missing any more; after all places were judged */
    if (moved[k] >= 0)
      p.of_drawn[moved[k]] = (int) k;
  TbSteps *out = merge (&p, moved, beside);
  g_free (p.of_drawn);
  g_free (p.of_recorded);
  g_free (p.best);
  return out;
}

/* ---- In words -------------------------------------------------------------------------------- */

static gboolean
is_different (const TbInteractionStep *s, gboolean strict)
{
  return s->mark != TB_STEP_ALIKE && (strict || s->mark != TB_STEP_OTHERWISE);
}

guint
tb_steps_n_different (const TbSteps *compared, gboolean strict)
{
  guint n = 0;
  for (guint i = 0; i < compared->len; i++)
    n += is_different (at (compared, i), strict);
  return n;
}

static char *
name_of (const TbModel *model, const TbInteractionStep *s)
{
  const TbElement *link = s->link ? tb_model_get (model, s->link) : NULL;
  g_autofree char *over = link ? g_strdup (tb_element_id (link)) : g_strdup_printf ("%s → %s", s->from, s->to);
  return *s->label ? g_strdup_printf ("%s: %s", over, s->label) : g_steal_pointer (&over);
}

char *
tb_steps_in_words (const TbModel *model, const TbSteps *compared, gboolean strict)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < compared->len; i++)
    {
      const TbInteractionStep *s = at (compared, i);
      if (!is_different (s, strict))
        continue;
      g_autofree char *name = name_of (model, s);
      g_string_append (text, text->len ? "; " : "");
      if (s->mark == TB_STEP_EXTRA)
        g_string_append_printf (text, "call %u (%s) is not drawn", s->number, name);
      else if (s->mark == TB_STEP_MOVED)
        g_string_append_printf (text, "step %u (%s) comes at another place", s->number, name);
      else if (s->mark == TB_STEP_OTHERWISE)
        g_string_append_printf (text, "step %u is recorded in other words (%s)", s->number, name);
      else
        g_string_append_printf (text, "step %u (%s) is missing", s->number, name);
    }
  return g_string_free (text, FALSE);
}

/* ---- Calls and replies ----------------------------------------------------------------------- */

static void
reply_to_last (GArray *events, GArray *open)
{
  guint i = g_array_index (open, guint, open->len - 1), event = ~i;
  g_array_set_size (open, open->len - 1);
  g_array_append_val (events, event);
}

/* How many calls are still open when that one is made: down to the one that its caller serves, or to
 * the caller's own one before. Who does neither does it for nobody that is known, beside the others. */
static guint
depth_of (const TbSteps *steps, const GArray *open, const TbInteractionStep *s)
{
  guint depth = open->len;
  for (guint i = open->len; i-- > 0;)
    if (strcmp (at (steps, g_array_index (open, guint, i))->to, s->from) == 0)
      return i + 1;
    else if (strcmp (at (steps, g_array_index (open, guint, i))->from, s->from) == 0)
      depth = i;
  return depth;
}

GArray *
tb_steps_unfold (const TbSteps *steps)
{
  GArray *events = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < steps->len; i++)
    {
      const TbInteractionStep *s = at (steps, i);
      guint depth = s->parallel ? open->len : depth_of (steps, open, s);
      while (open->len > depth)
        reply_to_last (events, open);
      g_array_append_val (events, i);
      if (!s->async)
        g_array_append_val (open, i);
    }
  while (open->len > 0)
    reply_to_last (events, open);
  return events;
}
