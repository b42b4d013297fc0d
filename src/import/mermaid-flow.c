/* Mermaid's flowcharts: nodes and arrows of a statement. What a subgraph is called may also stand where a node does: arrows
 * there end at a component of that name in it. Nodes without words are there to keep others apart, as ~~~ is: neither is
 * drawn. Subgraphs, classes and the like: mermaid-groups.c. */
#include "mermaid-private.h"

#include <string.h>

#include "html-text.h"
#include "kinds.h"

/* ---- Labels ---------------------------------------------------------------------------------- */

static const struct
{
  const char *open, *close, *shape;
  gboolean slanted;
} shapes[] = {
  { "(((", ")))", NULL, FALSE }, { "([", "])", NULL, FALSE },        { "[[", "]]", NULL, FALSE },
  { "[(", ")]", "cylinder", FALSE }, { "((", "))", NULL, FALSE },    { "{{", "}}", NULL, FALSE },
  { "[/", "]", NULL, TRUE },     { "[\\", "]", NULL, TRUE },         { ">", "]", NULL, FALSE },
  { "[", "]", NULL, FALSE },     { "(", ")", NULL, FALSE },          { "{", "}", NULL, FALSE },
};

static gboolean
is_link (const char *p)
{
  return (p[0] == '-' && (p[1] == '-' || p[1] == '.')) || (p[0] == '=' && p[1] == '=') || (p[0] == '~' && p[1] == '~');
}

gsize
tb_mermaid_word_length (const char *p)
{
  gsize n = 0;
  while (p[n] != '\0' && strchr (" \t\r\n([{>}])&|<:;@\"", p[n]) == NULL && !is_link (p + n))
    n++;
  return n;
}

const char *
tb_mermaid_read_label (const char *p, const char *close, gboolean slanted, char **label)
{
  const char *quote = *p == '"' ? strchr (p + 1, '"') : NULL;
  const char *end = strstr (quote != NULL ? quote + 1 : p, close);
  if (end == NULL)
    return NULL;
  gsize n = (gsize) (end - p);
  if (quote != NULL)
    n = (gsize) (quote + 1 - p);
  else if (slanted && n > 0 && (p[n - 1] == '/' || p[n - 1] == '\\'))
    n--;
  g_free (*label);
  *label = tb_mermaid_decode (p, n);
  return end + strlen (close);
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

typedef struct
{
  char *id, *label, *class;
  const char *shape;
} Node;

static void
node_clear (Node *node)
{
  g_free (node->id);
  g_free (node->label);
  g_free (node->class);
}

/* Of subgraphs that mention it the one that ends first has it: one that it is in already, and that is still open, ends
 * after the innermost. */
static gboolean
is_free (const TbMermaid *r, const TbElement *component, TbProp prop)
{
  const TbElement *in = tb_element_get_ref (tb_build_model (r->build), component, prop);
  gboolean is_open = FALSE;
  for (guint i = 0; in != NULL && i < r->open->len; i++)
    is_open |= GPOINTER_TO_UINT (r->open->pdata[i]) == tb_element_uid (in);
  return in == NULL || is_open;
}

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
  if (is_free (r, tb_model_get (model, uid), prop))
    tb_build_refer (r->build, uid, prop, in);
}

static TbForeignKind
kind_of (const Node *node, const char *word, gboolean *told)
{
  TbForeignKind kind = tb_foreign_kind (node->shape, NULL, node->label != NULL ? node->label : word);
  *told = tb_mermaid_role (node->class, &kind.role);
  if (!*told && !kind.known && node->class != NULL)
    kind = tb_foreign_kind (NULL, NULL, node->class);
  return kind;
}

static TbUid
make_node (TbMermaid *r, const Node *node, const char *word)
{
  gboolean told;
  g_autofree char *rest = NULL, *title = node->label != NULL ? tb_html_title (node->label, &rest) : g_strdup (word);
  TbForeignKind kind = kind_of (node, word, &told);
  TbUid uid = tb_build_find (r->build, node->id);
  gboolean is_new = uid == 0;
  if (is_new)
    uid = tb_build_component (r->build, node->id, title, kind.role, r->line);
  else if (node->label != NULL)
    tb_build_set (r->build, uid, TB_PROP_NAME, title, r->line);
  if (!is_new && (node->label != NULL || told))
    tb_build_set (r->build, uid, TB_PROP_KIND, tb_role_name (kind.role), r->line);
  tb_build_set (r->build, uid, TB_PROP_DESCRIPTION, rest, r->line);
  if (uid != 0)
    put_inside (r, uid);
  return uid;
}

/* Also one that began behind another statement of its line, which was not seen before the lines were read. */
static gboolean
is_subgraph (const TbMermaid *r, const char *id)
{
  const TbElement *element = tb_model_get (tb_build_model (r->build), tb_build_find (r->build, id));
  return g_hash_table_contains (r->subgraphs, id)
         || (element != NULL && tb_element_kind (element) != TB_KIND_COMPONENT);
}

/* The component of that word, made where it is new; a label that comes later counts. 0: nothing is drawn. */
static TbUid
take_node (TbMermaid *r, const Node *node, const char *word)
{
  if (is_subgraph (r, node->id))
    return tb_mermaid_gate (r, node->id);
  if (node->label != NULL && *node->label == '\0' && g_hash_table_add (r->nothing, g_strdup (node->id)))
    tb_build_drop (r->build, r->line, "%s: a node without words is decoration", word);
  return g_hash_table_contains (r->nothing, node->id) ? 0 : make_node (r, node, word);
}

/* "shape: cyl" of @{ }: those that say more than a box. */
static const char *
known_shape (const char *name)
{
  static const char *const words[][2] = { { "cyl", "cylinder" },         { "cylinder", "cylinder" }, { "database", "cylinder" },
                                          { "db", "cylinder" },          { "lin-cyl", "cylinder" },  { "disk", "cylinder" },
                                          { "lined-cylinder", "cylinder" }, { "bow-rect", "datastore" },
                                          { "stored-data", "datastore" }, { "das", "queue" },        { "h-cyl", "queue" },
                                          { "horizontal-cylinder", "queue" }, { "cloud", "cloud" } };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i][0], name) == 0)
      return words[i][1];
  return NULL;
}

/* "key: value" behind blanks and commas, the value quoted or up to a comma, line's end or brace. NULL: no more. */
static const char *
read_pair (const char *p, char **key, char **value)
{
  p += strspn (p, " \t\r\n,");
  gsize n = strspn (p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const char *colon = tb_mermaid_skip_blank (p + n);
  if (n == 0 || *colon != ':')
    return NULL;
  const char *start = tb_mermaid_skip_blank (colon + 1);
  const char *quote = *start == '"' ? strchr (start + 1, '"') : NULL;
  const char *end = quote != NULL ? quote + 1 : start + strcspn (start, ",\n}");
  *key = g_strndup (p, n);
  *value = tb_mermaid_decode (start, (gsize) (end - start));
  return end;
}

/* "{ shape: cyl, label: \"Orders\" }" behind an @; NULL where it does not close. says: whether it says anything of a node. */
static const char *
read_attributes (const char *p, Node *node, gboolean *says)
{
  char *key = NULL, *value = NULL;
  *says = FALSE;
  for (const char *next = read_pair (++p, &key, &value); next != NULL; next = read_pair (p, &key, &value))
    {
      p = next;
      *says |= strcmp (key, "animate") != 0 && strcmp (key, "animation") != 0 && strcmp (key, "curve") != 0;
      if (strcmp (key, "shape") == 0)
        node->shape = known_shape (value);
      if (strcmp (key, "label") == 0)
        {
          g_free (node->label);
          node->label = g_steal_pointer (&value);
        }
      g_clear_pointer (&key, g_free);
      g_clear_pointer (&value, g_free);
    }
  const char *close = strchr (p, '}');
  return close != NULL ? close + 1 : NULL;
}

static const char *
read_shape (const char *p, Node *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (g_str_has_prefix (p, shapes[i].open))
      {
        node->shape = shapes[i].shape;
        return tb_mermaid_read_label (p + strlen (shapes[i].open), shapes[i].close, shapes[i].slanted, &node->label);
      }
  return p;
}

/* "id[label]:::class", "id@{ shape: cyl }"; NULL where there is no node. */
static const char *
read_node (TbMermaid *r, const char *p, GArray *uids)
{
  p = tb_mermaid_skip_blank (p);
  gsize n = tb_mermaid_word_length (p);
  if (n == 0)
    return NULL;
  g_autofree char *word = g_strndup (p, n);
  Node node = { .id = tb_mermaid_id (word) };
  gboolean says = TRUE;
  p = read_shape (p + n, &node);
  if (p != NULL && g_str_has_prefix (p, "@{"))
    p = read_attributes (p + 1, &node, &says);
  if (p != NULL && g_str_has_prefix (p, ":::"))
    {
      n = tb_mermaid_word_length (p + 3);
      node.class = g_strndup (p + 3, n);
      p += 3 + n;
    }
  TbUid uid = p != NULL && says ? take_node (r, &node, word) : 0;
  if (!says)
    tb_build_drop (r->build, r->line, "how the arrow %s is drawn has no place here", word);
  g_array_append_val (uids, uid);
  node_clear (&node);
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

/* ---- Arrows ---------------------------------------------------------------------------------- */

typedef struct
{
  char *label;
  gboolean async, hidden;
} Arrow;

#define LONGEST_EDGE_NAME 200

/* Where an arrow begins, behind its name (e1@-->) and the head at its tail (o--, <--); NULL: nowhere. */
static const char *
arrow_start (const char *p)
{
  p = tb_mermaid_skip_blank (p);
  gsize n = strchr ("-=<~", *p) != NULL ? LONGEST_EDGE_NAME : 0; /* no name begins so */
  while (n < LONGEST_EDGE_NAME && p[n] != '\0' && strchr (" \t\n@", p[n]) == NULL)
    n++;
  if (n < LONGEST_EDGE_NAME && p[n] == '@' && p[n + 1] != '{')
    p += n + 1;
  p += *p == '<' || ((*p == 'o' || *p == 'x') && is_link (p + 1));
  return is_link (p) ? p : NULL;
}

/* "text -->" behind "--": where the text ends; NULL: there is none. */
static const char *
words_end (const char *text)
{
  const char *p = *text == '"' && strchr (text + 1, '"') != NULL ? strchr (text + 1, '"') : text;
  while (*p != '\0' && !is_link (p) && !(p[0] == '.' && p[1] == '-'))
    p++;
  return *p != '\0' && p > text ? p : NULL;
}

/* "-->", "-. text .->", "==>|text|"; NULL where there is none. */
static const char *
read_arrow (const char *p, Arrow *arrow)
{
  p = arrow_start (p);
  if (p == NULL)
    return NULL;
  gsize n = strspn (p, "-=.~");
  arrow->async = memchr (p, '.', n) != NULL;
  arrow->hidden = *p == '~';
  gboolean headed = p[n] == '>' || ((p[n] == 'x' || p[n] == 'o') && (p[n + 1] == ' ' || p[n + 1] == '|'));
  const char *behind = p + n + headed;
  const char *text = tb_mermaid_skip_blank (behind), *end = !headed && n == 2 ? words_end (text) : NULL;
  if (end != NULL)
    {
      arrow->label = tb_mermaid_decode (text, (gsize) (end - text));
      behind = end + strspn (end, "-=.~");
      behind += *behind == '>' || ((*behind == 'x' || *behind == 'o') && behind[1] == ' ');
    }
  text = tb_mermaid_skip_blank (behind);
  const char *quote = text[0] == '|' && text[1] == '"' ? strchr (text + 2, '"') : NULL;
  const char *bar = *text == '|' ? strchr (quote != NULL ? quote : text + 1, '|') : NULL;
  if (bar == NULL)
    return behind;
  g_free (arrow->label);
  arrow->label = tb_mermaid_decode (text + 1, (gsize) (bar - text - 1));
  return bar + 1;
}

static void
link_all (TbMermaid *r, const GArray *from, const GArray *to, const Arrow *arrow)
{
  for (guint i = 0; i < from->len * to->len && i < 10000; i++)
    {
      TbUid link = tb_build_link (r->build, g_array_index (from, TbUid, i / to->len),
                                  g_array_index (to, TbUid, i % to->len), NULL, arrow->label, r->line);
      if (link != 0 && arrow->async)
        tb_build_set (r->build, link, TB_PROP_CALL, "async", r->line);
    }
}

/* Outside of quotes. */
static gboolean
has_arrow (const char *statement)
{
  gboolean quoted = FALSE;
  for (const char *p = statement; *p != '\0'; p++)
    {
      quoted ^= *p == '"';
      if (!quoted && is_link (p))
        return TRUE;
    }
  return FALSE;
}

void
tb_mermaid_chain (TbMermaid *r, const char *statement)
{
  g_autoptr (GArray) from = g_array_new (FALSE, FALSE, sizeof (TbUid)), to = g_array_new (FALSE, FALSE, sizeof (TbUid));
  r->linking = has_arrow (statement);
  const char *p = read_nodes (r, statement, from);
  while (p != NULL && *tb_mermaid_skip_blank (p) != '\0')
    {
      Arrow arrow = { NULL, FALSE, FALSE };
      p = read_arrow (p, &arrow);
      p = p != NULL ? read_nodes (r, p, to) : NULL;
      if (p != NULL && !arrow.hidden)
        link_all (r, from, to, &arrow);
      g_free (arrow.label);
      GArray *swap = from;
      from = to;
      to = swap;
    }
  if (p == NULL)
    tb_mermaid_unread (r, statement);
}
