/* Mermaid: flowcharts, line by line. Subgraphs become groups, shapes and classes kinds, a dotted arrow a message. Looks (classDef, style, click …) are told as dropped. */
#include "import-build.h"

#include <string.h>

#include "import-private.h"
#include "kinds.h"

#define DEEPEST 60

typedef struct
{
  TbImportBuild *build;
  GPtrArray *open; /* uids of open subgraphs */
  guint line;
} Reader;

int
tb_sniff_mermaid (const char *bytes, gsize size)
{
  static const struct
  {
    const char *word;
    int looks;
  } starts[] = { { "flowchart", 95 }, { "graph TD", 92 }, { "graph TB", 92 },
                 { "graph LR", 92 },  { "graph RL", 92 },          { "graph BT", 92 } };
  g_autofree char *text = g_strndup (bytes, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 200);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_strstrip (lines[i]);
      for (guint k = 0; k < G_N_ELEMENTS (starts); k++)
        if (g_str_has_prefix (lines[i], starts[k].word))
          return starts[k].looks;
    }
  return 0;
}

/* ---- Words ----------------------------------------------------------------------------------- */

static const char *
skip_blank (const char *p)
{
  while (*p == ' ' || *p == '\t' || *p == '\r')
    p++;
  return p;
}

/* #34; and #quot; are characters, tags are blanks, quotes around it go. (transfer full) */
static char *
decode (const char *label, gsize n)
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

/* Our own ids went out with _ for -. (transfer full) */
static char *
own_id (const char *word)
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
  *label = decode (p, n);
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

/* The component of that word, made where it is new; a label that comes later counts. */
static TbUid
take_node (Reader *r, const char *word, const char *label, const char *shape, const char *class)
{
  g_autofree char *id = own_id (word);
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
  if (uid != 0 && r->open->len > 0 && r->open->pdata[r->open->len - 1] != NULL
      && !tb_element_is_set (tb_model_get (tb_build_model (r->build), uid), TB_PROP_GROUP))
    tb_build_refer (r->build, uid, TB_PROP_GROUP, GPOINTER_TO_UINT (r->open->pdata[r->open->len - 1]));
  return uid;
}

/* "id[label]:::class"; NULL where there is no node. */
static const char *
read_node (Reader *r, const char *p, GArray *uids)
{
  p = skip_blank (p);
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
read_nodes (Reader *r, const char *p, GArray *uids)
{
  g_array_set_size (uids, 0);
  p = read_node (r, p, uids);
  while (p != NULL && *skip_blank (p) == '&')
    p = read_node (r, skip_blank (p) + 1, uids);
  return p;
}

/* "-->", "-. text .->", "==>|text|"; NULL where there is none. */
static const char *
read_arrow (const char *p, char **label, gboolean *async)
{
  p = skip_blank (p);
  p += *p == '<';
  if (!is_link (p))
    return NULL;
  gsize n = strspn (p, "-=.~");
  *async = memchr (p, '.', n) != NULL;
  gboolean headed = p[n] == '>' || ((p[n] == 'x' || p[n] == 'o') && (p[n + 1] == ' ' || p[n + 1] == '|'));
  const char *behind = p + n + headed;
  const char *text = skip_blank (behind);
  const char *again = text;
  while (!headed && n == 2 && *again != '\0' && !is_link (again) && !(again[0] == '.' && again[1] == '-'))
    again++;
  if (!headed && n == 2 && *again != '\0' && again > text)
    {
      *label = decode (text, (gsize) (again - text));
      behind = again + strspn (again, "-=.~");
      behind += *behind == '>';
    }
  text = skip_blank (behind);
  const char *bar = *text == '|' ? strchr (text + 1, '|') : NULL;
  if (bar == NULL)
    return behind;
  g_free (*label);
  *label = decode (text + 1, (gsize) (bar - text - 1));
  return bar + 1;
}

static void
read_chain (Reader *r, const char *statement)
{
  g_autoptr (GArray) from = g_array_new (FALSE, FALSE, sizeof (TbUid)), to = g_array_new (FALSE, FALSE, sizeof (TbUid));
  const char *p = read_nodes (r, statement, from);
  while (p != NULL && *skip_blank (p) != '\0')
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

static void
open_group (Reader *r, const char *p)
{
  gsize n = word_length (p);
  const char *bracket = skip_blank (p + n);
  g_autofree char *label = NULL;
  gboolean titled = *bracket == '[' && read_label (bracket + 1, "]", &label) != NULL;
  g_autofree char *word = titled ? g_strndup (p, n) : decode (p, strlen (p));
  g_autofree char *id = own_id (word);
  TbUid parent = r->open->len > 0 ? GPOINTER_TO_UINT (r->open->pdata[r->open->len - 1]) : 0;
  TbUid uid = r->open->len < DEEPEST && tb_build_find (r->build, id) == 0
                ? tb_build_group (r->build, id, titled ? label : word, parent, r->line) : parent;
  g_ptr_array_add (r->open, GUINT_TO_POINTER (uid));
}

static gboolean
begins (const char *p, const char *word)
{
  gsize n = strlen (word);
  return strncmp (p, word, n) == 0 && (p[n] == '\0' || p[n] == ' ' || p[n] == '\t');
}

static void
read_flow (Reader *r, const char *p)
{
  static const char *const looks[] = { "classDef", "class", "style", "linkStyle", "click", "accTitle:", "accDescr:" };
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    if (begins (p, looks[i]))
      {
        tb_build_drop (r->build, r->line, "%s has no place here", looks[i]);
        return;
      }
  if (begins (p, "subgraph"))
    open_group (r, skip_blank (p + strlen ("subgraph")));
  else if (begins (p, "end") && r->open->len > 0)
    g_ptr_array_set_size (r->open, (gint) r->open->len - 1);
  else if (!begins (p, "direction") && !begins (p, "end"))
    read_chain (r, p);
}

/* ---- The file -------------------------------------------------------------------------------- */

/* Statements of a line: ; parts them outside of quotes. */
static void
read_line (Reader *r, char *line)
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
      if (*start != '\0')
        read_flow (r, start);
      if (last)
        return;
      start = p + 1;
    }
}

/* Behind the front matter, whose title is the architecture's; lines are counted. */
static guint
read_front (Reader *r, char **lines)
{
  guint i = 0;
  while (lines[i] != NULL && *skip_blank (lines[i]) == '\0')
    i++;
  if (lines[i] == NULL || strncmp (lines[i], "---", 3) != 0)
    return i;
  for (i++; lines[i] != NULL && strncmp (lines[i], "---", 3) != 0; i++)
    if (g_str_has_prefix (lines[i], "title:"))
      {
        g_autofree char *plain = g_strcompress (skip_blank (lines[i] + strlen ("title:")));
        g_autofree char *title = decode (plain, strlen (plain));
        tb_build_set (r->build, tb_build_root (r->build), TB_PROP_NAME, title, i + 1);
      }
  return lines[i] != NULL ? i + 1 : i;
}

static gboolean
is_head (const char *line)
{
  return begins (line, "flowchart") || begins (line, "graph");
}

TbDocument *
tb_read_mermaid (const TbImportSource *source, TbProblems *dropped, GError **error)
{
  Reader r = { .build = tb_build_new (source, "mermaid", dropped), .open = g_ptr_array_new () };
  g_auto (GStrv) lines = g_strsplit (source->bytes, "\n", -1);
  gboolean found = FALSE, fenced = strstr (source->bytes, "```") != NULL;
  TbDocument *document = NULL;
  for (guint i = read_front (&r, lines); lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);
      r.line = i + 1;
      if (found && fenced && g_str_has_prefix (line, "```"))
        break;
      if (!found)
        found = is_head (line);
      else if (!g_str_has_prefix (line, "%%"))
        read_line (&r, line);
    }
  if (found)
    document = tb_build_finish (g_steal_pointer (&r.build), error);
  else
    tb_import_fail (source, 0, 0, error, "it has no flowchart: that is the kind of Mermaid diagram that is read here");
  g_clear_pointer (&r.build, tb_build_free);
  g_ptr_array_unref (r.open);
  return document;
}
