/* Structurizr workspaces: people, software systems and their containers, who calls whom, where it runs, views.
 *
 *   person                     client, tagged person
 *   system with containers     group; without: external, or a server where no system has containers
 *   container                  component, of the kind that its shape, technology or name says
 *   component of a container   runs inside it: its relationships are the container's
 *   relationship               link; Asynchronous: async; one that only repeats those below it: nothing
 *   group                      group
 *
 * What we wrote ourselves says the rest in properties (workspace-data.c). */
#include <string.h>

#include "import-private.h"
#include "kinds.h"
#include "workspace-private.h"

/* ---- Parts -------------------------------------------------------------------------------------------- */

const TbWorkspacePart *
tb_workspace_part (const TbWorkspace *w, const char *id)
{
  return id != NULL ? g_hash_table_lookup (w->parts, id) : NULL;
}

void
tb_workspace_add_part (TbWorkspace *w, const char *id, TbWorkspacePart part)
{
  if (id != NULL && !g_hash_table_contains (w->parts, id))
    g_hash_table_insert (w->parts, g_strdup (id), g_memdup2 (&part, sizeof part));
}

void
tb_workspace_take_relations (TbWorkspace *w, JsonObject *object)
{
  g_autoptr (GPtrArray) relations = tb_workspace_objects (object, "relationships");
  g_ptr_array_extend (w->relations, relations, NULL, NULL);
}

/* ---- What all elements have --------------------------------------------------------------------------- */

/* Those that Structurizr itself gives, and ours for its styles. */
static gboolean
is_given_tag (const char *tag)
{
  static const char *const given[] = { "Element", "Person", "Software System", "Container", "Component", "Relationship",
                                       "Deployment Node", "Infrastructure Node", "Container Instance",
                                       "Software System Instance", "Custom Element", "Asynchronous", "Synchronous", NULL };
  return g_strv_contains (given, tag) || g_str_has_prefix (tag, "Tierboard ");
}

static void
take_tags (TbWorkspace *w, TbUid uid, JsonObject *object)
{
  const char *tags = tb_workspace_string (object, "tags");
  g_auto (GStrv) list = g_strsplit (tags != NULL ? tags : "", ",", -1);
  for (guint i = 0; list[i] != NULL; i++)
    if (*g_strstrip (list[i]) != '\0' && !is_given_tag (list[i]))
      tb_build_tag (w->b, uid, list[i]);
}

/* The shape of the last of its tags that has one. */
static const char *
shape_of (TbWorkspace *w, JsonObject *object)
{
  const char *tags = tb_workspace_string (object, "tags"), *shape = NULL;
  g_auto (GStrv) list = g_strsplit (tags != NULL ? tags : "", ",", -1);
  for (guint i = 0; list[i] != NULL; i++)
    {
      const char *of_tag = g_hash_table_lookup (w->shapes, g_strstrip (list[i]));
      shape = of_tag != NULL ? of_tag : shape;
    }
  return shape;
}

static const char *
group_separator (TbWorkspace *w)
{
  JsonObject *model = tb_workspace_object (w->workspace, "model");
  const char *said = tb_workspace_string (tb_workspace_object (model, "properties"), "structurizr.groupSeparator");
  return said != NULL && *said != '\0' ? said : "/";
}

/* The group of a path, made where it is not there. */
static TbUid
find_group (TbWorkspace *w, const char *path, guint line)
{
  TbUid parent = 0;
  g_autoptr (GString) so_far = g_string_new ("group/");
  g_auto (GStrv) names = g_strsplit (path, group_separator (w), 16);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_string_append_printf (so_far, "/%s", names[i]);
      TbUid found = tb_build_find (w->b, so_far->str);
      parent = found != 0 ? found : tb_build_group (w->b, so_far->str, names[i], parent, line);
    }
  return parent;
}

static void
take_group (TbWorkspace *w, TbUid uid, JsonObject *object)
{
  const char *path = tb_workspace_string (object, "group");
  const TbElement *element = tb_model_get (tb_build_model (w->b), uid);
  if (path == NULL || *path == '\0' || tb_element_kind (element) != TB_KIND_COMPONENT)
    return;
  /* Ours is said by its id. */
  if (w->ours && tb_workspace_string (tb_workspace_object (object, "properties"), "tierboard.group") != NULL)
    return;
  tb_build_refer (w->b, uid, TB_PROP_GROUP, find_group (w, path, tb_workspace_line (w, object)));
}

static void
tell_properties (TbWorkspace *w, JsonObject *object, const char *what)
{
  JsonObject *properties = tb_workspace_object (object, "properties");
  g_autoptr (GList) members = properties != NULL ? json_object_get_members (properties) : NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  for (GList *l = members; l != NULL && names->len < 200; l = l->next)
    if (!g_str_has_prefix (l->data, "tierboard") && !g_str_has_prefix (l->data, "structurizr."))
      g_string_append_printf (names, "%s%.60s", names->len ? ", " : "", (char *) l->data);
  if (names->len)
    tb_build_drop (w->b, tb_workspace_line (w, properties), "the properties %s of %s have no place here", names->str, what);
}

void
tb_workspace_take_common (TbWorkspace *w, TbUid uid, JsonObject *object, const char *words, const char *what)
{
  guint line = tb_workspace_line (w, object);
  g_autofree char *known = g_strconcat ("id name description tags defaultTags url group properties relationships ", words, NULL);
  const TbPropSpec *description = tb_schema_prop (tb_element_kind (tb_model_get (tb_build_model (w->b), uid)),
                                                  TB_PROP_DESCRIPTION);
  if (description != NULL)
    tb_build_set (w->b, uid, TB_PROP_DESCRIPTION, tb_workspace_string (object, "description"), line);
  tb_build_set (w->b, uid, TB_PROP_HREF, tb_workspace_string (object, "url"), line);
  take_tags (w, uid, object);
  take_group (w, uid, object);
  tb_workspace_remember (w, uid, object);
  tell_properties (w, object, what);
  tb_workspace_tell_rest (w, object, known, what);
}

/* ---- Components --------------------------------------------------------------------------------------- */

static const char *
name_of (JsonObject *object)
{
  const char *name = tb_workspace_string (object, "name"), *id = tb_workspace_string (object, "id");
  return name != NULL && *name != '\0' ? name : id != NULL ? id : "unnamed";
}

/* kind: of its own, where something says one; else otherwise. */
static TbUid
take_component (TbWorkspace *w, JsonObject *object, TbRole otherwise, gboolean fixed, guint system, const char *words)
{
  const char *id = tb_workspace_string (object, "id"), *own = w->ours ? tb_workspace_own_id (object) : NULL;
  const char *technology = tb_workspace_string (object, "technology"), *name = name_of (object);
  guint line = tb_workspace_line (w, object);
  /* “PostgreSQL” is one word. */
  g_autofree char *small = technology != NULL ? g_ascii_strdown (technology, -1) : NULL;
  TbForeignKind kind = tb_foreign_kind (shape_of (w, object), small, name);
  TbRole role = fixed || !kind.known ? otherwise : kind.role;
  g_autofree char *foreign = own != NULL ? g_strdup (own) : g_strdup_printf ("element/%s", id != NULL ? id : "");
  g_autofree char *what = g_strdup_printf ("“%.80s”", name);
  TbUid uid = tb_build_component (w->b, foreign, name, role, line);
  if (uid == 0)
    return 0;
  tb_workspace_add_part (w, id, (TbWorkspacePart){ uid, system, FALSE });
  if (own == NULL && !fixed && kind.from_program)
    tb_build_set_template (w->b, uid, kind.template, line);
  tb_workspace_take_common (w, uid, object, words, what);
  /* What it is made of is worth a sentence, where none of the file's stands there. */
  const TbElement *element = tb_model_get (tb_build_model (w->b), uid);
  if (own == NULL && technology != NULL && !tb_element_is_set (element, TB_PROP_DESCRIPTION))
    tb_build_set (w->b, uid, TB_PROP_DESCRIPTION, technology, line);
  else if (own == NULL && technology != NULL && *technology != '\0')
    {
      g_autofree char *both = g_strdup_printf ("%s (%s)", tb_element_get (element, TB_PROP_DESCRIPTION), technology);
      tb_build_set (w->b, uid, TB_PROP_DESCRIPTION, both, line);
    }
  tb_workspace_take_relations (w, object);
  return uid;
}

/* What runs inside a container is no process of its own. */
static void
take_inner (TbWorkspace *w, JsonObject *container, TbUid uid, guint system)
{
  g_autoptr (GPtrArray) inner = tb_workspace_objects (container, "components");
  for (guint i = 0; i < inner->len; i++)
    {
      tb_workspace_add_part (w, tb_workspace_string (inner->pdata[i], "id"), (TbWorkspacePart){ uid, system, FALSE });
      tb_workspace_take_relations (w, inner->pdata[i]);
      tb_build_assume (w->b, uid, tb_workspace_line (w, inner->pdata[i]),
                       "“%.80s” runs inside “%.80s”: what it calls is called by that", name_of (inner->pdata[i]),
                       name_of (container));
    }
}

static void
take_containers (TbWorkspace *w, GPtrArray *containers, guint system, TbUid group)
{
  for (guint i = 0; i < containers->len; i++)
    {
      JsonObject *container = containers->pdata[i];
      TbUid uid = take_component (w, container, TB_ROLE_SERVER, FALSE, system, "technology components");
      const TbElement *element = tb_model_get (tb_build_model (w->b), uid);
      if (element != NULL && group != 0 && !tb_element_is_set (element, TB_PROP_GROUP))
        tb_build_refer (w->b, uid, TB_PROP_GROUP, group);
      if (element != NULL)
        take_inner (w, container, uid, system);
    }
}

/* A system that is drawn as what is in it: a group, unless it is the whole drawing. */
static void
take_system_with_containers (TbWorkspace *w, JsonObject *object, GPtrArray *containers)
{
  const char *id = tb_workspace_string (object, "id"), *name = name_of (object);
  g_autofree char *foreign = g_strdup_printf ("element/%s", id != NULL ? id : "");
  g_autofree char *what = g_strdup_printf ("“%.80s”", name);
  TbUid group = 0;
  if (w->n_with_containers > 1)
    {
      group = tb_build_group (w->b, foreign, name, 0, tb_workspace_line (w, object));
      if (group != 0)
        tb_workspace_take_common (w, group, object, "containers location", what);
    }
  tb_workspace_add_part (w, id, (TbWorkspacePart){ 0, w->n_systems, TRUE });
  tb_workspace_take_relations (w, object);
  take_containers (w, containers, w->n_systems, group);
}

static void
take_system (TbWorkspace *w, JsonObject *object)
{
  g_autoptr (GPtrArray) containers = tb_workspace_objects (object, "containers");
  w->n_systems++;
  if (containers->len > 0)
    take_system_with_containers (w, object, containers);
  else if (!w->ours || tb_workspace_own_id (object) != NULL)
    take_component (w, object, w->n_with_containers > 0 ? TB_ROLE_EXTERNAL : TB_ROLE_SERVER,
                    w->n_with_containers > 0, w->n_systems, "location containers");
}

static void
take_people (TbWorkspace *w, JsonObject *model)
{
  g_autoptr (GPtrArray) people = tb_workspace_objects (model, "people");
  for (guint i = 0; i < people->len; i++)
    {
      TbUid uid = take_component (w, people->pdata[i], TB_ROLE_CLIENT, TRUE, ++w->n_systems, "location");
      tb_build_tag (w->b, uid, "person");
    }
}

/* ---- Links -------------------------------------------------------------------------------------------- */

/* The protocol that a technology names, NULL where it names none that we speak. */
static const char *
protocol_of (const char *technology)
{
  static const struct
  {
    const char *word, *protocol;
  } words[] = { { "grpc", "grpc" },   { "http/2", "http2" }, { "http", "http" },         { "rest", "http" },
                { "mqtt", "mqtt" },   { "nats", "nats" },    { "kafka", "kafka" },       { "redis", "resp" },
                { "resp", "resp" },   { "postgres", "postgresql" }, { "udp", "udp" },    { "tcp", "tcp" } };
  g_autofree char *small = technology != NULL ? g_ascii_strdown (technology, -1) : NULL;
  for (guint i = 0; small != NULL && i < G_N_ELEMENTS (words); i++)
    if (strstr (small, words[i].word) != NULL)
      return words[i].protocol;
  return NULL;
}

static void
describe_link (TbWorkspace *w, TbUid link, JsonObject *relation, gboolean own)
{
  guint line = tb_workspace_line (w, relation);
  const char *technology = tb_workspace_string (relation, "technology"), *style = tb_workspace_string (relation, "interactionStyle");
  const char *protocol = own ? technology : protocol_of (technology);
  const char *tags = tb_workspace_string (relation, "tags");
  tb_build_set (w->b, link, TB_PROP_PROTOCOL, protocol, line);
  if (technology != NULL && g_strcmp0 (technology, protocol) != 0)
    tb_build_set (w->b, link, TB_PROP_DESCRIPTION, technology, line);
  if (g_strcmp0 (style, "Asynchronous") == 0 || (style == NULL && tags != NULL && strstr (tags, "Asynchronous") != NULL))
    tb_build_set (w->b, link, TB_PROP_CALL, "async", line);
  take_tags (w, link, relation);
  tb_build_set (w->b, link, TB_PROP_HREF, tb_workspace_string (relation, "url"), line);
  tb_workspace_remember (w, link, relation);
  tell_properties (w, relation, "a relationship");
  tb_workspace_tell_rest (w, relation,
                          "id sourceId destinationId description technology interactionStyle tags url properties "
                          "linkedRelationshipId defaultTags",
                          "a relationship");
}

/* Who calls whom between systems, of relationships that are drawn. */
static char *
systems_key (const TbWorkspacePart *from, const TbWorkspacePart *to)
{
  return g_strdup_printf ("%u>%u", from->system, to->system);
}

static GHashTable *
drawn_between_systems (TbWorkspace *w)
{
  GHashTable *drawn = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < w->relations->len; i++)
    {
      const TbWorkspacePart *from = tb_workspace_part (w, tb_workspace_string (w->relations->pdata[i], "sourceId"));
      const TbWorkspacePart *to = tb_workspace_part (w, tb_workspace_string (w->relations->pdata[i], "destinationId"));
      if (from != NULL && to != NULL && !from->is_system && !to->is_system)
        g_hash_table_add (drawn, systems_key (from, to));
    }
  return drawn;
}

static TbUid
make_link (TbWorkspace *w, JsonObject *relation, const TbWorkspacePart *from, const TbWorkspacePart *to, const char *own)
{
  const char *id = tb_workspace_string (relation, "id"), *label = tb_workspace_string (relation, "description");
  guint line = tb_workspace_line (w, relation);
  if (own == NULL)
    {
      g_autofree char *foreign = id != NULL ? g_strdup_printf ("relationship/%s", id) : NULL;
      const char *name = label != NULL && *label != '\0' ? label : NULL;
      return tb_build_link (w->b, from->uid, to->uid, name != NULL ? foreign : NULL, name, line);
    }
  TbUid link = tb_build_element (w->b, TB_KIND_LINK, 0, own, label, line);
  tb_build_refer (w->b, link, TB_PROP_FROM, from->uid);
  tb_build_refer (w->b, link, TB_PROP_TO, to->uid);
  return link;
}

static void
take_relation (TbWorkspace *w, JsonObject *relation, GHashTable *drawn, GHashTable *pairs)
{
  const char *id = tb_workspace_string (relation, "id"), *own = w->ours ? tb_workspace_own_id (relation) : NULL;
  const char *label = tb_workspace_string (relation, "description");
  guint line = tb_workspace_line (w, relation);
  const TbWorkspacePart *from = tb_workspace_part (w, tb_workspace_string (relation, "sourceId"));
  const TbWorkspacePart *to = tb_workspace_part (w, tb_workspace_string (relation, "destinationId"));
  if (tb_workspace_string (relation, "linkedRelationshipId") != NULL)
    return; /* repeats another one */
  if (from == NULL || to == NULL)
    {
      tb_build_drop (w->b, line, "a relationship “%.80s” to or from what is not drawn", label != NULL ? label : "");
      return;
    }
  g_autofree char *key = systems_key (from, to);
  if (from->is_system || to->is_system)
    {
      if (!g_hash_table_contains (drawn, key))
        tb_build_drop (w->b, line, "the relationship “%.80s”: it is a whole system's, of which none of its containers says it",
                       label != NULL ? label : "");
      return;
    }
  /* Of several between two containers' components one says enough. */
  g_autofree char *pair = g_strdup_printf ("%u>%u>%s", from->uid, to->uid, label != NULL ? label : "");
  if (from->uid == 0 || to->uid == 0 || (own == NULL && from->uid == to->uid)
      || (!g_hash_table_add (pairs, g_strdup (pair)) && own == NULL))
    return;
  TbUid link = make_link (w, relation, from, to, own);
  if (link == 0)
    return;
  if (id != NULL)
    g_hash_table_insert (w->links, g_strdup (id), GUINT_TO_POINTER (link));
  describe_link (w, link, relation, own != NULL);
}

static void
take_relationships (TbWorkspace *w)
{
  g_autoptr (GHashTable) drawn = drawn_between_systems (w);
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < w->relations->len; i++)
    take_relation (w, w->relations->pdata[i], drawn, pairs);
  /* What only repeats another is that one. */
  for (guint i = 0; i < w->relations->len; i++)
    {
      const char *id = tb_workspace_string (w->relations->pdata[i], "id");
      const char *of = tb_workspace_string (w->relations->pdata[i], "linkedRelationshipId");
      gpointer link = of != NULL ? g_hash_table_lookup (w->links, of) : NULL;
      if (id != NULL && link != NULL)
        g_hash_table_insert (w->links, g_strdup (id), link);
    }
}

/* ---- The workspace ------------------------------------------------------------------------------------ */

static void
learn_shapes (TbWorkspace *w)
{
  JsonObject *configuration = tb_workspace_object (tb_workspace_object (w->workspace, "views"), "configuration");
  g_autoptr (GPtrArray) styles = tb_workspace_objects (tb_workspace_object (configuration, "styles"), "elements");
  for (guint i = 0; i < styles->len; i++)
    {
      const char *tag = tb_workspace_string (styles->pdata[i], "tag"), *shape = tb_workspace_string (styles->pdata[i], "shape");
      if (tag != NULL && shape != NULL && strstr (shape, "Box") == NULL)
        g_hash_table_insert (w->shapes, (gpointer) tag, (gpointer) shape);
    }
}

static void
take_model (TbWorkspace *w, JsonObject *model)
{
  g_autoptr (GPtrArray) systems = tb_workspace_objects (model, "softwareSystems");
  g_autoptr (GPtrArray) custom = tb_workspace_objects (model, "customElements");
  for (guint i = 0; i < systems->len; i++)
    {
      g_autoptr (GPtrArray) containers = tb_workspace_objects (systems->pdata[i], "containers");
      w->n_with_containers += containers->len > 0;
    }
  tb_workspace_begin_data (w, model);
  take_people (w, model);
  for (guint i = 0; i < systems->len; i++)
    take_system (w, systems->pdata[i]);
  for (guint i = 0; i < custom->len; i++)
    take_component (w, custom->pdata[i], TB_ROLE_SERVER, FALSE, ++w->n_systems, "metadata");
  tb_workspace_deploy (w, model);
  take_relationships (w);
  tell_properties (w, model, "the model");
  tb_workspace_tell_rest (w, model, "people softwareSystems customElements deploymentNodes properties", "the model");
}

static void
take_workspace (TbWorkspace *w)
{
  JsonObject *model = tb_workspace_object (w->workspace, "model");
  TbUid root = tb_build_root (w->b);
  const char *name = tb_workspace_string (w->workspace, "name");
  w->ours = tb_workspace_string (tb_workspace_object (model, "properties"), "tierboard") != NULL;
  learn_shapes (w);
  tb_build_set (w->b, root, TB_PROP_NAME, name, tb_workspace_line (w, w->workspace));
  tb_build_set (w->b, root, TB_PROP_DESCRIPTION, tb_workspace_string (w->workspace, "description"), 0);
  take_model (w, model);
  tb_workspace_views (w, tb_workspace_object (w->workspace, "views"));
  tb_workspace_finish_data (w);
  tb_workspace_tell_rest (w, w->workspace, "id name description model views lastModifiedDate lastModifiedAgent revision "
                                           "version configuration properties",
                          "the workspace");
}

int
tb_sniff_structurizr (const char *bytes, gsize size)
{
  g_autofree char *text = g_strndup (bytes, size);
  const char *start = text + strspn (text, " \t\r\n");
  if (*start != '{' || strstr (text, "\"model\"") == NULL)
    return 0;
  gboolean parts = strstr (text, "\"softwareSystems\"") != NULL || strstr (text, "\"people\"") != NULL
                   || strstr (text, "\"deploymentNodes\"") != NULL;
  return parts ? 95 : 30;
}

static void
workspace_clear (TbWorkspace *w)
{
  g_clear_pointer (&w->parts, g_hash_table_unref);
  g_clear_pointer (&w->links, g_hash_table_unref);
  g_clear_pointer (&w->shapes, g_hash_table_unref);
  g_clear_pointer (&w->relations, g_ptr_array_unref);
  g_clear_pointer (&w->data, g_ptr_array_unref);
}

TbDocument *
tb_read_structurizr (const TbImportSource *source, TbProblems *dropped, GError **error)
{
  g_autoptr (GHashTable) lines = g_hash_table_new (NULL, NULL);
  g_autoptr (JsonParser) parser = tb_workspace_parse (source, lines, error);
  if (parser == NULL)
    return NULL;
  TbWorkspace w = { .workspace = json_node_get_object (json_parser_get_root (parser)), .lines = lines };
  if (tb_workspace_object (w.workspace, "model") == NULL)
    return tb_import_fail (source, 1, 0, error, "it is no workspace: it has no model");
  w.b = tb_build_new (source, "structurizr", dropped);
  w.parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  w.links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  w.shapes = g_hash_table_new (g_str_hash, g_str_equal);
  w.relations = g_ptr_array_new ();
  take_workspace (&w);
  workspace_clear (&w);
  return tb_build_finish (w.b, error);
}
