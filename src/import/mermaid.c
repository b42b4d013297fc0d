/* Mermaid: flowcharts, line by line, alone or in Markdown. Subgraphs become groups, shapes and classes kinds, a dotted
 * arrow a message. Looks (classDef, style, click …) are told as dropped. architecture-beta: mermaid-architecture.c. */
#include "mermaid-private.h"

#include <string.h>

#include "import-private.h"
#include "kinds.h"

int
tb_sniff_mermaid (const char *bytes, gsize size)
{
  static const struct
  {
    const char *word;
    int looks;
  } starts[] = { { "flowchart", 95 }, { "architecture-beta", 95 }, { "graph TD", 92 }, { "graph TB", 92 }, { "graph LR", 92 },
                 { "graph RL", 92 },  { "graph BT", 92 },          { "```mermaid", 90 } };
  g_autofree char *text = g_strndup (bytes, size);
  for (char *line = text, *end; line != NULL; line = end != NULL ? end + 1 : NULL)
    {
      end = strchr (line, '\n');
      const char *start = tb_mermaid_skip_blank (line);
      for (guint k = 0; k < G_N_ELEMENTS (starts); k++)
        if (g_str_has_prefix (start, starts[k].word))
          return starts[k].looks;
    }
  return 0;
}

/* ---- Words ----------------------------------------------------------------------------------- */

const char *
tb_mermaid_skip_blank (const char *p)
{
  while (*p == ' ' || *p == '\t' || *p == '\r')
    p++;
  return p;
}

char *
tb_mermaid_decode (const char *label, gsize n)
{
  static const struct
  {
    const char *name;
    char c;
  } names[] = { { "quot", '"' }, { "amp", '&' }, { "lt", '<' }, { "gt", '>' } };
  g_autofree char *raw = g_strstrip (g_strndup (label, n));
  gsize length = strlen (raw);
  gboolean quoted = length >= 2 && raw[0] == '"' && raw[length - 1] == '"';
  GString *out = g_string_new (NULL);
  for (const char *p = raw + quoted, *end = raw + length - quoted; p < end; p++)
    {
      const char *stop = *p == '#' || *p == '&' ? memchr (p, ';', (gsize) (end - p)) : NULL;
      const char *tag = *p == '<' ? memchr (p, '>', (gsize) (end - p)) : NULL;
      guint64 code = stop != NULL && *p == '#' ? g_ascii_strtoull (p + 1, NULL, 10) : 0;
      gboolean known = code > 0 && code < 0x10000 && g_unichar_validate ((gunichar) code);
      for (guint i = 0; stop != NULL && !known && i < G_N_ELEMENTS (names); i++)
        if (strncmp (p + 1, names[i].name, strlen (names[i].name)) == 0 && p + 1 + strlen (names[i].name) == stop)
          {
            code = (guchar) names[i].c;
            known = TRUE;
          }
      if (known)
        g_string_append_unichar (out, (gunichar) code);
      else
        g_string_append_c (out, tag != NULL ? ' ' : *p);
      p = known ? stop : tag != NULL ? tag : p;
    }
  return g_string_free (out, FALSE);
}

char *
tb_mermaid_id (const char *word)
{
  char *id = g_strdelimit (g_strdup (word), "_", '-');
  gsize n = strlen (id);
  if (n > 1 && id[n - 1] == '-')
    id[n - 1] = '\0';
  return id;
}

/* ---- Flowcharts ------------------------------------------------------------------------------ */

static const struct
{
  const char *open, *close, *shape;
} shapes[] = {
  { "(((", ")))", NULL }, { "([", "])", NULL },    { "[[", "]]", NULL },    { "[(", ")]", "cylinder" }, { "((", "))", NULL },
  { "{{", "}}", NULL },   { "[/", "]", NULL },     { "[\\", "]", NULL },    { ">", "]", NULL },         { "[", "]", NULL },
  { "(", ")", NULL },     { "{", "}", NULL },
};

static gboolean
is_link (const char *p)
{
  return (p[0] == '-' && (p[1] == '-' || p[1] == '.')) || (p[0] == '=' && p[1] == '=') || (p[0] == '~' && p[1] == '~');
}

static gsize
word_length (const char *p)
{
  gsize n = 0;
  while (p[n] != '\0' && strchr (" \t\r([{>}])&|<:;@\"", p[n]) == NULL && !is_link (p + n))
    n++;
  return n;
}

/* Behind a label in a shape; NULL where it does not close. */
static const char *
read_label (const char *p, const char *close, char **label)
{
  const char *quote = *p == '"' ? strchr (p + 1, '"') : NULL;
  const char *end = strstr (quote != NULL ? quote + 1 : p, close);
  if (end == NULL)
    return NULL;
  gsize n = (gsize) (end - p);
  if (quote != NULL)
    n = (gsize) (quote + 1 - p);
  else if (n > 0 && (p[n - 1] == '/' || p[n - 1] == '\\'))
    n--;
  *label = tb_mermaid_decode (p, n);
  return end + strlen (close);
}

static gboolean
role_of_class (const char *class, TbRole *role)
{
  for (guint i = 0; i < TB_N_ROLES; i++)
    if (g_strcmp0 (tb_role_name ((TbRole) i), class) == 0)
      {
        *role = (TbRole) i;
        return TRUE;
      }
  return FALSE;
}

/* The first subgraph that mentions it has it. */
static void
put_inside (TbMermaid *r, TbUid uid)
{
  const TbModel *model = tb_build_model (r->build);
  TbUid in = r->open->len > 0 ? GPOINTER_TO_UINT (r->open->pdata[r->open->len - 1]) : 0;
  const TbElement *container = in != 0 ? tb_model_get (model, in) : NULL;
  if (container == NULL)
    return;
  TbKind kind = tb_element_kind (container);
  TbProp prop = kind == TB_KIND_TIER ? TB_PROP_TIER : kind == TB_KIND_LAYER ? TB_PROP_LAYER : TB_PROP_GROUP;
  if (!tb_element_is_set (tb_model_get (model, uid), prop))
    tb_build_refer (r->build, uid, prop, in);
}

/* The component of that word, made where it is new; a label that comes later counts. */
static TbUid
take_node (TbMermaid *r, const char *word, const char *label, const char *shape, const char *class)
{
  g_autofree char *id = tb_mermaid_id (word);
  TbUid uid = tb_build_find (r->build, id);
  TbForeignKind kind = tb_foreign_kind (shape, NULL, label != NULL ? label : word);
  gboolean told = role_of_class (class, &kind.role);
  gboolean is_new = uid == 0;
  if (is_new)
    uid = tb_build_component (r->build, id, label != NULL ? label : word, kind.role, r->line);
  else if (tb_element_kind (tb_model_get (tb_build_model (r->build), uid)) != TB_KIND_COMPONENT)
    {
      tb_build_drop (r->build, r->line, "an arrow at the subgraph %s: links join components", word);
      return 0;
    }
  else if (label != NULL)
    tb_build_set (r->build, uid, TB_PROP_NAME, label, r->line);
  if (!is_new && (label != NULL || told))
    tb_build_set (r->build, uid, TB_PROP_KIND, tb_role_name (kind.role), r->line);
  if (uid != 0)
    put_inside (r, uid);
  return uid;
}

/* "id[label]:::class"; NULL where there is no node. */
static const char *
read_node (TbMermaid *r, const char *p, GArray *uids)
{
  p = tb_mermaid_skip_blank (p);
  gsize n = word_length (p);
  g_autofree char *word = g_strndup (p, n), *label = NULL, *class = NULL;
  const char *shape = NULL;
  if (n == 0)
    return NULL;
  p += n;
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (g_str_has_prefix (p, shapes[i].open))
      {
        shape = shapes[i].shape;
        p = read_label (p + strlen (shapes[i].open), shapes[i].close, &label);
        break;
      }
  if (p != NULL && g_str_has_prefix (p, "@{"))
    p = strchr (p, '}') != NULL ? strchr (p, '}') + 1 : NULL;
  if (p != NULL && g_str_has_prefix (p, ":::"))
    {
      n = word_length (p + 3);
      class = g_strndup (p + 3, n);
      p += 3 + n;
    }
  TbUid uid = p != NULL ? take_node (r, word, label, shape, class) : 0;
  g_array_append_val (uids, uid);
  return p;
}

/* "a & b". */
static const char *
read_nodes (TbMermaid *r, const char *p, GArray *uids)
{
  g_array_set_size (uids, 0);
  p = read_node (r, p, uids);
  while (p != NULL && *tb_mermaid_skip_blank (p) == '&')
    p = read_node (r, tb_mermaid_skip_blank (p) + 1, uids);
  return p;
}

/* "-->", "-. text .->", "==>|text|"; NULL where there is none. */
static const char *
read_arrow (const char *p, char **label, gboolean *async)
{
  p = tb_mermaid_skip_blank (p);
  p += *p == '<';
  if (!is_link (p))
    return NULL;
  gsize n = strspn (p, "-=.~");
  *async = memchr (p, '.', n) != NULL;
  gboolean headed = p[n] == '>' || ((p[n] == 'x' || p[n] == 'o') && (p[n + 1] == ' ' || p[n + 1] == '|'));
  const char *behind = p + n + headed;
  const char *text = tb_mermaid_skip_blank (behind);
  const char *again = text;
  while (!headed && n == 2 && *again != '\0' && !is_link (again) && !(again[0] == '.' && again[1] == '-'))
    again++;
  if (!headed && n == 2 && *again != '\0' && again > text)
    {
      *label = tb_mermaid_decode (text, (gsize) (again - text));
      behind = again + strspn (again, "-=.~");
      behind += *behind == '>';
    }
  text = tb_mermaid_skip_blank (behind);
  const char *bar = *text == '|' ? strchr (text + 1, '|') : NULL;
  if (bar == NULL)
    return behind;
  g_free (*label);
  *label = tb_mermaid_decode (text + 1, (gsize) (bar - text - 1));
  return bar + 1;
}

static void
read_chain (TbMermaid *r, const char *statement)
{
  g_autoptr (GArray) from = g_array_new (FALSE, FALSE, sizeof (TbUid)), to = g_array_new (FALSE, FALSE, sizeof (TbUid));
  const char *p = read_nodes (r, statement, from);
  while (p != NULL && *tb_mermaid_skip_blank (p) != '\0')
    {
      g_autofree char *label = NULL;
      gboolean async = FALSE;
      p = read_arrow (p, &label, &async);
      p = p != NULL ? read_nodes (r, p, to) : NULL;
      for (guint i = 0; p != NULL && i < from->len * to->len && i < 10000; i++)
        {
          TbUid link = tb_build_link (r->build, g_array_index (from, TbUid, i / to->len),
                                      g_array_index (to, TbUid, i % to->len), NULL, label, r->line);
          if (link != 0 && async)
            tb_build_set (r->build, link, TB_PROP_CALL, "async", r->line);
        }
      GArray *swap = from;
      from = to;
      to = swap;
    }
  if (p == NULL)
    tb_build_drop (r->build, r->line, "“%.60s” is no statement that is read here", statement);
}

static gboolean
is_group (const TbMermaid *r, TbUid uid)
{
  const TbElement *element = uid != 0 ? tb_model_get (tb_build_model (r->build), uid) : NULL;
  return element != NULL && tb_element_kind (element) == TB_KIND_GROUP;
}

static void
open_group (TbMermaid *r, const char *p)
{
  gsize n = word_length (p);
  const char *bracket = tb_mermaid_skip_blank (p + n);
  g_autofree char *label = NULL;
  gboolean titled = *bracket == '[' && read_label (bracket + 1, "]", &label) != NULL;
  g_autofree char *word = titled ? g_strndup (p, n) : tb_mermaid_decode (p, strlen (p));
  g_autofree char *id = tb_mermaid_id (word);
  TbUid parent = r->open->len > 0 ? GPOINTER_TO_UINT (r->open->pdata[r->open->len - 1]) : 0;
  TbKind level = (TbKind) GPOINTER_TO_UINT (g_hash_table_lookup (r->levels, id));
  TbUid uid = parent;
  if (r->open->len >= TB_MERMAID_DEEPEST || tb_build_find (r->build, id) != 0)
    tb_build_drop (r->build, r->line, "the subgraph %s: %s", word,
                   r->open->len >= TB_MERMAID_DEEPEST ? "it is too deep in others" : "there is something of that name already");
  else if (level != TB_KIND_NONE && r->open->len == 0)
    uid = tb_build_element (r->build, level, 0, id, titled ? label : word, r->line);
  else
    uid = tb_build_group (r->build, id, titled ? label : word, is_group (r, parent) ? parent : 0, r->line);
  g_ptr_array_add (r->open, GUINT_TO_POINTER (uid));
}

gboolean
tb_mermaid_begins (const char *p, const char *word)
{
  gsize n = strlen (word);
  return strncmp (p, word, n) == 0 && (p[n] == '\0' || p[n] == ' ' || p[n] == '\t');
}

/* "class a,b store": ids and the class. (transfer full), NULL where that is none. */
static char **
split_class (const char *statement, char **class)
{
  g_auto (GStrv) parts = g_strsplit (tb_mermaid_skip_blank (statement + strlen ("class")), " ", 2);
  if (g_strv_length (parts) != 2)
    return NULL;
  *class = g_strstrip (g_strdup (parts[1]));
  char **ids = g_strsplit (parts[0], ",", -1);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      char *word = ids[i];
      ids[i] = tb_mermaid_id (word);
      g_free (word);
    }
  return ids;
}

static TbKind
level_of_class (const char *class)
{
  return g_strcmp0 (class, "tier") == 0 ? TB_KIND_TIER : g_strcmp0 (class, "layer") == 0 ? TB_KIND_LAYER : TB_KIND_NONE;
}

/* A class that is called as a kind of component is that kind; any other is a look. */
static void
set_class (TbMermaid *r, const char *statement)
{
  g_autofree char *class = NULL;
  g_auto (GStrv) ids = split_class (statement, &class);
  TbRole role;
  if (level_of_class (class) != TB_KIND_NONE)
    return; /* find_levels() took it */
  if (!role_of_class (class, &role))
    tb_build_drop (r->build, r->line, "the class %s has no place here", class != NULL ? class : "");
  else
    for (guint i = 0; ids[i] != NULL; i++)
      {
        const TbElement *element = tb_model_get (tb_build_model (r->build), tb_build_find (r->build, ids[i]));
        if (element != NULL && tb_element_kind (element) == TB_KIND_COMPONENT)
          tb_build_set (r->build, tb_element_uid (element), TB_PROP_KIND, class, r->line);
      }
}

/* Before anything is made: which subgraphs are tiers, which layers. Our own export says so. */
static void
find_levels (TbMermaid *r, char **lines)
{
  for (guint l = 0; lines[l] != NULL; l++)
    {
      const char *line = tb_mermaid_skip_blank (lines[l]);
      g_autofree char *class = NULL;
      g_auto (GStrv) ids = tb_mermaid_begins (line, "class") ? split_class (line, &class) : NULL;
      for (guint i = 0; ids != NULL && level_of_class (class) != TB_KIND_NONE && ids[i] != NULL; i++)
        g_hash_table_replace (r->levels, g_strdup (ids[i]), GUINT_TO_POINTER (level_of_class (class)));
    }
}

static void
read_flow (TbMermaid *r, const char *p)
{
  static const char *const looks[] = { "classDef", "style", "linkStyle", "click", "accTitle:", "accDescr:" };
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    if (tb_mermaid_begins (p, looks[i]))
      {
        tb_build_drop (r->build, r->line, "%s has no place here", looks[i]);
        return;
      }
  if (tb_mermaid_begins (p, "class"))
    set_class (r, p);
  else if (tb_mermaid_begins (p, "subgraph"))
    open_group (r, tb_mermaid_skip_blank (p + strlen ("subgraph")));
  else if (tb_mermaid_begins (p, "end") && r->open->len > 0)
    g_ptr_array_set_size (r->open, (gint) r->open->len - 1);
  else if (!tb_mermaid_begins (p, "direction") && !tb_mermaid_begins (p, "end"))
    read_chain (r, p);
}

/* ---- The file -------------------------------------------------------------------------------- */

/* Statements of a line: ; parts them outside of quotes. */
static void
read_line (TbMermaid *r, char *line)
{
  gboolean quoted = FALSE;
  char *start = line;
  for (char *p = line;; p++)
    {
      quoted ^= *p == '"';
      if (*p != '\0' && (*p != ';' || quoted))
        continue;
      gboolean last = *p == '\0';
      *p = '\0';
      g_strstrip (start);
      if (*start != '\0' && r->edges != NULL)
        tb_mermaid_architecture_line (r, start);
      else if (*start != '\0')
        read_flow (r, start);
      if (last)
        return;
      start = p + 1;
    }
}

/* "title: …" of the front matter is the architecture's name; the rest of it is looks. */
static void
read_front (TbMermaid *r, const char *line)
{
  if (!g_str_has_prefix (line, "title:"))
    return;
  g_autofree char *plain = g_strcompress (tb_mermaid_skip_blank (line + strlen ("title:")));
  g_autofree char *title = tb_mermaid_decode (plain, strlen (plain));
  tb_build_set (r->build, tb_build_root (r->build), TB_PROP_NAME, title, r->line);
}

static gboolean
is_architecture (const char *line)
{
  return tb_mermaid_begins (line, "architecture-beta") || tb_mermaid_begins (line, "architecture");
}

static gboolean
is_head (const char *line)
{
  return tb_mermaid_begins (line, "flowchart") || tb_mermaid_begins (line, "graph") || is_architecture (line);
}

static gboolean
is_fence (const char *line)
{
  return g_str_has_prefix (line, "```") || g_str_has_prefix (line, "~~~");
}

static gboolean
is_mermaid_fence (const char *line)
{
  return is_fence (line) && g_str_has_prefix (tb_mermaid_skip_blank (line + 3), "mermaid");
}

/* A drawing is of one diagram; those that come after it in the same text are told. */
static void
tell_others (TbMermaid *r, char **lines, guint from)
{
  for (guint i = from; lines[i] != NULL; i++)
    if (is_mermaid_fence (tb_mermaid_skip_blank (lines[i])))
      tb_build_drop (r->build, i + 1, "another diagram of the same text is left out: save it as a file of its own");
}

/* Lines of the first diagram; in Markdown (fenced) those between its fences. Returns whether there is one. */
static gboolean
read_diagram (TbMermaid *r, char **lines, gboolean fenced)
{
  gboolean found = FALSE, inside = !fenced;
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);
      r->line = i + 1;
      if (fenced && is_fence (line))
        {
          if (found)
            {
              tell_others (r, lines, i + 1);
              break;
            }
          inside = !inside && is_mermaid_fence (line);
        }
      else if (inside && !found)
        {
          found = is_head (line);
          if (!found)
            read_front (r, line);
          else if (is_architecture (line))
            tb_mermaid_architecture_begin (r);
        }
      else if (inside && !g_str_has_prefix (line, "%%"))
        read_line (r, line);
    }
  if (r->edges != NULL)
    tb_mermaid_architecture_end (r);
  return found;
}

TbDocument *
tb_read_mermaid (const TbImportSource *source, TbProblems *dropped, GError **error)
{
  TbMermaid r = { .build = tb_build_new (source, "mermaid", dropped), .open = g_ptr_array_new (),
                  .levels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_auto (GStrv) lines = g_strsplit (source->bytes, "\n", -1);
  gboolean fenced = FALSE;
  for (guint i = 0; lines[i] != NULL && !fenced; i++)
    fenced = is_mermaid_fence (tb_mermaid_skip_blank (lines[i]));
  TbDocument *document = NULL;
  find_levels (&r, lines);
  if (read_diagram (&r, lines, fenced))
    document = tb_build_finish (g_steal_pointer (&r.build), error);
  else
    tb_import_fail (source, 0, 0, error, "it has no flowchart and no architecture-beta: those are the kinds of Mermaid "
                                         "diagram that are read here");
  g_clear_pointer (&r.build, tb_build_free);
  g_hash_table_unref (r.levels);
  g_ptr_array_unref (r.open);
  return document;
}
