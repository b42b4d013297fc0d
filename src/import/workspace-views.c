/* Views of a workspace: where elements stand and links bend, who talks in which order, how it looks. */
#include <string.h>

#include "workspace-private.h"

/* Structurizr's boxes are 450 × 300 unless a style says otherwise, ours about 176 × 72. */
#define SCALE 0.4

typedef struct
{
  TbWorkspace *w;
  TbUid view;
  JsonObject *object;
  TbPoint shift;
} View;

/* ---- Places ------------------------------------------------------------------------------------------- */

static gboolean
is_positioned (const GPtrArray *elements)
{
  for (guint i = 0; i < elements->len; i++)
    if (tb_workspace_number (elements->pdata[i], "x") != 0 || tb_workspace_number (elements->pdata[i], "y") != 0)
      return TRUE;
  return FALSE;
}

static TbPoint
point_of (const View *v, JsonObject *object)
{
  double x = tb_workspace_number (object, "x"), y = tb_workspace_number (object, "y");
  return (TbPoint){ x * SCALE - v->shift.x, y * SCALE - v->shift.y };
}

/* What our own properties of the view place by themselves. */
static GHashTable *
placed_by_data (View *v)
{
  GHashTable *placed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonObject *properties = v->w->ours ? tb_workspace_object (v->object, "properties") : NULL;
  g_autoptr (GList) members = properties != NULL ? json_object_get_members (properties) : NULL;
  for (GList *l = members; l != NULL; l = l->next)
    if (g_str_has_suffix (l->data, ".of") && tb_workspace_string (properties, l->data) != NULL)
      g_hash_table_add (placed, g_strdup (tb_workspace_string (properties, l->data)));
  return placed;
}

static void
place_elements (View *v, GHashTable *shown)
{
  g_autoptr (GPtrArray) elements = tb_workspace_objects (v->object, "elements");
  g_autoptr (GHashTable) placed = placed_by_data (v);
  gboolean positioned = is_positioned (elements) || v->w->ours;
  for (guint i = 0; i < elements->len; i++)
    {
      const TbWorkspacePart *part = tb_workspace_part (v->w, tb_workspace_string (elements->pdata[i], "id"));
      const TbElement *element = part != NULL ? tb_model_get (tb_build_model (v->w->b), part->uid) : NULL;
      if (element == NULL || !g_hash_table_add (shown, GUINT_TO_POINTER (part->uid)))
        continue;
      TbPoint at = point_of (v, elements->pdata[i]);
      if (positioned && !g_hash_table_contains (placed, tb_element_id (element)))
        tb_build_place (v->w->b, v->view, part->uid, &(TbRect){ at.x, at.y, 0, 0 });
    }
}

static void
leave_out_others (View *v, GHashTable *shown)
{
  const TbModel *model = tb_build_model (v->w->b);
  guint n = tb_model_count (model, TB_KIND_COMPONENT), n_shown = 0;
  for (guint i = 0; i < n; i++)
    n_shown += g_hash_table_contains (shown, GUINT_TO_POINTER (tb_element_uid (tb_model_nth (model, TB_KIND_COMPONENT, i))));
  if (n_shown == n)
    return;
  tb_build_show_placed (v->w->b, v->view);
  for (guint i = 0; i < n; i++)
    {
      TbUid uid = tb_element_uid (tb_model_nth (model, TB_KIND_COMPONENT, i));
      if (g_hash_table_contains (shown, GUINT_TO_POINTER (uid)))
        tb_build_mention (v->w->b, v->view, uid);
    }
}

static void
bend_links (View *v)
{
  g_autoptr (GPtrArray) relationships = tb_workspace_objects (v->object, "relationships");
  g_autoptr (GHashTable) placed = placed_by_data (v);
  for (guint i = 0; i < relationships->len; i++)
    {
      const char *id = tb_workspace_string (relationships->pdata[i], "id");
      TbUid link = id != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (v->w->links, id)) : 0;
      const TbElement *element = tb_model_get (tb_build_model (v->w->b), link);
      g_autoptr (GPtrArray) vertices = tb_workspace_objects (relationships->pdata[i], "vertices");
      g_autoptr (GArray) bends = g_array_new (FALSE, FALSE, sizeof (TbPoint));
      for (guint k = 0; k < vertices->len; k++)
        {
          TbPoint at = point_of (v, vertices->pdata[k]);
          /* A bend of theirs is in the units of boxes, whose middles are elsewhere. */
          g_array_append_val (bends, at);
        }
      if (element != NULL && bends->len > 0 && !g_hash_table_contains (placed, tb_element_id (element)))
        tb_build_route (v->w->b, v->view, link, &g_array_index (bends, TbPoint, 0), bends->len);
    }
}

/* ---- A view ------------------------------------------------------------------------------------------- */

static guint
count_shown (TbWorkspace *w, JsonObject *object)
{
  guint n = 0;
  g_autoptr (GPtrArray) elements = tb_workspace_objects (object, "elements");
  for (guint i = 0; i < elements->len; i++)
    {
      const TbWorkspacePart *part = tb_workspace_part (w, tb_workspace_string (elements->pdata[i], "id"));
      n += part != NULL && part->uid != 0;
    }
  return n;
}

static const char *
title_of (JsonObject *object)
{
  const char *title = tb_workspace_string (object, "title"), *key = tb_workspace_string (object, "key");
  const char *description = tb_workspace_string (object, "description");
  return title != NULL && *title != '\0' ? title : description != NULL && *description != '\0' ? description : key;
}

/* What eleven views are described as tells none of them from the others: their keys do. */
static const char *
name_of (const TbWorkspace *w, JsonObject *object)
{
  const char *name = title_of (object), *key = tb_workspace_string (object, "key");
  const TbModel *model = tb_build_model (w->b);
  for (guint i = 0; name != NULL && key != NULL && i < tb_model_count (model, TB_KIND_VIEW); i++)
    if (strcmp (tb_element_title (tb_model_nth (model, TB_KIND_VIEW, i)), name) == 0)
      return key;
  return name;
}

static TbUid
make_view (TbWorkspace *w, JsonObject *object, const char *kind)
{
  const char *own = w->ours ? tb_workspace_own_id (object) : NULL, *key = tb_workspace_string (object, "key");
  g_autofree char *foreign = own != NULL ? g_strdup (own) : g_strdup_printf ("view/%s", key != NULL ? key : "");
  guint line = tb_workspace_line (w, object);
  const TbModel *model = tb_build_model (w->b);
  gboolean grouped = tb_model_count (model, TB_KIND_GROUP) > 0, tiered = tb_model_count (model, TB_KIND_TIER) > 0;
  const char *frame = own != NULL ? NULL : grouped ? "groups" : tiered ? "tiers" : "none";
  const char *title = own != NULL ? tb_workspace_string (object, "title") : name_of (w, object);
  TbUid view = tb_build_view (w->b, foreign, title, frame, line);
  if (view == 0)
    return 0;
  if (own == NULL && kind != NULL)
    tb_build_set (w->b, view, TB_PROP_KIND, kind, line);
  tb_build_set (w->b, view, TB_PROP_DESCRIPTION, tb_workspace_string (object, "description"), line);
  tb_workspace_remember (w, view, object);
  tb_workspace_tell_rest (w, object,
                          "key order title description softwareSystemId containerId elementId environment elements "
                          "relationships properties dimensions automaticLayout paperSize enterpriseBoundaryVisible "
                          "externalSoftwareSystemBoundariesVisible externalContainerBoundariesVisible "
                          "generatedKey mergeFromRemote",
                          "a view");
  return view;
}

/* "360 120" */
static TbPoint
shift_of (TbWorkspace *w, JsonObject *object)
{
  const char *text = tb_workspace_string (tb_workspace_object (object, "properties"), "tierboard.shift");
  char *end = NULL;
  if (!w->ours || text == NULL)
    return (TbPoint){ 0, 0 };
  double x = g_ascii_strtod (text, &end);
  return (TbPoint){ x, g_ascii_strtod (end, NULL) };
}

static void
take_view (TbWorkspace *w, JsonObject *object)
{
  gboolean ours = w->ours && tb_workspace_own_id (object) != NULL;
  if (!ours && count_shown (w, object) == 0)
    {
      const char *title = title_of (object);
      tb_build_drop (w->b, tb_workspace_line (w, object), "the view “%.80s”: nothing of what is drawn is in it",
                     title != NULL ? title : "");
      return;
    }
  TbUid view = make_view (w, object, NULL);
  if (view == 0)
    return;
  View v = { w, view, object, shift_of (w, object) };
  const char *kind = tb_workspace_string (tb_workspace_object (object, "properties"), "tierboard.kind");
  g_autoptr (GHashTable) shown = g_hash_table_new (NULL, NULL);
  if (ours && kind != NULL && !g_str_equal (kind, "free"))
    return; /* lays itself out */
  place_elements (&v, shown);
  if (!ours)
    leave_out_others (&v, shown);
  bend_links (&v);
}

/* A drawing has one deployment, of the environment that was taken. */
static void
take_deployment_view (TbWorkspace *w, JsonObject *object)
{
  const char *environment = tb_workspace_string (object, "environment"), *title = title_of (object);
  if (w->environment == NULL || g_strcmp0 (environment != NULL ? environment : "Default", w->environment) == 0)
    make_view (w, object, "deployment");
  else
    tb_build_drop (w->b, tb_workspace_line (w, object), "the view “%.80s” of the environment “%.80s”",
                   title != NULL ? title : "", environment);
}

/* ---- Interactions ------------------------------------------------------------------------------------- */

static int
by_order (gconstpointer a, gconstpointer b)
{
  double x = tb_workspace_number (*(JsonObject *const *) a, "order");
  double y = tb_workspace_number (*(JsonObject *const *) b, "order");
  return x < y ? -1 : x > y;
}

static void
take_step (TbWorkspace *w, TbUid interaction, JsonObject *relationship)
{
  const char *id = tb_workspace_string (relationship, "id"), *label = tb_workspace_string (relationship, "description");
  TbUid link = id != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (w->links, id)) : 0;
  JsonNode *response = json_object_get_member (relationship, "response");
  guint line = tb_workspace_line (w, relationship);
  if (link == 0)
    tb_build_drop (w->b, line, "the step “%.80s”: what it goes over is not drawn", label != NULL ? label : "");
  if (link == 0 || (response != NULL && JSON_NODE_HOLDS_VALUE (response) && json_node_get_boolean (response)))
    return; /* an answer is part of its call */
  TbUid step = tb_build_child (w->b, TB_KIND_STEP, interaction, line);
  tb_build_refer (w->b, step, TB_PROP_LINK, link);
  tb_build_set (w->b, step, TB_PROP_LABEL, label, line);
}

static void
take_dynamic_view (TbWorkspace *w, JsonObject *object)
{
  const char *key = tb_workspace_string (object, "key");
  g_autofree char *foreign = g_strdup_printf ("dynamic/%s", key != NULL ? key : "");
  g_autoptr (GPtrArray) steps = tb_workspace_objects (object, "relationships");
  if (w->ours && key != NULL && tb_build_find (w->b, key) != 0)
    return; /* an interaction of ours, which is said in full elsewhere */
  TbUid interaction = tb_build_element (w->b, TB_KIND_INTERACTION, 0, foreign, title_of (object),
                                        tb_workspace_line (w, object));
  if (interaction == 0)
    return;
  g_ptr_array_sort (steps, by_order);
  for (guint i = 0; i < steps->len; i++)
    take_step (w, interaction, steps->pdata[i]);
}

/* ---- Styles ------------------------------------------------------------------------------------------- */

static gboolean
is_of_all (const char *tag)
{
  static const char *const all[] = { "Element", "Person", "Software System", "Container", "Component", "Relationship",
                                     "Deployment Node", "Infrastructure Node", "Container Instance",
                                     "Software System Instance", "Boundary", "Group", NULL };
  return g_strv_contains (all, tag) || g_str_has_prefix (tag, "Group:") || g_str_has_prefix (tag, "Boundary:");
}

static void
take_style (TbWorkspace *w, JsonObject *style, const char *tag)
{
  const char *border = tb_workspace_string (style, "border");
  guint line = tb_workspace_line (w, style);
  if (tb_workspace_string (style, "background") == NULL && tb_workspace_string (style, "color") == NULL
      && tb_workspace_string (style, "stroke") == NULL && border == NULL)
    return; /* its shape says what kind it is */
  TbUid uid = tb_build_child (w->b, TB_KIND_STYLE, tb_build_root (w->b), line);
  g_autofree char *word = g_strdelimit (g_strdup (tag), " \t", '-');
  tb_build_set (w->b, uid, TB_PROP_TAG, word, line);
  tb_build_set (w->b, uid, TB_PROP_FILL, tb_workspace_string (style, "background"), line);
  tb_build_set (w->b, uid, TB_PROP_INK, tb_workspace_string (style, "color"), line);
  tb_build_set (w->b, uid, TB_PROP_LINE, tb_workspace_string (style, "stroke"), line);
  if (border != NULL && (g_str_equal (border, "Dashed") || g_str_equal (border, "Dotted")))
    tb_build_set (w->b, uid, TB_PROP_DASHED, "yes", line);
  g_autofree char *what = g_strdup_printf ("the style of “%.80s”", tag);
  tb_workspace_tell_rest (w, style, "tag background color stroke border shape width height fontSize", what);
}

static void
take_styles (TbWorkspace *w, JsonObject *configuration)
{
  JsonObject *styles = tb_workspace_object (configuration, "styles");
  g_autoptr (GPtrArray) elements = tb_workspace_objects (styles, "elements");
  g_autoptr (GPtrArray) relationships = tb_workspace_objects (styles, "relationships");
  g_autoptr (GString) left = g_string_new (NULL);
  for (guint i = 0; i < elements->len; i++)
    {
      const char *tag = tb_workspace_string (elements->pdata[i], "tag");
      if (tag != NULL && is_of_all (tag))
        g_string_append_printf (left, "%s%.80s", left->len ? ", " : "", tag);
      else if (tag != NULL)
        take_style (w, elements->pdata[i], tag);
    }
  if (left->len)
    tb_build_drop (w->b, tb_workspace_line (w, elements->pdata[0]),
                   "the looks of %s: what has no tag of its own looks as its kind does here", left->str);
  if (relationships->len)
    tb_build_drop (w->b, tb_workspace_line (w, relationships->pdata[0]), "the looks of relationships, of %u tags",
                   relationships->len);
  tb_workspace_tell_rest (w, configuration, "styles lastSavedView viewSortOrder terminology", "the views' configuration");
}

/* The first view is the one that people see first: of their containers, the one with most in it. */
static void
put_largest_first (GPtrArray *list)
{
  guint best = 0, most = 0;
  for (guint i = 0; i < list->len; i++)
    {
      g_autoptr (GPtrArray) elements = tb_workspace_objects (list->pdata[i], "elements");
      best = elements->len > most ? i : best;
      most = MAX (most, elements->len);
    }
  if (best > 0)
    g_ptr_array_insert (list, 0, g_ptr_array_steal_index (list, best));
}

/* ---- All of them -------------------------------------------------------------------------------------- */

void
tb_workspace_views (TbWorkspace *w, JsonObject *views)
{
  static const char *const members[] = { "containerViews", "systemLandscapeViews", "systemContextViews", "componentViews",
                                         "customViews" };
  for (guint m = 0; views != NULL && m < G_N_ELEMENTS (members); m++)
    {
      g_autoptr (GPtrArray) list = tb_workspace_objects (views, members[m]);
      if (m == 0 && !w->ours)
        put_largest_first (list);
      for (guint i = 0; i < list->len; i++)
        take_view (w, list->pdata[i]);
    }
  g_autoptr (GPtrArray) deployments = tb_workspace_objects (views, "deploymentViews");
  for (guint i = 0; i < deployments->len; i++)
    take_deployment_view (w, deployments->pdata[i]);
  g_autoptr (GPtrArray) dynamic = tb_workspace_objects (views, "dynamicViews");
  for (guint i = 0; i < dynamic->len; i++)
    take_dynamic_view (w, dynamic->pdata[i]);
  JsonObject *configuration = tb_workspace_object (views, "configuration");
  if (configuration != NULL && !w->ours)
    take_styles (w, configuration);
  if (views != NULL)
    tb_workspace_tell_rest (w, views,
                            "containerViews systemLandscapeViews systemContextViews componentViews customViews "
                            "deploymentViews dynamicViews configuration",
                            "the views");
}
