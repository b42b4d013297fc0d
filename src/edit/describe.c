/* Elements in words: what a screen reader says of each. */
#include "editor-private.h"

#include <string.h>

#define NAMES_MAX 4 /* of the called; a sentence is no list */

/* ---- Links of components --------------------------------------------------------------------- */

static void
free_links_of (gpointer data)
{
  TbLinksOf *links = data;
  g_array_unref (links->out);
  g_array_unref (links->in);
  g_free (links);
}

static TbLinksOf *
links_at (GHashTable *by_id, const char *id)
{
  TbLinksOf *links = g_hash_table_lookup (by_id, id);
  if (links != NULL)
    return links;
  links = g_new (TbLinksOf, 1);
  links->out = g_array_new (FALSE, FALSE, sizeof (TbUid));
  links->in = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_hash_table_insert (by_id, g_strdup (id), links);
  return links;
}

static GHashTable *
read_links (const TbModel *model)
{
  GHashTable *by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_links_of);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const char *from = tb_element_get (link, TB_PROP_FROM), *to = tb_element_get (link, TB_PROP_TO);
      TbUid uid = tb_element_uid (link);
      if (from != NULL)
        g_array_append_val (links_at (by_id, from)->out, uid);
      if (to != NULL)
        g_array_append_val (links_at (by_id, to)->in, uid);
    }
  return by_id;
}

const TbLinksOf *
tb_editor_links_of (TbEditor *editor, const TbElement *component)
{
  if (editor->links_of == NULL)
    editor->links_of = read_links (tb_editor_model (editor));
  return g_hash_table_lookup (editor->links_of, tb_element_id (component));
}

/* ---- Components ------------------------------------------------------------------------------ */

/* "Data servers tier", but "Web tier" as it is. */
static void
append_home (TbEditor *editor, const TbElement *element, TbProp prop, const char *kind,
             GString *words)
{
  const char *ids = tb_element_get (element, prop);
  g_auto (GStrv) split = g_strsplit_set (ids ? ids : "", " \t\n", -1);
  for (guint i = 0; split[i] != NULL; i++)
    {
      const TbElement *home = tb_model_lookup (tb_editor_model (editor), split[i]);
      if (home == NULL)
        continue;
      g_autofree char *folded = g_utf8_casefold (tb_element_title (home), -1);
      g_string_append_printf (words, ", %s%s", tb_element_title (home),
                              g_str_has_suffix (folded, kind + 1) ? "" : kind);
    }
}

static void
append_names (TbEditor *editor, const GArray *links, TbProp end, const char *verb, GString *words)
{
  guint named = 0;
  for (guint i = 0; i < links->len; i++)
    {
      const TbElement *link = tb_editor_element (editor, g_array_index (links, TbUid, i));
      const TbElement *other
          = link ? tb_element_get_ref (tb_editor_model (editor), link, end) : NULL;
      if (other == NULL)
        continue;
      if (named == NAMES_MAX)
        {
          g_string_append_printf (words, " and %u more", links->len - i);
          return;
        }
      g_string_append_printf (words, "%s%s", named ? ", " : verb, tb_element_title (other));
      named++;
    }
}

static void
describe_component (TbEditor *editor, const TbElement *c, GString *words)
{
  const TbLinksOf *links = tb_editor_links_of (editor, c);
  const char *state = tb_element_get (c, TB_PROP_STATE);
  g_string_append (words, tb_role_name (tb_component_role (c)));
  if (state != NULL)
    g_string_append_printf (words, ", %s", state);
  if (tb_element_get_boolean (c, TB_PROP_DURABLE))
    g_string_append (words, ", durable");
  if (tb_component_replicas (c) > 1)
    g_string_append_printf (words, ", %u replicas", tb_component_replicas (c));
  append_home (editor, c, TB_PROP_TIER, " tier", words);
  append_home (editor, c, TB_PROP_LAYER, " layer", words);
  append_home (editor, c, TB_PROP_GROUP, " group", words);
  if (links != NULL)
    {
      append_names (editor, links->out, TB_PROP_TO, "; calls ", words);
      append_names (editor, links->in, TB_PROP_FROM, "; called by ", words);
    }
}

/* ---- Links and containers -------------------------------------------------------------------- */

static void
link_name (TbEditor *editor, const TbElement *link, GString *words)
{
  const TbModel *model = tb_editor_model (editor);
  const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
  const TbElement *to = tb_element_get_ref (model, link, TB_PROP_TO);
  g_string_append_printf (words, "Link from %s to %s", from ? tb_element_title (from) : "nothing",
                          to ? tb_element_title (to) : "nothing");
}

static void
describe_link (TbEditor *editor, const TbElement *link, GString *words)
{
  const TbModel *model = tb_editor_model (editor);
  gboolean async = g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0;
  const TbElement *service = tb_link_service (model, link);
  const TbElement *via = tb_element_get_ref (model, link, TB_PROP_VIA);
  const char *carries = tb_element_get (link, TB_PROP_CARRIES);
  const char *timeout = tb_element_get (link, TB_PROP_TIMEOUT);
  g_string_append (words, async ? "asynchronous" : "synchronous");
  if (service && tb_element_get (service, TB_PROP_PROTOCOL))
    g_string_append_printf (words, ", %s", tb_element_get (service, TB_PROP_PROTOCOL));
  if (via != NULL)
    g_string_append_printf (words, ", via %s", tb_element_title (via));
  if (carries != NULL)
    g_string_append_printf (words, ", carries %s", carries);
  if (timeout != NULL)
    g_string_append_printf (words, ", timeout %s", timeout);
}

static guint
count_members (TbEditor *editor, const TbElement *container)
{
  static const TbProp props[TB_N_KINDS] = { [TB_KIND_TIER] = TB_PROP_TIER,
                                            [TB_KIND_LAYER] = TB_PROP_LAYER,
                                            [TB_KIND_GROUP] = TB_PROP_GROUP,
                                            [TB_KIND_MIDDLEWARE] = TB_PROP_MIDDLEWARE };
  const TbModel *model = tb_editor_model (editor);
  TbProp prop = props[tb_element_kind (container)];
  guint n = tb_model_count (model, TB_KIND_COMPONENT), members = 0;
  for (guint i = 0; prop && i < n; i++)
    {
      const TbElement *c = tb_model_nth (model, TB_KIND_COMPONENT, i);
      g_auto (GStrv) ids = g_strsplit_set (tb_element_get (c, prop) ?: "", " \t\n", -1);
      members += g_strv_contains ((const char *const *) ids, tb_element_id (container));
    }
  return members;
}

static guint
count_links_over (TbEditor *editor, const TbElement *middleware)
{
  const TbModel *model = tb_editor_model (editor);
  guint links = 0;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    links += tb_element_get_ref (model, tb_model_nth (model, TB_KIND_LINK, i), TB_PROP_VIA)
             == middleware;
  return links;
}

static void
append_count (GString *words, guint n, const char *what)
{
  if (words->len > 0)
    g_string_append (words, ", ");
  g_string_append_printf (words, "%u %s%s", n, what, n == 1 ? "" : "s");
}

/* What is in a container; of middleware also the links that go over it. */
static void
describe_container (TbEditor *editor, const TbElement *element, GString *words)
{
  TbKind kind = tb_element_kind (element);
  guint members = count_members (editor, element), devices = 0;
  for (guint i = 0; i < tb_element_n_children (element); i++)
    devices += tb_element_kind (tb_element_child (element, i)) == TB_KIND_DEVICE;
  if (kind != TB_KIND_MIDDLEWARE || members)
    append_count (words, members, "component");
  if (kind == TB_KIND_MIDDLEWARE)
    append_count (words, count_links_over (editor, element), "link");
  if (devices)
    append_count (words, devices, "device");
}

/* ---- All ------------------------------------------------------------------------------------- */

char *
tb_editor_details (TbEditor *editor, TbUid uid)
{
  const TbElement *element = tb_editor_element (editor, uid);
  GString *words = g_string_new (NULL);
  if (element == NULL)
    return g_string_free (words, FALSE);
  TbKind kind = tb_element_kind (element);
  if (kind == TB_KIND_COMPONENT)
    describe_component (editor, element, words);
  else if (kind == TB_KIND_LINK)
    describe_link (editor, element, words);
  else if (kind == TB_KIND_LAYER || kind == TB_KIND_TIER || kind == TB_KIND_GROUP
           || kind == TB_KIND_MIDDLEWARE)
    describe_container (editor, element, words);
  else
    g_string_append (words, tb_schema_kind (kind)->label);
  return g_string_free (words, FALSE);
}

/* The name that stands before the details: a link is called by its ends. */
static char *
spoken_name (TbEditor *editor, const TbElement *element)
{
  TbKind kind = tb_element_kind (element);
  GString *words = g_string_new (NULL);
  if (kind == TB_KIND_LINK)
    link_name (editor, element, words);
  else if (kind == TB_KIND_NOTE)
    g_string_append_printf (words, "Note: %s", tb_element_get (element, TB_PROP_TEXT) ?: "");
  else if (kind == TB_KIND_COMPONENT)
    g_string_append (words, tb_element_title (element));
  else
    g_string_append_printf (words, "%s %s", tb_schema_kind (kind)->label,
                            tb_element_title (element));
  return g_string_free (words, FALSE);
}

char *
tb_editor_spoken_name (TbEditor *editor, TbUid uid)
{
  const TbElement *element = tb_editor_element (editor, uid);
  if (element == NULL)
    return g_strdup ("");
  return tb_element_kind (element) == TB_KIND_LINK ? spoken_name (editor, element)
                                                   : g_strdup (tb_element_title (element));
}

char *
tb_editor_describe (TbEditor *editor, TbUid uid)
{
  const TbElement *element = tb_editor_element (editor, uid);
  if (element == NULL)
    return g_strdup ("");
  g_autofree char *name = spoken_name (editor, element);
  if (tb_element_kind (element) == TB_KIND_NOTE)
    return g_steal_pointer (&name);
  g_autofree char *details = tb_editor_details (editor, uid);
  return g_strdup_printf ("%s, %s", name, details);
}
