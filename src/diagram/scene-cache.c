/* Routes as bytes, to be kept outside the file: what took a second to find is there at once the next
 * time. Native byte order; a cache never leaves its machine.
 *
 *   "TBROUTES" version, sum of the scene (2 × 64 bit), number of links
 *   each link: key, numbers of points and jumps, label (4), points (2 each), jumps (3 each)
 *   sum of all these bytes
 *
 * The sum of the scene is of everything that routes depend on. It does not depend on the order of
 * things, as routes do not. */
#include "scene-private.h"

#include "config.h"

#include <math.h>
#include <string.h>

#include "tb-base.h"

#define MAGIC "TBROUTES"
#define VERSION 2 /* of the format, and of the ways that are found */
#define MOST_POINTS 4096
#define FARTHEST 1e7

typedef struct
{
  char magic[8];
  guint32 version, n_links;
  guint64 sum[2];
} Head;

typedef struct
{
  guint32 key;
  guint16 n_points, n_jumps;
  TbRect label;
} Entry;

/* ---- The sum --------------------------------------------------------------------------------- */

#define ODD G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

/* Words at a time, as it goes over megabytes each time a drawing is opened; only ever compared on
 * the machine that wrote it. */
static guint64
hash_words (const void *bytes, gsize n)
{
  guint64 hash = n * ODD, word;
  const guint8 *p = bytes;
  for (; n >= sizeof word; n -= sizeof word, p += sizeof word)
    {
      memcpy (&word, p, sizeof word);
      hash = (hash ^ word) * ODD;
      hash ^= hash >> 32;
    }
  return n ? hash ^ tb_hash_bytes (p, n) : hash;
}

static void
add_to_sum (guint64 sum[2], const void *bytes, gsize n)
{
  guint64 hash = hash_words (bytes, n);
  sum[0] += hash;
  hash = (hash ^ hash >> 31) * ODD;
  sum[1] += hash ^ hash >> 29;
}

/* No padding: every byte counts. */
typedef struct
{
  double numbers[12];
  guint64 words[8];
} Fact;

static void
sum_up_link (guint64 sum[2], guint key, const TbRouterLink *l)
{
  Fact fact = { { l->from_at, l->to_at, l->label_width, l->label_height, l->label_at,
                  l->label_offset },
                { key, l->from, l->to, l->from_side, l->to_side,
                  l->from_port ? tb_hash_string (l->from_port) : 0,
                  l->to_port ? tb_hash_string (l->to_port) : 0,
                  l->n_bends ? tb_hash_bytes (l->bends, l->n_bends * sizeof *l->bends) : 0 } };
  add_to_sum (sum, &fact, sizeof fact);
}

static void
sum_up_shape (guint64 sum[2], guint key, const TbRouterShape *s)
{
  Fact fact = { { s->rect.x, s->rect.y, s->rect.width, s->rect.height, s->centre.x, s->centre.y },
                { key, 1, s->kind } };
  add_to_sum (sum, &fact, sizeof fact);
}

static void
sum_up (const TbScene *scene, guint64 sum[2])
{
  guint64 basis[] = { VERSION, scene->jumps ? 1 : 0 };
  sum[0] = sum[1] = 0;
  add_to_sum (sum, basis, sizeof basis);
  add_to_sum (sum, TB_VERSION, strlen (TB_VERSION));
  for (guint i = 0; i < scene->items->len; i++)
    {
      const TbItem *item = TB_ITEM (scene, i);
      TbRouterShape shapes[2];
      TbRouterLink link;
      gboolean there[2];
      if (item->kind == TB_ITEM_LINK)
        {
          if (tb_scene_link_of (scene, item, &link))
            sum_up_link (sum, item->key, &link);
          continue;
        }
      tb_scene_shapes_of (scene, item, shapes, there);
      for (guint k = 0; k < 2; k++)
        if (there[k])
          sum_up_shape (sum, item->key | (k ? TB_KEY_TEXT : 0), &shapes[k]);
    }
}

char *
tb_scene_routes_name (const TbScene *scene)
{
  guint64 sum[2];
  sum_up (scene, sum);
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", sum[0], sum[1]);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void
put_link (GByteArray *out, const TbItem *link)
{
  Entry entry;
  memset (&entry, 0, sizeof entry);
  entry.key = link->key;
  entry.n_points = (guint16) link->n_points;
  entry.n_jumps = (guint16) link->n_jumps;
  entry.label = link->label_at;
  g_byte_array_append (out, (const guint8 *) &entry, sizeof entry);
  g_byte_array_append (out, (const guint8 *) link->points,
                       (guint) (link->n_points * sizeof *link->points));
  g_byte_array_append (out, (const guint8 *) link->jumps,
                       (guint) (link->n_jumps * sizeof *link->jumps));
}

GBytes *
tb_scene_save_routes (const TbScene *scene)
{
  Head head = { .magic = MAGIC, .version = VERSION };
  GByteArray *out = g_byte_array_new ();
  sum_up (scene, head.sum);
  g_byte_array_append (out, (const guint8 *) &head, sizeof head);
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    {
      const TbItem *link = TB_ITEM (scene, i);
      if (link->n_points == 0)
        continue;
      if (link->pending || link->n_points > MOST_POINTS || link->n_jumps > MOST_POINTS)
        {
          g_byte_array_unref (out);
          return NULL;
        }
      put_link (out, link);
      head.n_links++;
    }
  memcpy (out->data, &head, sizeof head);
  guint64 check = hash_words (out->data, out->len);
  g_byte_array_append (out, (const guint8 *) &check, sizeof check);
  return g_byte_array_free_to_bytes (out);
}

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct
{
  const guint8 *p, *end;
} Reader;

static gboolean
take (Reader *reader, void *to, gsize n)
{
  if ((gsize) (reader->end - reader->p) < n)
    return FALSE;
  memcpy (to, reader->p, n);
  reader->p += n;
  return TRUE;
}

static gboolean
are_sane (const double *numbers, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabs (numbers[i]) <= FARTHEST))
      return FALSE;
  return TRUE;
}

static gboolean
take_link (Reader *reader, Entry *entry, TbPoint *points, TbJump *jumps)
{
  return take (reader, entry, sizeof *entry) && entry->n_points >= 2
         && entry->n_points <= MOST_POINTS && entry->n_jumps <= MOST_POINTS
         && are_sane (&entry->label.x, 4)
         && take (reader, points, entry->n_points * sizeof *points)
         && take (reader, jumps, entry->n_jumps * sizeof *jumps)
         && are_sane (&points[0].x, 2 * (gsize) entry->n_points)
         && (entry->n_jumps == 0 || are_sane (&jumps[0].at.x, 3 * (gsize) entry->n_jumps));
}

static gboolean
begin (Reader *reader, GBytes *bytes, Head *head)
{
  gsize size;
  const guint8 *p = g_bytes_get_data (bytes, &size);
  guint64 check;
  if (size < sizeof *head + sizeof check)
    return FALSE;
  *reader = (Reader){ p, p + size - sizeof check };
  memcpy (&check, reader->end, sizeof check);
  return take (reader, head, sizeof *head) && memcmp (head->magic, MAGIC, 8) == 0
         && head->version == VERSION && check == hash_words (p, size - sizeof check);
}

/* FALSE where the bytes are no routes: then nothing was done. */
static gboolean
each_link (Reader reader, guint n, TbScene *scene)
{
  g_autofree TbPoint *points = g_new (TbPoint, MOST_POINTS);
  g_autofree TbJump *jumps = g_new (TbJump, MOST_POINTS);
  for (guint k = 0; k < n; k++)
    {
      Entry entry;
      if (!take_link (&reader, &entry, points, jumps))
        return FALSE;
      guint i = scene ? tb_scene_find_key (scene, entry.key) : TB_NO_ITEM;
      if (i == TB_NO_ITEM || TB_ITEM (scene, i)->kind != TB_ITEM_LINK)
        continue;
      TbRouterRoute route = { .points = points, .n = entry.n_points, .jumps = jumps,
                              .n_jumps = entry.n_jumps, .label = entry.label };
      tb_scene_set_cached (scene, i, &route);
    }
  return reader.p == reader.end;
}

gboolean
tb_routes_are_sound (GBytes *bytes)
{
  Reader reader;
  Head head;
  return begin (&reader, bytes, &head) && each_link (reader, head.n_links, NULL);
}

gboolean
tb_scene_load_routes (TbScene *scene, GBytes *bytes, GArray *dirty)
{
  Reader reader;
  Head head;
  guint64 sum[2];
  sum_up (scene, sum);
  if (!begin (&reader, bytes, &head) || memcmp (head.sum, sum, sizeof sum) != 0
      || !each_link (reader, head.n_links, NULL))
    return FALSE;
  each_link (reader, head.n_links, scene);
  tb_scene_settle_cached (scene, dirty);
  return TRUE;
}
