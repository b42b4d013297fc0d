/* The views of a Structurizr workspace: places, bends, interactions as dynamic views, and how it looks. */
#include <math.h>

#include "structurizr-private.h"

static void
begin_array (TbStructurizr *out, const char *name)
{
  json_builder_set_member_name (out->json, name);
  json_builder_begin_array (out->json);
}

/* ---- Places ------------------------------------------------------------------------------------------- */

static gboolean
is_free (const TbElement *view)
{
  return g_strcmp0 (tb_element_get (view, TB_PROP_KIND), "free") == 0;
}

static gboolean
is_deployment (const TbElement *view)
{
  return g_strcmp0 (tb_element_get (view, TB_PROP_KIND), "deployment") == 0;
}

/* Whether the view's elements or relationships say all of it: a component's corner in whole units, a link's bends. */
static gboolean
is_said (TbStructurizr *out, const TbElement *view, const TbElement *child)
{
  const TbElement *of = tb_element_get_ref (out->model, child, TB_PROP_OF);
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (child));
  if (!is_free (view) || of == NULL || tb_element_get_boolean (child, TB_PROP_HIDDEN))
    return FALSE;
  if (tb_element_kind (child) != TB_KIND_PLACE || tb_element_kind (of) != TB_KIND_COMPONENT)
    return FALSE;
  for (guint i = 0; i < spec->n_props; i++)
    {
      TbProp prop = spec->props[i].prop;
      gboolean set = tb_element_is_set (child, prop);
      gboolean corner = prop == TB_PROP_X || prop == TB_PROP_Y;
      if (set != (prop == TB_PROP_OF || corner))
        return FALSE;
      if (corner && tb_element_get_number (child, prop) != round (tb_element_get_number (child, prop)))
        return FALSE;
    }
  return TRUE;
}

/* Nothing stands left of or above the page. */
static TbPoint
find_shift (TbStructurizr *out, TbScene *scene)
{
  TbPoint least = { 0, 0 };
  TbItemKind kind;
  TbRect rect;
  for (guint i = 0; i < tb_model_count (out->model, TB_KIND_COMPONENT); i++)
    if (tb_scene_item (scene, tb_element_uid (tb_model_nth (out->model, TB_KIND_COMPONENT, i)), &kind, &rect))
      {
        least.x = MIN (least.x, rect.x);
        least.y = MIN (least.y, rect.y);
      }
  return (TbPoint){ ceil (-least.x), ceil (-least.y) };
}

static void
put_elements (TbStructurizr *out, TbScene *scene, TbPoint shift)
{
  TbItemKind kind;
  TbRect rect;
  begin_array (out, "elements");
  for (guint i = 0; i < tb_model_count (out->model, TB_KIND_COMPONENT); i++)
    {
      TbUid uid = tb_element_uid (tb_model_nth (out->model, TB_KIND_COMPONENT, i));
      if (!tb_scene_item (scene, uid, &kind, &rect))
        continue;
      json_builder_begin_object (out->json);
      tb_structurizr_id_member (out, "id", tb_structurizr_id (out, uid));
      tb_structurizr_number (out, "x", (rect.x + shift.x) * TB_STRUCTURIZR_SCALE);
      tb_structurizr_number (out, "y", (rect.y + shift.y) * TB_STRUCTURIZR_SCALE);
      json_builder_end_object (out->json);
    }
  json_builder_end_array (out->json);
}

/* Link → its route in a view. */
static GHashTable *
routes_by_link (const TbModel *model, const TbElement *view)
{
  GHashTable *routes = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < tb_element_n_children (view); i++)
    if (tb_element_kind (tb_element_child (view, i)) == TB_KIND_ROUTE)
      {
        const TbElement *route = tb_element_child (view, i);
        g_hash_table_insert (routes, (gpointer) tb_element_get_ref (model, route, TB_PROP_OF), (gpointer) route);
      }
  return routes;
}

static void
put_vertices (TbStructurizr *out, const TbElement *route, TbPoint shift)
{
  begin_array (out, "vertices");
  for (guint i = 0; i < tb_element_n_children (route); i++)
    {
      const TbElement *bend = tb_element_child (route, i);
      json_builder_begin_object (out->json);
      tb_structurizr_number (out, "x", (tb_element_get_number (bend, TB_PROP_X) + shift.x) * TB_STRUCTURIZR_SCALE);
      tb_structurizr_number (out, "y", (tb_element_get_number (bend, TB_PROP_Y) + shift.y) * TB_STRUCTURIZR_SCALE);
      json_builder_end_object (out->json);
    }
  json_builder_end_array (out->json);
}

static gboolean
is_in_view (TbStructurizr *out, TbScene *scene, const TbElement *link, TbProp end)
{
  const TbElement *component = tb_element_get_ref (out->model, link, end);
  TbItemKind kind;
  TbRect rect;
  return component != NULL && tb_scene_item (scene, tb_element_uid (component), &kind, &rect);
}

static void
put_view_relationships (TbStructurizr *out, const TbElement *view, TbScene *scene, TbPoint shift)
{
  g_autoptr (GHashTable) routes = routes_by_link (out->model, view);
  begin_array (out, "relationships");
  for (guint i = 0; i < tb_model_count (out->model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (out->model, TB_KIND_LINK, i);
      const TbElement *route = g_hash_table_lookup (routes, link);
      if (!is_in_view (out, scene, link, TB_PROP_FROM) || !is_in_view (out, scene, link, TB_PROP_TO))
        continue;
      json_builder_begin_object (out->json);
      tb_structurizr_id_member (out, "id", tb_structurizr_id (out, tb_element_uid (link)));
      tb_structurizr_string (out, "routing", "Orthogonal");
      if (route != NULL && tb_element_n_children (route) > 0)
        put_vertices (out, route, shift);
      json_builder_end_object (out->json);
    }
  json_builder_end_array (out->json);
}

/* ---- A view ------------------------------------------------------------------------------------------- */

/* Its own attributes, and the places that its elements do not say. */
static void
put_view_properties (TbStructurizr *out, const TbElement *view, TbPoint shift)
{
  const TbKindSpec *spec = tb_schema_kind (TB_KIND_VIEW);
  g_autofree char *shifted = g_strdup_printf ("%d %d", (int) shift.x, (int) shift.y);
  json_builder_set_member_name (out->json, "properties");
  json_builder_begin_object (out->json);
  tb_structurizr_string (out, "tierboard", "view");
  tb_structurizr_string (out, "tierboard.shift", shifted);
  for (guint i = 0; i < spec->n_props; i++)
    if (tb_element_is_set (view, spec->props[i].prop) && spec->props[i].prop != TB_PROP_DESCRIPTION
        && (spec->props[i].prop != TB_PROP_NAME || tb_structurizr_says_only_id (view, TB_PROP_NAME)))
      {
        g_autofree char *name = g_strdup_printf ("tierboard.%s", spec->props[i].name);
        tb_structurizr_string (out, name, tb_element_get (view, spec->props[i].prop));
      }
  for (guint i = 0; i < tb_element_n_children (view); i++)
    if (!is_said (out, view, tb_element_child (view, i)))
      tb_structurizr_flatten_child (out, "tierboard", tb_element_child (view, i));
  json_builder_end_object (out->json);
}

static void
put_head (TbStructurizr *out, const char *key, const TbElement *element, guint order)
{
  tb_structurizr_string (out, "key", key);
  tb_structurizr_number (out, "order", order + 1);
  tb_structurizr_string (out, "title", tb_element_get (element, TB_PROP_NAME));
  tb_structurizr_string (out, "description", tb_element_get (element, TB_PROP_DESCRIPTION));
}

static void
put_container_view (TbStructurizr *out, const TbElement *view, guint order)
{
  g_autoptr (TbScene) scene = tb_scene_new_unrouted (out->model, tb_element_id (view));
  TbPoint shift = find_shift (out, scene);
  json_builder_begin_object (out->json);
  tb_structurizr_id_member (out, "softwareSystemId", 1);
  put_head (out, tb_element_id (view), view, order);
  put_elements (out, scene, shift);
  put_view_relationships (out, view, scene, shift);
  put_view_properties (out, view, shift);
  json_builder_end_object (out->json);
}

/* Nodes and instances stand where Structurizr puts them: ours lay themselves out, too. */
static void
put_deployment_view (TbStructurizr *out, const TbElement *view, guint order)
{
  json_builder_begin_object (out->json);
  tb_structurizr_id_member (out, "softwareSystemId", 1);
  put_head (out, tb_element_id (view), view, order);
  tb_structurizr_string (out, "environment", "Default");
  json_builder_set_member_name (out->json, "automaticLayout");
  json_builder_begin_object (out->json);
  tb_structurizr_string (out, "rankDirection", "TopBottom");
  tb_structurizr_number (out, "rankSeparation", 300);
  tb_structurizr_number (out, "nodeSeparation", 300);
  json_builder_end_object (out->json);
  begin_array (out, "elements");
  for (guint id = out->first_node; id < out->next_id; id++)
    {
      json_builder_begin_object (out->json);
      tb_structurizr_id_member (out, "id", id);
      json_builder_end_object (out->json);
    }
  json_builder_end_array (out->json);
  put_view_properties (out, view, (TbPoint){ 0, 0 });
  json_builder_end_object (out->json);
}

/* ---- Interactions ------------------------------------------------------------------------------------- */

static void
put_steps (TbStructurizr *out, const TbElement *interaction)
{
  begin_array (out, "relationships");
  for (guint i = 0; i < tb_element_n_children (interaction); i++)
    {
      const TbElement *step = tb_element_child (interaction, i);
      const TbElement *link = tb_element_get_ref (out->model, step, TB_PROP_LINK);
      g_autofree char *order = g_strdup_printf ("%u", i + 1);
      if (link == NULL)
        continue;
      json_builder_begin_object (out->json);
      tb_structurizr_id_member (out, "id", tb_structurizr_id (out, tb_element_uid (link)));
      tb_structurizr_string (out, "description", tb_element_get (step, TB_PROP_LABEL));
      tb_structurizr_string (out, "order", order);
      json_builder_end_object (out->json);
    }
  json_builder_end_array (out->json);
}

static void
put_dynamic_element (TbStructurizr *out, const TbElement *link, TbProp end, GHashTable *seen)
{
  const TbElement *component = link != NULL ? tb_element_get_ref (out->model, link, end) : NULL;
  if (component == NULL || !g_hash_table_add (seen, (gpointer) component))
    return;
  json_builder_begin_object (out->json);
  tb_structurizr_id_member (out, "id", tb_structurizr_id (out, tb_element_uid (component)));
  json_builder_end_object (out->json);
}

static void
put_dynamic_view (TbStructurizr *out, const TbElement *interaction, guint order)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  json_builder_begin_object (out->json);
  tb_structurizr_id_member (out, "elementId", 1);
  put_head (out, tb_element_id (interaction), interaction, order);
  begin_array (out, "elements");
  for (guint i = 0; i < tb_element_n_children (interaction); i++)
    {
      const TbElement *link = tb_element_get_ref (out->model, tb_element_child (interaction, i), TB_PROP_LINK);
      put_dynamic_element (out, link, TB_PROP_FROM, seen);
      put_dynamic_element (out, link, TB_PROP_TO, seen);
    }
  json_builder_end_array (out->json);
  put_steps (out, interaction);
  json_builder_end_object (out->json);
}

/* ---- How it looks ------------------------------------------------------------------------------------- */

/* By role; Structurizr's names. */
static const char *const shapes[TB_N_ROLES] = {
  [TB_ROLE_CLIENT] = "WebBrowser",  [TB_ROLE_SERVER] = "RoundedBox", [TB_ROLE_STORE] = "Cylinder",
  [TB_ROLE_CACHE] = "Cylinder",     [TB_ROLE_BROKER] = "Pipe",       [TB_ROLE_BALANCER] = "Hexagon",
  [TB_ROLE_PROXY] = "Hexagon",      [TB_ROLE_MEDIATOR] = "Hexagon",  [TB_ROLE_EXTERNAL] = "Box",
};

static void
put_colour (TbStructurizr *out, const char *name, TbColour c)
{
  g_autofree char *text = g_strdup_printf ("#%02x%02x%02x", (guint) (c.r * 255 + 0.5), (guint) (c.g * 255 + 0.5),
                                           (guint) (c.b * 255 + 0.5));
  tb_structurizr_string (out, name, text);
}

static void
put_role_style (TbStructurizr *out, TbRole role)
{
  g_autofree char *tag = g_strdup_printf ("Tierboard %s", tb_role_name (role));
  json_builder_begin_object (out->json);
  tb_structurizr_string (out, "tag", tag);
  tb_structurizr_string (out, "shape", shapes[role]);
  put_colour (out, "stroke", tb_theme_role (TB_THEME_LIGHT, role));
  json_builder_end_object (out->json);
}

static void
put_base_style (TbStructurizr *out)
{
  json_builder_begin_object (out->json);
  tb_structurizr_string (out, "tag", "Element");
  tb_structurizr_number (out, "width", TB_STRUCTURIZR_CARD_WIDTH);
  tb_structurizr_number (out, "height", TB_STRUCTURIZR_CARD_HEIGHT);
  put_colour (out, "background", tb_theme_colour (TB_THEME_LIGHT, TB_COLOUR_CARD));
  put_colour (out, "color", tb_theme_colour (TB_THEME_LIGHT, TB_COLOUR_TEXT));
  json_builder_end_object (out->json);
}

/* A rule for a tag alone is a style there. */
static void
put_rule (TbStructurizr *out, const TbElement *style)
{
  const char *tag = tb_element_get (style, TB_PROP_TAG);
  if (tag == NULL || tb_element_is_set (style, TB_PROP_KIND) || tb_element_is_set (style, TB_PROP_LAYER)
      || tb_element_is_set (style, TB_PROP_TIER) || tb_element_is_set (style, TB_PROP_GROUP))
    return;
  json_builder_begin_object (out->json);
  tb_structurizr_string (out, "tag", tag);
  tb_structurizr_string (out, "background", tb_element_get (style, TB_PROP_FILL));
  tb_structurizr_string (out, "stroke", tb_element_get (style, TB_PROP_LINE));
  tb_structurizr_string (out, "color", tb_element_get (style, TB_PROP_INK));
  if (tb_element_get_boolean (style, TB_PROP_DASHED))
    tb_structurizr_string (out, "border", "Dashed");
  json_builder_end_object (out->json);
}

static void
put_relationship_styles (TbStructurizr *out)
{
  begin_array (out, "relationships");
  json_builder_begin_object (out->json);
  tb_structurizr_string (out, "tag", "Relationship");
  tb_structurizr_string (out, "routing", "Orthogonal");
  tb_structurizr_string (out, "style", "Solid");
  json_builder_end_object (out->json);
  json_builder_begin_object (out->json);
  tb_structurizr_string (out, "tag", "Asynchronous");
  tb_structurizr_string (out, "style", "Dashed");
  json_builder_end_object (out->json);
  json_builder_end_array (out->json);
}

static void
put_styles (TbStructurizr *out)
{
  json_builder_set_member_name (out->json, "configuration");
  json_builder_begin_object (out->json);
  json_builder_set_member_name (out->json, "styles");
  json_builder_begin_object (out->json);
  begin_array (out, "elements");
  put_base_style (out);
  for (guint role = 0; role < TB_N_ROLES; role++)
    put_role_style (out, (TbRole) role);
  for (guint i = 0; i < tb_model_count (out->model, TB_KIND_STYLE); i++)
    put_rule (out, tb_model_nth (out->model, TB_KIND_STYLE, i));
  json_builder_end_array (out->json);
  put_relationship_styles (out);
  json_builder_end_object (out->json);
  json_builder_end_object (out->json);
}

/* ---- All of them -------------------------------------------------------------------------------------- */

typedef void (*PutView) (TbStructurizr *out, const TbElement *element, guint order);

static void
put_some (TbStructurizr *out, const char *member, TbKind kind, gboolean deployments, PutView put)
{
  begin_array (out, member);
  for (guint i = 0; i < tb_model_count (out->model, kind); i++)
    {
      const TbElement *element = tb_model_nth (out->model, kind, i);
      if (kind != TB_KIND_VIEW || is_deployment (element) == deployments)
        put (out, element, i);
    }
  json_builder_end_array (out->json);
}

void
tb_structurizr_views (TbStructurizr *out)
{
  json_builder_set_member_name (out->json, "views");
  json_builder_begin_object (out->json);
  put_some (out, "containerViews", TB_KIND_VIEW, FALSE, put_container_view);
  put_some (out, "dynamicViews", TB_KIND_INTERACTION, FALSE, put_dynamic_view);
  put_some (out, "deploymentViews", TB_KIND_VIEW, TRUE, put_deployment_view);
  put_styles (out);
  json_builder_end_object (out->json);
}
