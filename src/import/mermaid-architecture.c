/* Mermaid's architecture-beta: groups, services with icons, and edges between their sides.
 *
 *   group api(cloud)[API] in outer       service db(database)[Orders] in api       junction j
 *   db:L <-[reads]-> R:web{group}
 *
 * A junction is a point where edges meet, not a part: what comes into it is linked to what goes out of it. */
#include "mermaid-private.h"

#include <string.h>

#include "kinds.h"

/* Links that junctions may make, and edges that are looked at for them: a net of junctions costs no more than it shows. */
#define MOST_THROUGH_JUNCTIONS 2000
#define MOST_STEPS 4000000

typedef struct
{
  char *ends[2]; /* ids */
  char *label;   /* NULL: none */
  gboolean into[2]; /* a head at that end */
  guint line;
} Edge;

static void
edge_clear (gpointer data)
{
  Edge *edge = data;
  g_free (edge->ends[0]);
  g_free (edge->ends[1]);
  g_free (edge->label);
}

void
tb_mermaid_architecture_begin (TbMermaid *m)
{
  m->edges = g_array_new (FALSE, TRUE, sizeof (Edge));
  g_array_set_clear_func (m->edges, edge_clear);
  m->junctions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* ---- Declarations ---------------------------------------------------------------------------- */

static gsize
word_length (const char *p)
{
  gsize n = 0;
  while (g_ascii_isalnum (p[n]) || p[n] == '_' || (guchar) p[n] >= 0x80
         || (p[n] == '-' && (g_ascii_isalnum (p[n + 1]) || p[n + 1] == '_')))
    n++;
  return n;
}

/* What stands between two brackets, without quotes; moves p behind them. (transfer full), NULL: p is at none. */
static char *
take_bracket (const char **p, char open, char close)
{
  const char *start = tb_mermaid_skip_blank (*p);
  if (*start != open)
    return NULL;
  const char *quote = start[1] == '"' ? strchr (start + 2, '"') : NULL;
  const char *end = strchr (quote != NULL ? quote : start, close);
  if (end == NULL)
    return NULL;
  *p = end + 1;
  return tb_mermaid_decode (start + 1, (gsize) (end - start - 1));
}

/* "id(icon)[Title] in group", or less of it. */
typedef struct
{
  char *id, *icon, *title;
  TbUid group; /* 0: in none */
} Declared;

static void
declared_clear (Declared *d)
{
  g_free (d->id);
  g_free (d->icon);
  g_free (d->title);
}

static gboolean
is_group (const TbMermaid *m, TbUid uid)
{
  const TbElement *element = tb_model_get (tb_build_model (m->build), uid);
  return element != NULL && tb_element_kind (element) == TB_KIND_GROUP;
}

/* FALSE where that is no declaration. */
static gboolean
read_declared (TbMermaid *m, const char *p, Declared *d)
{
  p = tb_mermaid_skip_blank (p);
  gsize n = word_length (p);
  g_autofree char *word = g_strndup (p, n);
  if (n == 0)
    return FALSE;
  d->id = tb_mermaid_id (word);
  p += n;
  d->icon = take_bracket (&p, '(', ')');
  d->title = take_bracket (&p, '[', ']');
  p = tb_mermaid_skip_blank (p);
  if (tb_mermaid_begins (p, "in"))
    {
      p = tb_mermaid_skip_blank (p + 2);
      n = word_length (p);
      g_autofree char *in = g_strndup (p, n), *id = tb_mermaid_id (in);
      d->group = tb_build_find (m->build, id);
      if (!is_group (m, d->group))
        tb_build_drop (m->build, m->line, "%s is in %s, which is no group that was declared before", d->id, in);
      d->group = is_group (m, d->group) ? d->group : 0;
      p = tb_mermaid_skip_blank (p + n);
    }
  return *p == '\0';
}

static gboolean
is_new (const TbMermaid *m, const char *id)
{
  return tb_build_find (m->build, id) == 0 && !g_hash_table_contains (m->junctions, id);
}

static void
make_service (TbMermaid *m, const Declared *d)
{
  gboolean disk = g_strcmp0 (d->icon, "disk") == 0;
  const char *title = d->title != NULL && *d->title != '\0' ? d->title : d->id;
  TbForeignKind kind = tb_foreign_kind (disk ? "datastore" : d->icon, NULL, title);
  TbUid uid = tb_build_component (m->build, d->id, title, kind.role, m->line);
  if (d->group != 0)
    tb_build_refer (m->build, uid, TB_PROP_GROUP, d->group);
}

/* FALSE where it is none. */
static gboolean
declare (TbMermaid *m, const char *line)
{
  static const char *const words[] = { "service", "group", "junction" };
  guint k = 0;
  while (k < G_N_ELEMENTS (words) && !tb_mermaid_begins (line, words[k]))
    k++;
  Declared d = { 0 };
  gboolean is = k < G_N_ELEMENTS (words) && read_declared (m, line + strlen (words[k]), &d);
  if (is && !is_new (m, d.id))
    tb_build_drop (m->build, m->line, "%s is declared before", d.id);
  else if (is && k == 0)
    make_service (m, &d);
  else if (is && k == 1)
    tb_build_group (m->build, d.id, d.title != NULL ? d.title : d.id, d.group, m->line);
  else if (is)
    g_hash_table_insert (m->junctions, g_strdup (d.id), GUINT_TO_POINTER (m->line));
  declared_clear (&d);
  return is;
}

/* ---- Edges ----------------------------------------------------------------------------------- */

static gboolean
is_side (char c)
{
  return c != '\0' && strchr ("LRTB", c) != NULL;
}

/* "{group}" behind an id: the arrow is at the edge of the group that it is in. */
static const char *
skip_group (TbMermaid *m, const char *p, const char *id)
{
  if (!g_str_has_prefix (p, "{group}"))
    return p;
  tb_build_assume (m->build, 0, m->line, "the arrow at the group of %s is taken as one at %s itself", id, id);
  return p + strlen ("{group}");
}

/* "db{group}:L"; NULL where there is none. */
static const char *
read_left (TbMermaid *m, const char *p, Edge *edge)
{
  gsize n = word_length (p);
  g_autofree char *word = g_strndup (p, n);
  edge->ends[0] = tb_mermaid_id (word);
  p = tb_mermaid_skip_blank (skip_group (m, p + n, edge->ends[0]));
  p = n > 0 && *p == ':' ? tb_mermaid_skip_blank (p + 1) : NULL;
  return p != NULL && is_side (*p) ? p + 1 : NULL;
}

/* "R:web{group}". */
static const char *
read_right (TbMermaid *m, const char *p, Edge *edge)
{
  p = tb_mermaid_skip_blank (p);
  if (!is_side (*p))
    return NULL;
  p = tb_mermaid_skip_blank (p + 1);
  if (*p != ':')
    return NULL;
  p = tb_mermaid_skip_blank (p + 1);
  gsize n = word_length (p);
  g_autofree char *word = g_strndup (p, n);
  edge->ends[1] = tb_mermaid_id (word);
  return n > 0 ? skip_group (m, p + n, edge->ends[1]) : NULL;
}

/* "--", "-->", "<--", "-[reads]->". */
static const char *
read_middle (const char *p, Edge *edge)
{
  p = tb_mermaid_skip_blank (p);
  edge->into[0] = *p == '<';
  p += edge->into[0];
  if (p[0] == '-' && p[1] == '[')
    {
      p++;
      edge->label = take_bracket (&p, '[', ']');
      p = edge->label != NULL && *p == '-' ? p + 1 : NULL;
    }
  else
    p = g_str_has_prefix (p, "--") ? p + 2 : NULL;
  if (p == NULL)
    return NULL;
  edge->into[1] = *p == '>';
  return p + edge->into[1];
}

/* FALSE where it is none. */
static gboolean
read_edge (TbMermaid *m, const char *line)
{
  Edge edge = { .line = m->line };
  const char *p = read_left (m, line, &edge);
  p = p != NULL ? read_middle (p, &edge) : NULL;
  p = p != NULL ? read_right (m, p, &edge) : NULL;
  gboolean is = p != NULL && *tb_mermaid_skip_blank (p) == '\0';
  if (is)
    g_array_append_val (m->edges, edge);
  else
    edge_clear (&edge);
  return is;
}

void
tb_mermaid_architecture_line (TbMermaid *m, const char *line)
{
  if (tb_mermaid_begins (line, "title"))
    {
      g_autofree char *title = tb_mermaid_decode (line + strlen ("title"), strlen (line) - strlen ("title"));
      tb_build_set (m->build, tb_build_root (m->build), TB_PROP_NAME, title, m->line);
    }
  else if (!declare (m, line) && !read_edge (m, line))
    tb_mermaid_unread (m, line);
}

/* ---- Links ----------------------------------------------------------------------------------- */

/* Whether one can go along it from that end (0, 1) to the other. */
static gboolean
leads_from (const Edge *edge, guint end)
{
  return edge->into[!end] || !edge->into[end];
}

static gboolean
has_direction (const Edge *edge)
{
  return edge->into[0] != edge->into[1];
}

typedef struct
{
  guint links, steps;
  gboolean again;     /* the second time: what has no link yet */
  GHashTable *linked; /* services, by uid, that have one */
} Spent;

typedef struct
{
  TbMermaid *m;
  TbUid from;
  const Edge *first;
  GHashTable *seen; /* junctions; borrowed */
  Spent *spent;
} Walk;

static gboolean
is_spent (const Spent *spent)
{
  return spent->links >= MOST_THROUGH_JUNCTIONS || spent->steps >= MOST_STEPS;
}

/* A way without heads goes as it is written: from what stands before its junction to what stands behind it, and not between
 * those that all stand behind it. What got no link so goes from what was declared first. */
static gboolean
is_meant (const Walk *walk, const Edge *last, gboolean last_forth, TbUid to)
{
  GHashTable *linked = walk->spent->linked;
  gboolean forth = tb_build_find (walk->m->build, walk->first->ends[0]) == walk->from;
  if (has_direction (walk->first) || has_direction (last))
    return !walk->spent->again;
  if (!walk->spent->again)
    return forth && last_forth;
  return forth != last_forth && walk->from < to
         && (!g_hash_table_contains (linked, GUINT_TO_POINTER (walk->from))
             || !g_hash_table_contains (linked, GUINT_TO_POINTER (to)));
}

static void
arrive (Walk *walk, const Edge *last, gboolean last_forth, TbUid to)
{
  if (to == 0 || to == walk->from || is_spent (walk->spent) || !is_meant (walk, last, last_forth, to))
    return;
  walk->spent->links++;
  if (!walk->spent->again)
    {
      g_hash_table_add (walk->spent->linked, GUINT_TO_POINTER (walk->from));
      g_hash_table_add (walk->spent->linked, GUINT_TO_POINTER (to));
    }
  tb_build_link (walk->m->build, walk->from, to, NULL, walk->first->label != NULL ? walk->first->label : last->label,
                 last->line);
}

/* From one junction along one edge; another junction on the way waits in next. */
static void
step (Walk *walk, const char *junction, const Edge *edge, GPtrArray *next)
{
  walk->spent->steps++;
  for (guint end = 0; end < 2; end++)
    {
      const char *other = edge->ends[!end];
      if (edge == walk->first || strcmp (edge->ends[end], junction) != 0 || !leads_from (edge, end))
        continue;
      if (!g_hash_table_contains (walk->m->junctions, other))
        arrive (walk, edge, end == 0, tb_build_find (walk->m->build, other));
      else if (g_hash_table_add (walk->seen, (gpointer) other))
        g_ptr_array_add (next, (gpointer) other);
    }
}

/* Everywhere that the edges of a junction lead, and of those that they lead to. */
static void
walk_from (Walk *walk, const char *junction)
{
  const GArray *edges = walk->m->edges;
  g_autoptr (GPtrArray) next = g_ptr_array_new ();
  g_ptr_array_add (next, (gpointer) junction);
  g_hash_table_add (walk->seen, (gpointer) junction);
  for (guint at = 0; at < next->len; at++)
    for (guint i = 0; i < edges->len && !is_spent (walk->spent); i++)
      step (walk, next->pdata[at], &g_array_index (edges, Edge, i), next);
}

static void
link_through (TbMermaid *m, const Edge *edge, Spent *spent)
{
  for (guint end = 0; end < 2; end++)
    {
      TbUid from = tb_build_find (m->build, edge->ends[end]);
      if (from == 0 || !g_hash_table_contains (m->junctions, edge->ends[!end]) || !leads_from (edge, end))
        continue;
      Walk walk = { m, from, edge, g_hash_table_new (g_str_hash, g_str_equal), spent };
      walk_from (&walk, edge->ends[!end]);
      g_hash_table_unref (walk.seen);
    }
}

/* Whether it is a service; else it is told. */
static gboolean
is_service (TbMermaid *m, const Edge *edge, guint end)
{
  TbUid uid = tb_build_find (m->build, edge->ends[end]);
  if (uid == 0)
    tb_build_drop (m->build, edge->line, "an arrow at %s, which is declared nowhere", edge->ends[end]);
  else if (is_group (m, uid))
    tb_build_drop (m->build, edge->line, "an arrow at the group %s: links join components", edge->ends[end]);
  return uid != 0 && !is_group (m, uid);
}

static void
link_directly (TbMermaid *m, const Edge *edge)
{
  guint from = edge->into[0] && !edge->into[1];
  if (!is_service (m, edge, 0) || !is_service (m, edge, 1))
    return;
  if (!has_direction (edge) && !m->told_direction)
    tb_build_assume (m->build, 0, edge->line, "arrows with no head, or two, are calls from the first to the second");
  m->told_direction |= !has_direction (edge);
  tb_build_link (m->build, tb_build_find (m->build, edge->ends[from]), tb_build_find (m->build, edge->ends[!from]), NULL,
                 edge->label, edge->line);
}

static void
tell_junctions (TbMermaid *m)
{
  guint n = g_hash_table_size (m->junctions);
  guint first = G_MAXUINT;
  GHashTableIter iter;
  gpointer line;
  g_hash_table_iter_init (&iter, m->junctions);
  while (g_hash_table_iter_next (&iter, NULL, &line))
    first = MIN (first, GPOINTER_TO_UINT (line));
  if (n > 0)
    tb_build_assume (m->build, 0, first, "%u junction%s: what meets there is linked directly", n, n == 1 ? "" : "s");
}

void
tb_mermaid_architecture_end (TbMermaid *m)
{
  g_autoptr (GHashTable) linked = g_hash_table_new (NULL, NULL);
  Spent spent = { .linked = linked };
  for (guint i = 0; i < m->edges->len; i++)
    {
      const Edge *edge = &g_array_index (m->edges, Edge, i);
      gboolean joins = g_hash_table_contains (m->junctions, edge->ends[0])
                       || g_hash_table_contains (m->junctions, edge->ends[1]);
      if (!joins)
        link_directly (m, edge);
      else if (!is_spent (&spent))
        link_through (m, edge, &spent);
    }
  spent.again = TRUE;
  for (guint i = 0; i < m->edges->len && g_hash_table_size (m->junctions) > 0 && !is_spent (&spent); i++)
    link_through (m, &g_array_index (m->edges, Edge, i), &spent);
  if (is_spent (&spent))
    tb_build_drop (m->build, 0, "of the links through junctions only %u are made", spent.links);
  if (m->edges->len > 0)
    tb_build_assume (m->build, 0, g_array_index (m->edges, Edge, 0).line,
                     "the sides (L, R, T, B) at which arrows meet boxes are left to the routing");
  tell_junctions (m);
  g_clear_pointer (&m->edges, g_array_unref);
  g_clear_pointer (&m->junctions, g_hash_table_unref);
}
