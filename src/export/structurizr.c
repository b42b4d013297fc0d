/* A drawing as a Structurizr workspace: the system with its containers, what lies outside, who calls whom, and where it
 * runs. What C4 has no name for goes along as properties of the element that it is of (tb_structurizr_flatten()), so that it
 * comes back, and stays whatever somebody changes there.
 *
 *   architecture          workspace with one software system of that name
 *   component             container; external: software system; tagged person: person
 *   link                  relationship within the caller; async: interactionStyle Asynchronous
 *   group                 group, as a path of names
 *   tier, device, replica deployment nodes, and an instance a replica
 *   interaction           dynamic view
 *   layer, middleware, note, scenario, style …   properties of the model */
#include "structurizr-private.h"
#include "tb-deployment.h"

#include <math.h>
#include <string.h>

#define SYSTEM_ID 1
#define ENVIRONMENT "Default"
#define SEPARATOR "/"

static const TbProp of_component[] = { TB_PROP_NAME, TB_PROP_DESCRIPTION, TB_PROP_TAGS, TB_PROP_HREF, TB_PROP_NONE };
static const TbProp of_link[] = { TB_PROP_NAME, TB_PROP_TAGS, TB_PROP_HREF, TB_PROP_FROM, TB_PROP_TO, TB_PROP_PROTOCOL,
                                  TB_PROP_NONE };
static const TbProp of_node[] = { TB_PROP_NAME, TB_PROP_DESCRIPTION, TB_PROP_TAGS, TB_PROP_HREF, TB_PROP_NONE };

/* ---- Members ------------------------------------------------------------------------------------------ */

void
tb_structurizr_string (TbStructurizr *out, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (out->json, name);
  json_builder_add_string_value (out->json, value);
}

void
tb_structurizr_number (TbStructurizr *out, const char *name, double value)
{
  json_builder_set_member_name (out->json, name);
  json_builder_add_int_value (out->json, (gint64) round (value));
}

void
tb_structurizr_id_member (TbStructurizr *out, const char *name, guint id)
{
  g_autofree char *text = g_strdup_printf ("%u", id);
  tb_structurizr_string (out, name, text);
}

guint
tb_structurizr_id (const TbStructurizr *out, TbUid uid)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (out->ids, GUINT_TO_POINTER (uid)));
}

static void
begin_array (TbStructurizr *out, const char *name)
{
  json_builder_set_member_name (out->json, name);
  json_builder_begin_array (out->json);
}

static void
begin_properties (TbStructurizr *out)
{
  json_builder_set_member_name (out->json, "properties");
  json_builder_begin_object (out->json);
}

/* ---- What has no name there --------------------------------------------------------------------------- */

/* A name that is the id would not be told from none. */
gboolean
tb_structurizr_says_only_id (const TbElement *element, TbProp prop)
{
  return prop == TB_PROP_NAME && g_strcmp0 (tb_element_get (element, TB_PROP_NAME), tb_element_id (element)) == 0;
}

static gboolean
is_among (const TbProp *props, TbProp prop)
{
  for (guint i = 0; props != NULL && props[i] != TB_PROP_NONE; i++)
    if (props[i] == prop)
      return TRUE;
  return FALSE;
}

void
tb_structurizr_flatten (TbStructurizr *out, const char *prefix, const TbElement *element, const TbProp *skip)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (element));
  for (guint i = 0; i < spec->n_props; i++)
    if (tb_element_is_set (element, spec->props[i].prop)
        && (!is_among (skip, spec->props[i].prop) || tb_structurizr_says_only_id (element, spec->props[i].prop)))
      {
        g_autofree char *name = g_strdup_printf ("%s.%s", prefix, spec->props[i].name);
        tb_structurizr_string (out, name, tb_element_get (element, spec->props[i].prop));
      }
  for (guint i = 0; i < tb_element_n_children (element); i++)
    if (tb_element_kind (tb_element_child (element, i)) != TB_KIND_DEVICE)
      tb_structurizr_flatten_child (out, prefix, tb_element_child (element, i));
}

static gboolean
says_anything (const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (element));
  for (guint i = 0; i < spec->n_props; i++)
    if (tb_element_is_set (element, spec->props[i].prop))
      return TRUE;
  return tb_element_n_children (element) > 0;
}

void
tb_structurizr_flatten_child (TbStructurizr *out, const char *prefix, const TbElement *child)
{
  g_autofree char *name = g_strdup_printf ("%s.%s.%u", prefix, tb_schema_kind (tb_element_kind (child))->name,
                                           tb_element_position (child) + 1);
  if (!says_anything (child))
    tb_structurizr_string (out, name, "");
  tb_structurizr_flatten (out, name, child, NULL);
}

/* ---- Elements ----------------------------------------------------------------------------------------- */

gboolean
tb_structurizr_is_person (const TbElement *component)
{
  return tb_component_role (component) == TB_ROLE_CLIENT && tb_element_has_tag (component, "person");
}

gboolean
tb_structurizr_is_outside (const TbElement *component)
{
  return tb_component_role (component) == TB_ROLE_EXTERNAL;
}

/* Tags with a blank are no tags of ours: those are there for the styles alone. */
static void
put_tags (TbStructurizr *out, const TbElement *element, const char *first)
{
  GString *tags = g_string_new (first);
  const char *own = tb_element_get (element, TB_PROP_TAGS);
  g_auto (GStrv) words = g_strsplit (own != NULL ? own : "", " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_string_append_printf (tags, ",%s", words[i]);
  tb_structurizr_string (out, "tags", tags->str);
  g_string_free (tags, TRUE);
}

/* Names of the groups around it, the outermost first; NULL where there is none. (transfer full) */
static char *
group_path (const TbModel *model, const TbElement *component)
{
  GString *path = NULL;
  const TbElement *group = tb_element_get_ref (model, component, TB_PROP_GROUP);
  for (guint depth = 0; group != NULL && depth < 32; depth++)
    {
      const char *title = tb_element_title (group);
      if (path == NULL)
        path = g_string_new (title);
      else
        {
          g_string_prepend (path, SEPARATOR);
          g_string_prepend (path, title);
        }
      group = tb_element_get_ref (model, group, TB_PROP_PARENT);
    }
  return path != NULL ? g_string_free (path, FALSE) : NULL;
}

static const char *
technology_of (const TbElement *component)
{
  const TbElement *template = tb_element_child_of (component, TB_KIND_TEMPLATE);
  const TbElement *service = tb_element_child_of (component, TB_KIND_SERVICE);
  if (template != NULL)
    return tb_element_get (template, TB_PROP_NAME);
  return service != NULL ? tb_element_get (service, TB_PROP_PROTOCOL) : NULL;
}

static void
put_relationship (TbStructurizr *out, const TbElement *link, guint from, guint to)
{
  gboolean async = g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0;
  json_builder_begin_object (out->json);
  tb_structurizr_id_member (out, "id", tb_structurizr_id (out, tb_element_uid (link)));
  tb_structurizr_id_member (out, "sourceId", from);
  tb_structurizr_id_member (out, "destinationId", to);
  tb_structurizr_string (out, "description", tb_element_get (link, TB_PROP_NAME));
  tb_structurizr_string (out, "technology", tb_element_get (link, TB_PROP_PROTOCOL));
  tb_structurizr_string (out, "interactionStyle", async ? "Asynchronous" : "Synchronous");
  put_tags (out, link, async ? "Relationship,Asynchronous" : "Relationship");
  tb_structurizr_string (out, "url", tb_element_get (link, TB_PROP_HREF));
  begin_properties (out);
  tb_structurizr_flatten (out, "tierboard", link, of_link);
  json_builder_end_object (out->json);
  json_builder_end_object (out->json);
}

static void
put_relationships (TbStructurizr *out, const TbElement *component)
{
  TbUid uid = tb_element_uid (component);
  const GPtrArray *links = g_hash_table_lookup (out->calls, GUINT_TO_POINTER (uid));
  begin_array (out, "relationships");
  for (guint i = 0; links != NULL && i < links->len; i++)
    {
      const TbElement *to = tb_element_get_ref (out->model, links->pdata[i], TB_PROP_TO);
      if (to != NULL)
        put_relationship (out, links->pdata[i], tb_structurizr_id (out, uid),
                          tb_structurizr_id (out, tb_element_uid (to)));
    }
  json_builder_end_array (out->json);
}

static void
put_component (TbStructurizr *out, const TbElement *component, const char *tag)
{
  g_autofree char *group = group_path (out->model, component);
  g_autofree char *tags = g_strdup_printf ("Element,%s,Tierboard %s", tag, tb_role_name (tb_component_role (component)));
  json_builder_begin_object (out->json);
  tb_structurizr_id_member (out, "id", tb_structurizr_id (out, tb_element_uid (component)));
  tb_structurizr_string (out, "name", tb_element_title (component));
  tb_structurizr_string (out, "description", tb_element_get (component, TB_PROP_DESCRIPTION));
  if (g_str_equal (tag, "Container"))
    tb_structurizr_string (out, "technology", technology_of (component));
  tb_structurizr_string (out, "group", group);
  put_tags (out, component, tags);
  tb_structurizr_string (out, "url", tb_element_get (component, TB_PROP_HREF));
  begin_properties (out);
  tb_structurizr_flatten (out, "tierboard", component, of_component);
  json_builder_end_object (out->json);
  put_relationships (out, component);
  json_builder_end_object (out->json);
}

typedef gboolean (*Wanted) (const TbElement *component);

static gboolean
is_inside (const TbElement *component)
{
  return !tb_structurizr_is_person (component) && !tb_structurizr_is_outside (component);
}

static void
put_components (TbStructurizr *out, Wanted wanted, const char *tag)
{
  for (guint i = 0; i < tb_model_count (out->model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (out->model, TB_KIND_COMPONENT, i);
      if (wanted (component))
        put_component (out, component, tag);
    }
}

static void
put_system (TbStructurizr *out)
{
  const TbElement *root = tb_model_root (out->model);
  json_builder_begin_object (out->json);
  tb_structurizr_id_member (out, "id", SYSTEM_ID);
  tb_structurizr_string (out, "name", tb_element_title (root));
  tb_structurizr_string (out, "description", tb_element_get (root, TB_PROP_DESCRIPTION));
  tb_structurizr_string (out, "tags", "Element,Software System");
  begin_array (out, "containers");
  put_components (out, is_inside, "Container");
  json_builder_end_array (out->json);
  json_builder_end_object (out->json);
}

/* ---- Where it runs ------------------------------------------------------------------------------------ */

/* How it is known to be ready, where that is asked by HTTP. */
static void
put_health_check (TbStructurizr *out, const TbElement *component)
{
  const TbElement *ready = tb_element_child_of (component, TB_KIND_READY);
  const TbElement *service = tb_element_child_of (component, TB_KIND_SERVICE);
  if (ready == NULL || g_strcmp0 (tb_element_get (ready, TB_PROP_KIND), "http") != 0)
    return;
  const char *path = tb_element_get (ready, TB_PROP_PATH);
  gint64 port = tb_element_get_integer (ready, TB_PROP_PORT);
  if (port == 0 && service != NULL)
    port = tb_element_get_integer (service, TB_PROP_PORT);
  g_autofree char *url = g_strdup_printf ("http://localhost:%d%s", port != 0 ? (int) port : 80, path != NULL ? path : "/");
  begin_array (out, "healthChecks");
  json_builder_begin_object (out->json);
  tb_structurizr_string (out, "name", "ready");
  tb_structurizr_string (out, "url", url);
  tb_structurizr_number (out, "interval", 60);
  tb_structurizr_number (out, "timeout", (double) tb_element_get_ns (ready, TB_PROP_WITHIN) / 1e6);
  json_builder_end_object (out->json);
  json_builder_end_array (out->json);
}

static void
put_instance (TbStructurizr *out, const TbElement *component, guint replica)
{
  json_builder_begin_object (out->json);
  tb_structurizr_id_member (out, "id", out->next_id++);
  tb_structurizr_id_member (out, tb_structurizr_is_outside (component) ? "softwareSystemId" : "containerId",
                            tb_structurizr_id (out, tb_element_uid (component)));
  tb_structurizr_number (out, "instanceId", replica);
  tb_structurizr_string (out, "environment", ENVIRONMENT);
  tb_structurizr_string (out, "tags", tb_structurizr_is_outside (component) ? "Software System Instance"
                                                                             : "Container Instance");
  put_health_check (out, component);
  json_builder_end_object (out->json);
}

/* Those of all components of a tier that run on a device (NULL: on none). */
static void
put_instances (TbStructurizr *out, const TbElement *tier, const TbElement *device, Wanted wanted, const char *member)
{
  begin_array (out, member);
  for (guint i = 0; i < tb_model_count (out->model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (out->model, TB_KIND_COMPONENT, i);
      if (!wanted (component) || tb_element_get_ref (out->model, component, TB_PROP_TIER) != tier)
        continue;
      for (guint r = 1; r <= tb_component_replicas (component); r++)
        if (tb_replica_device (out->model, component, r) == device)
          put_instance (out, component, r);
    }
  json_builder_end_array (out->json);
}

static void put_nodes (TbStructurizr *out, const TbElement *tier);

static void
put_node (TbStructurizr *out, const TbElement *node, const TbElement *tier)
{
  const TbElement *device = node != tier ? node : NULL;
  json_builder_begin_object (out->json);
  tb_structurizr_id_member (out, "id", tb_structurizr_id (out, tb_element_uid (node)));
  tb_structurizr_string (out, "name", tb_element_title (node));
  tb_structurizr_string (out, "description", tb_element_get (node, TB_PROP_DESCRIPTION));
  tb_structurizr_string (out, "environment", ENVIRONMENT);
  tb_structurizr_string (out, "instances", "1");
  put_tags (out, node, "Element,Deployment Node");
  tb_structurizr_string (out, "url", tb_element_get (node, TB_PROP_HREF));
  begin_properties (out);
  tb_structurizr_string (out, "tierboard", device != NULL ? "device" : "tier");
  tb_structurizr_flatten (out, "tierboard", node, of_node);
  json_builder_end_object (out->json);
  if (device == NULL)
    put_nodes (out, tier);
  put_instances (out, tier, device, is_inside, "containerInstances");
  put_instances (out, tier, device, tb_structurizr_is_outside, "softwareSystemInstances");
  json_builder_end_object (out->json);
}

static void
put_nodes (TbStructurizr *out, const TbElement *tier)
{
  begin_array (out, "children");
  for (guint i = 0; i < tb_element_n_children (tier); i++)
    if (tb_element_kind (tb_element_child (tier, i)) == TB_KIND_DEVICE)
      put_node (out, tb_element_child (tier, i), tier);
  json_builder_end_array (out->json);
}

/* ---- The workspace ------------------------------------------------------------------------------------ */

static gboolean
has_a_home (TbKind kind)
{
  return kind == TB_KIND_COMPONENT || kind == TB_KIND_LINK || kind == TB_KIND_TIER || kind == TB_KIND_VIEW;
}

/* What belongs to the whole: layers, middleware, groups, notes, interactions, scenarios, styles, rules. */
static void
put_model_properties (TbStructurizr *out)
{
  static const TbProp of_root[] = { TB_PROP_NAME, TB_PROP_DESCRIPTION, TB_PROP_NONE };
  const TbElement *root = tb_model_root (out->model);
  const TbKindSpec *spec = tb_schema_kind (TB_KIND_ARCHITECTURE);
  begin_properties (out);
  tb_structurizr_string (out, "structurizr.groupSeparator", SEPARATOR);
  tb_structurizr_string (out, "tierboard", "architecture");
  for (guint i = 0; i < spec->n_props; i++)
    if (tb_element_is_set (root, spec->props[i].prop) && !is_among (of_root, spec->props[i].prop))
      {
        g_autofree char *name = g_strdup_printf ("tierboard.%s", spec->props[i].name);
        tb_structurizr_string (out, name, tb_element_get (root, spec->props[i].prop));
      }
  for (guint i = 0; i < tb_element_n_children (root); i++)
    if (!has_a_home (tb_element_kind (tb_element_child (root, i))))
      tb_structurizr_flatten_child (out, "tierboard", tb_element_child (root, i));
  json_builder_end_object (out->json);
}

static void
put_model (TbStructurizr *out)
{
  json_builder_set_member_name (out->json, "model");
  json_builder_begin_object (out->json);
  put_model_properties (out);
  begin_array (out, "people");
  put_components (out, tb_structurizr_is_person, "Person");
  json_builder_end_array (out->json);
  begin_array (out, "softwareSystems");
  put_system (out);
  put_components (out, tb_structurizr_is_outside, "Software System");
  json_builder_end_array (out->json);
  begin_array (out, "deploymentNodes");
  for (guint i = 0; i < tb_model_count (out->model, TB_KIND_TIER); i++)
    put_node (out, tb_model_nth (out->model, TB_KIND_TIER, i), tb_model_nth (out->model, TB_KIND_TIER, i));
  json_builder_end_array (out->json);
  json_builder_end_object (out->json);
}

static void
number_elements (TbStructurizr *out)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_LINK, TB_KIND_TIER, TB_KIND_DEVICE };
  out->next_id = SYSTEM_ID + 1;
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      if (kinds[k] == TB_KIND_TIER)
        out->first_node = out->next_id;
      for (guint i = 0; i < tb_model_count (out->model, kinds[k]); i++)
        {
          TbUid uid = tb_element_uid (tb_model_nth (out->model, kinds[k], i));
          g_hash_table_insert (out->ids, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (out->next_id++));
        }
    }
}

static GHashTable *
links_by_caller (const TbModel *model)
{
  GHashTable *calls = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
      gpointer key = GUINT_TO_POINTER (from != NULL ? tb_element_uid (from) : 0);
      GPtrArray *links = g_hash_table_lookup (calls, key);
      if (links == NULL)
        g_hash_table_insert (calls, key, links = g_ptr_array_new ());
      g_ptr_array_add (links, (gpointer) link);
    }
  return calls;
}

static void
tell_lost (TbStructurizr *out)
{
  g_autofree char *xml = out->lost != NULL ? tb_model_to_xml (out->model, NULL) : NULL;
  if (xml != NULL && strstr (xml, "<!--") != NULL)
    tb_problems_add (out->lost, TB_SEVERITY_INFO, "lost", 0, 0, 0, "comments do not go along");
}

static GBytes *
to_bytes (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  gsize size;
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  char *text = json_generator_to_data (generator, &size);
  text = g_realloc (text, size + 2);
  memcpy (text + size, "\n", 2);
  return g_bytes_new_take (text, size + 1);
}

GBytes *
tb_export_structurizr (const TbModel *model, const TbExportOptions *options, GError **error)
{
  TbStructurizr out = { .model = model, .lost = options->lost };
  const TbElement *root = tb_model_root (model);
  g_autoptr (GHashTable) ids = g_hash_table_new (NULL, NULL), calls = links_by_caller (model);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  out.json = builder;
  out.ids = ids;
  out.calls = calls;
  number_elements (&out);
  json_builder_begin_object (builder);
  tb_structurizr_string (&out, "name", tb_element_title (root));
  tb_structurizr_string (&out, "description", tb_element_get (root, TB_PROP_DESCRIPTION));
  put_model (&out);
  tb_structurizr_views (&out);
  json_builder_end_object (builder);
  tell_lost (&out);
  return to_bytes (builder);
}
