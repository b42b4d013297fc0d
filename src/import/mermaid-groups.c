/* Mermaid's flowcharts: subgraphs, which become groups (or tiers and layers, where our own export says so), classes, and
 * what is told as dropped. */
#include "mermaid-private.h"

#include <string.h>

static gboolean
is_group (const TbMermaid *r, TbUid uid)
{
  const TbElement *element = uid != 0 ? tb_model_get (tb_build_model (r->build), uid) : NULL;
  return element != NULL && tb_element_kind (element) == TB_KIND_GROUP;
}

/* "id[Title]", "Some words": the word, and the title where it has one of its own. (transfer full) both */
static char *
read_head (const char *p, char **title)
{
  gsize n = tb_mermaid_word_length (p);
  const char *bracket = tb_mermaid_skip_blank (p + n);
  gboolean titled = *bracket == '[' && tb_mermaid_read_label (bracket + 1, "]", FALSE, title) != NULL;
  return titled ? g_strndup (p, n) : tb_mermaid_decode (p, strlen (p));
}

static const char *
behind_subgraph (const char *line)
{
  const char *p = tb_mermaid_skip_blank (line);
  return tb_mermaid_begins (p, "subgraph") ? tb_mermaid_skip_blank (p + strlen ("subgraph")) : NULL;
}

/* ---- Before anything is made ----------------------------------------------------------------- */

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

static void
note_levels (TbMermaid *r, const char *line)
{
  g_autofree char *class = NULL;
  g_auto (GStrv) ids = tb_mermaid_begins (line, "class") ? split_class (line, &class) : NULL;
  for (guint i = 0; ids != NULL && level_of_class (class) != TB_KIND_NONE && ids[i] != NULL; i++)
    g_hash_table_replace (r->levels, g_strdup (ids[i]), GUINT_TO_POINTER (level_of_class (class)));
}

void
tb_mermaid_flow_begin (TbMermaid *r, char **lines)
{
  for (guint l = 0; lines[l] != NULL && !tb_mermaid_is_fence (tb_mermaid_skip_blank (lines[l])); l++)
    {
      g_autofree char *title = NULL, *line = g_strstrip (g_strdup (lines[l]));
      const char *head = behind_subgraph (line);
      g_autofree char *word = head != NULL ? read_head (head, &title) : NULL;
      if (word != NULL)
        g_hash_table_add (r->subgraphs, tb_mermaid_id (word));
      note_levels (r, line);
    }
}

/* ---- Subgraphs ------------------------------------------------------------------------------- */

TbUid
tb_mermaid_gate (TbMermaid *r, const char *id)
{
  TbUid group = tb_build_find (r->build, id), in = r->open->len > 0 ? GPOINTER_TO_UINT (r->open->pdata[r->open->len - 1]) : 0;
  if (!r->linking)
    {
      /* Mentioned in another one it lies there. */
      if (in != group && is_group (r, in))
        g_hash_table_insert (r->parents, g_strdup (id), GUINT_TO_POINTER (in));
      return 0;
    }
  TbUid gate = GPOINTER_TO_UINT (g_hash_table_lookup (r->gates, id));
  if (gate != 0)
    return gate;
  g_autofree char *foreign = g_strconcat (id, "-gate", NULL);
  const TbElement *element = is_group (r, group) ? tb_model_get (tb_build_model (r->build), group) : NULL;
  const char *title = element != NULL ? tb_element_title (element) : id;
  gate = tb_build_component (r->build, foreign, title, TB_ROLE_SERVER, r->line);
  g_hash_table_insert (r->gates, g_strdup (id), GUINT_TO_POINTER (gate));
  if (element != NULL)
    tb_build_refer (r->build, gate, TB_PROP_GROUP, group);
  tb_build_assume (r->build, gate, r->line, "arrows end at the subgraph %s: a component of that name in it takes them", id);
  return gate;
}

/* What was linked before it was there. */
static void
take_gate (TbMermaid *r, TbUid group, const char *id, const char *title)
{
  TbUid gate = GPOINTER_TO_UINT (g_hash_table_lookup (r->gates, id));
  tb_build_refer (r->build, gate, TB_PROP_GROUP, group);
  tb_build_set (r->build, gate, TB_PROP_NAME, title, r->line);
}

static TbUid
make_container (TbMermaid *r, const char *id, const char *title, TbUid parent)
{
  TbKind level = (TbKind) GPOINTER_TO_UINT (g_hash_table_lookup (r->levels, id));
  TbUid mentioned = GPOINTER_TO_UINT (g_hash_table_lookup (r->parents, id));
  if (level != TB_KIND_NONE && r->open->len == 0)
    return tb_build_element (r->build, level, 0, id, title, r->line);
  TbUid in = is_group (r, parent) ? parent : mentioned;
  TbUid uid = tb_build_group (r->build, id, title, in, r->line);
  take_gate (r, uid, id, title);
  return uid;
}

static void
open_group (TbMermaid *r, const char *head)
{
  g_autofree char *title = NULL, *word = read_head (head, &title), *id = tb_mermaid_id (word);
  TbUid parent = r->open->len > 0 ? GPOINTER_TO_UINT (r->open->pdata[r->open->len - 1]) : 0;
  TbUid uid = tb_build_find (r->build, id);
  if (r->open->len >= TB_MERMAID_DEEPEST || (uid != 0 && !is_group (r, uid)))
    {
      tb_build_drop (r->build, r->line, "the subgraph %s: %s", word,
                     uid == 0 ? "it is too deep in others" : "there is something of that name already");
      uid = parent;
    }
  else if ((title != NULL && *title == '\0') || *word == '\0')
    {
      tb_build_assume (r->build, 0, r->line, "the subgraph %s has no words: what is in it lies in what is round it", word);
      uid = parent;
    }
  else if (uid == 0)
    uid = make_container (r, id, title != NULL ? title : word, parent);
  g_ptr_array_add (r->open, GUINT_TO_POINTER (uid));
}

/* ---- Other statements ------------------------------------------------------------------------ */

gboolean
tb_mermaid_role (const char *class, TbRole *role)
{
  for (guint i = 0; i < TB_N_ROLES; i++)
    if (g_strcmp0 (tb_role_name ((TbRole) i), class) == 0)
      {
        *role = (TbRole) i;
        return TRUE;
      }
  return FALSE;
}

static TbUid
find_component (const TbMermaid *r, const char *id)
{
  const TbElement *element = tb_model_get (tb_build_model (r->build), tb_build_find (r->build, id));
  return element != NULL && tb_element_kind (element) == TB_KIND_COMPONENT ? tb_element_uid (element) : 0;
}

/* A class that is called as a kind of component is that kind; any other is a look. */
static void
set_class (TbMermaid *r, const char *statement)
{
  g_autofree char *class = NULL;
  g_auto (GStrv) ids = split_class (statement, &class);
  TbRole role;
  if (level_of_class (class) != TB_KIND_NONE)
    return; /* tb_mermaid_flow_begin() took it */
  if (!tb_mermaid_role (class, &role))
    tb_build_drop (r->build, r->line, "the class %s has no place here", class != NULL ? class : "");
  else
    for (guint i = 0; ids[i] != NULL; i++)
      tb_build_set (r->build, find_component (r, ids[i]), TB_PROP_KIND, class, r->line);
}

/* "click a href "https://…" "words"": an address is the component's, a script nothing. */
static void
set_click (TbMermaid *r, const char *statement)
{
  const char *p = tb_mermaid_skip_blank (statement + strlen ("click"));
  gsize n = tb_mermaid_word_length (p);
  g_autofree char *word = g_strndup (p, n), *id = tb_mermaid_id (word);
  p = tb_mermaid_skip_blank (p + n);
  p = tb_mermaid_begins (p, "href") ? tb_mermaid_skip_blank (p + strlen ("href")) : p;
  const char *end = *p == '"' ? strchr (p + 1, '"') : NULL;
  g_autofree char *address = end != NULL ? tb_mermaid_decode (p, (gsize) (end + 1 - p)) : NULL;
  TbUid uid = find_component (r, id);
  if (address == NULL || uid == 0 || !tb_build_set (r->build, uid, TB_PROP_HREF, address, r->line))
    tb_build_drop (r->build, r->line, "click has no place here");
}

void
tb_mermaid_flow_line (TbMermaid *r, const char *p)
{
  static const char *const looks[] = { "classDef", "style", "linkStyle", "accTitle:", "accDescr:", "accTitle", "accDescr" };
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    if (tb_mermaid_begins (p, looks[i]))
      {
        tb_build_drop (r->build, r->line, "%s has no place here", looks[i]);
        return;
      }
  const char *head = behind_subgraph (p);
  if (tb_mermaid_begins (p, "class"))
    set_class (r, p);
  else if (tb_mermaid_begins (p, "click"))
    set_click (r, p);
  else if (head != NULL)
    open_group (r, head);
  else if (tb_mermaid_begins (p, "end") && r->open->len > 0)
    g_ptr_array_set_size (r->open, (gint) r->open->len - 1);
  else if (!tb_mermaid_begins (p, "direction") && !tb_mermaid_begins (p, "end"))
    tb_mermaid_chain (r, p);
}
