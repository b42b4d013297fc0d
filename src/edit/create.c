/* Making things: the palette, what a new element of each kind is born with, and links. */
#include "spot-private.h"
#include "tb-template.h"

#include <math.h>
#include <string.h>

#define COMPONENT(n, l, r)                                                                         \
  { .name = n, .label = l, .section = "Components", .kind = TB_KIND_COMPONENT, .role = TB_ROLE_##r }
#define STRUCTURE(n, l, k)                                                                         \
  { .name = n, .label = l, .section = "Structure", .kind = TB_KIND_##k }
#define PROGRAM(n, l, r, t)                                                                        \
  { .name = n, .label = l, .section = "Real programs", .kind = TB_KIND_COMPONENT,                  \
    .role = TB_ROLE_##r, .template_name = t }

static const TbPaletteRow fixed_rows[] = {
  COMPONENT ("client", "Client", CLIENT),
  COMPONENT ("server", "Server", SERVER),
  COMPONENT ("store", "Store", STORE),
  COMPONENT ("cache", "Cache", CACHE),
  COMPONENT ("broker", "Broker", BROKER),
  COMPONENT ("balancer", "Balancer", BALANCER),
  COMPONENT ("proxy", "Proxy", PROXY),
  COMPONENT ("mediator", "Mediator", MEDIATOR),
  COMPONENT ("external", "External", EXTERNAL),
  STRUCTURE ("tier", "Tier", TIER),
  STRUCTURE ("layer", "Layer", LAYER),
  STRUCTURE ("group", "Group", GROUP),
  STRUCTURE ("middleware", "Middleware", MIDDLEWARE),
  STRUCTURE ("note", "Note", NOTE),
  { .name = "text", .label = "Text", .section = "Structure", .kind = TB_KIND_NOTE,
    .shape = "text" },
  { .name = "frame", .label = "Frame", .section = "Structure", .kind = TB_KIND_NOTE,
    .shape = "frame" },
  PROGRAM ("nginx", "nginx", SERVER, "nginx"),
  PROGRAM ("haproxy", "HAProxy", BALANCER, "haproxy"),
  PROGRAM ("postgresql", "PostgreSQL", STORE, "postgresql"),
  PROGRAM ("etcd", "etcd", STORE, "etcd"),
  PROGRAM ("redis", "Redis", CACHE, "redis"),
  PROGRAM ("memcached", "memcached", CACHE, "memcached"),
  PROGRAM ("mosquitto", "Mosquitto", BROKER, "mosquitto"),
  PROGRAM ("nats", "NATS", BROKER, "nats"),
};

/* A new component of a role runs at once: what it offers and what it does. NULL: nothing. */
static const struct
{
  const char *service, *protocol, *port;
  gboolean builtin;
  const char *think, *work;
} births[TB_N_ROLES] = {
  [TB_ROLE_CLIENT] = { .builtin = TRUE, .think = "exponential 20ms" },
  [TB_ROLE_SERVER] = { "web", "http", "8080", TRUE, .work = "wait exponential 2ms" },
  [TB_ROLE_STORE] = { "data", "resp", "6379", TRUE },
  [TB_ROLE_CACHE] = { "data", "resp", "6379", TRUE },
  [TB_ROLE_BROKER] = { "queue", "http", "8080", TRUE },
  [TB_ROLE_BALANCER] = { "web", "http", "8080", TRUE },
  [TB_ROLE_PROXY] = { "web", "http", "8080", TRUE },
  [TB_ROLE_MEDIATOR] = { "web", "http", "8080", TRUE },
  [TB_ROLE_EXTERNAL] = { .builtin = FALSE },
};

/* Size of a new container or note; a component has the card's. */
static const struct
{
  TbKind kind;
  const char *shape;
  double width, height;
} sizes[] = {
  { TB_KIND_TIER, NULL, 320, 160 },
  { TB_KIND_GROUP, NULL, 240, 140 },
  { TB_KIND_NOTE, NULL, 180, 80 },
  { TB_KIND_NOTE, "text", 180, 20 },
  { TB_KIND_NOTE, "frame", 320, 200 },
};

/* ---- The palette ----------------------------------------------------------------------------- */

static const TbPaletteRow *
find_row (const TbPaletteRow *rows, guint n, const char *name)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (rows[i].name, name) == 0)
      return &rows[i];
  return NULL;
}

static TbRole
first_role (const TbTemplate *template)
{
  for (TbRole role = 0; role < TB_N_ROLES; role++)
    if (g_str_has_prefix (template->kinds, tb_role_name (role)))
      return role;
  return TB_ROLE_SERVER;
}

/* Templates without a row of their own, a person's among them. */
static void
add_further_programs (GArray *rows)
{
  g_auto (GStrv) names = tb_template_names ();
  for (char **name = names; *name != NULL; name++)
    {
      const TbTemplate *t = find_row ((TbPaletteRow *) (gpointer) rows->data, rows->len, *name)
                              ? NULL : tb_template_find (*name, NULL);
      if (t != NULL)
        g_array_append_val (rows, ((TbPaletteRow) { .name = t->name, .label = t->title,
                                                    .section = "Real programs",
                                                    .kind = TB_KIND_COMPONENT, .role = first_role (t),
                                                    .template_name = t->name }));
    }
}

/* Programs stand last in it, so that all of them are one section. */
const TbPaletteRow *
tb_palette (guint *n)
{
  static GArray *rows;
  if (rows == NULL)
    {
      rows = g_array_new (FALSE, FALSE, sizeof (TbPaletteRow));
      g_array_append_vals (rows, fixed_rows, G_N_ELEMENTS (fixed_rows));
      add_further_programs (rows);
    }
  *n = rows->len;
  return (TbPaletteRow *) (gpointer) rows->data;
}

const TbPaletteRow *
tb_palette_find (const char *name)
{
  guint n;
  const TbPaletteRow *rows = tb_palette (&n);
  return find_row (rows, n, name);
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* "Server", then "Server 2": the first number that is free. */
char *
tb_editor_fresh_name (const TbModel *model, TbKind kind, const char *label)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = tb_model_count (model, kind);
  for (guint i = 0; i < n; i++)
    g_hash_table_add (taken, (gpointer) tb_element_title (tb_model_nth (model, kind, i)));
  char *name = g_strdup (label);
  for (guint i = 2; g_hash_table_contains (taken, name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s %u", label, i);
    }
  return name;
}

/* ---- Elements -------------------------------------------------------------------------------- */

static void
add_child_service (TbEditor *editor, TbUid uid, TbRole role)
{
  if (births[role].service == NULL)
    return;
  TbUid service = tb_document_insert (editor->document, TB_KIND_SERVICE, NULL, uid, G_MAXUINT);
  tb_editor_set_checked (editor, service, TB_PROP_NAME, births[role].service);
  tb_editor_set_checked (editor, service, TB_PROP_PROTOCOL, births[role].protocol);
  tb_editor_set_checked (editor, service, TB_PROP_PORT, births[role].port);
}

static void
add_child_builtin (TbEditor *editor, TbUid uid, TbRole role)
{
  if (!births[role].builtin)
    return;
  TbUid builtin = tb_document_insert (editor->document, TB_KIND_BUILTIN, NULL, uid, G_MAXUINT);
  if (births[role].think)
    tb_editor_set_checked (editor, builtin, TB_PROP_THINK, births[role].think);
  if (births[role].work)
    tb_editor_set_checked (editor, builtin, TB_PROP_WORK, births[role].work);
}

void
tb_editor_fill_component (TbEditor *editor, TbUid uid, const TbPaletteRow *row)
{
  tb_editor_set_checked (editor, uid, TB_PROP_KIND, tb_role_name (row->role));
  if (row->template_name != NULL)
    {
      /* The template brings its services along. */
      TbUid t = tb_document_insert (editor->document, TB_KIND_TEMPLATE, NULL, uid, G_MAXUINT);
      tb_editor_set_checked (editor, t, TB_PROP_NAME, row->template_name);
      return;
    }
  add_child_service (editor, uid, row->role);
  add_child_builtin (editor, uid, row->role);
}

static TbUid
insert_named (TbEditor *editor, const TbPaletteRow *row)
{
  const TbModel *model = tb_editor_model (editor);
  g_autofree char *name = tb_editor_fresh_name (model, row->kind, row->label);
  g_autofree char *id = tb_model_make_id (model, row->kind, name);
  TbUid uid = tb_document_insert (editor->document, row->kind, id,
                                  tb_element_uid (tb_model_root (model)),
                                  tb_editor_insert_position (editor, row->kind));
  if (tb_schema_prop (row->kind, TB_PROP_NAME) != NULL)
    tb_editor_set_checked (editor, uid, TB_PROP_NAME, name);
  if (row->kind == TB_KIND_NOTE)
    tb_editor_set_checked (editor, uid, TB_PROP_TEXT, row->label);
  if (row->shape != NULL)
    tb_editor_set_checked (editor, uid, TB_PROP_SHAPE, row->shape);
  if (row->kind == TB_KIND_COMPONENT)
    tb_editor_fill_component (editor, uid, row);
  return uid;
}

static gboolean
size_of (const TbPaletteRow *row, TbRect *rect)
{
  TbKind kind = row->kind;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i].kind == kind && g_strcmp0 (sizes[i].shape, row->shape) == 0)
      {
        rect->width = sizes[i].width;
        rect->height = sizes[i].height;
        return TRUE;
      }
  rect->width = TB_CARD_WIDTH;
  rect->height = TB_CARD_HEIGHT;
  return kind == TB_KIND_COMPONENT;
}

/* FALSE: a kind that has no place of its own: bands follow what is in them. */
static gboolean
choose_place (TbEditor *editor, const TbPaletteRow *row, double x, double y, TbRect *rect)
{
  if (!size_of (row, rect))
    return FALSE;
  TbPoint at = row->kind == TB_KIND_COMPONENT
                   ? tb_scene_free_place (editor->scene, x, y)
                   : (TbPoint){ x - rect->width / 2, y - rect->height / 2 };
  rect->x = tb_editor_snap (at.x);
  rect->y = tb_editor_snap (at.y);
  return TRUE;
}

TbUid
tb_editor_create_at (TbEditor *editor, const TbPaletteRow *row, const TbRect *rect,
                     const TbHome *home)
{
  TbPlaces places;
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  TbUid uid = insert_named (editor, row);
  tb_places_set (&places, uid, rect, FALSE);
  tb_places_end (&places);
  tb_home_set (editor, uid, home);
  return uid;
}

TbUid
tb_editor_create (TbEditor *editor, const TbPaletteRow *row, double x, double y, TbUid link_from)
{
  g_autoptr (GArray) frames = tb_editor_frames (editor);
  g_autofree char *label = g_strdup_printf ("Add %s", row->label);
  TbRect rect = { 0 };
  TbPlaces places;

  gboolean placed = choose_place (editor, row, x, y, &rect);
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  TbUid uid = insert_named (editor, row);
  if (placed)
    tb_places_set (&places, uid, &rect, row->kind != TB_KIND_COMPONENT);
  tb_places_end (&places);
  if (row->kind == TB_KIND_COMPONENT)
    {
      tb_editor_land (editor, uid, &rect, frames, NULL);
      tb_editor_land_inside (editor, uid);
    }
  if (link_from != 0)
    tb_editor_link (editor, link_from, uid, NULL);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, uid);
  return uid;
}

/* ---- Links ----------------------------------------------------------------------------------- */

const char *
tb_editor_free_service (TbEditor *editor, const TbElement *from, const TbElement *to)
{
  const TbModel *model = tb_editor_model (editor);
  g_autoptr (GHashTable) called = g_hash_table_new (NULL, NULL);
  gboolean first = TRUE;

  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      if (g_strcmp0 (tb_element_get (link, TB_PROP_FROM), tb_element_id (from)) == 0
          && g_strcmp0 (tb_element_get (link, TB_PROP_TO), tb_element_id (to)) == 0)
        g_hash_table_add (called, (gpointer) tb_link_service (model, link));
    }
  for (guint i = 0; i < tb_element_n_children (to); i++)
    {
      const TbElement *child = tb_element_child (to, i);
      if (tb_element_kind (child) != TB_KIND_SERVICE)
        continue;
      if (!g_hash_table_contains (called, child))
        return first ? NULL : tb_element_get (child, TB_PROP_NAME);
      first = FALSE;
    }
  return NULL;
}

static TbUid
insert_link (TbEditor *editor, const TbElement *from, const TbElement *to, const char *chosen_id)
{
  const TbModel *model = tb_editor_model (editor);
  TbDocument *document = editor->document;
  g_autofree char *title
      = g_strdup_printf ("%s to %s", tb_element_id (from), tb_element_id (to));
  g_autofree char *id = chosen_id ? g_strdup (chosen_id)
                                  : tb_model_make_id (model, TB_KIND_LINK, title);
  g_autofree char *from_id = g_strdup (tb_element_id (from));
  g_autofree char *to_id = g_strdup (tb_element_id (to));
  g_autofree char *service = g_strdup (tb_editor_free_service (editor, from, to));
  gboolean async = tb_component_role (to) == TB_ROLE_BROKER;

  TbUid uid = tb_document_insert (document, TB_KIND_LINK, id,
                                  tb_element_uid (tb_model_root (model)),
                                  tb_editor_insert_position (editor, TB_KIND_LINK));
  tb_editor_set_checked (editor, uid, TB_PROP_FROM, from_id);
  tb_editor_set_checked (editor, uid, TB_PROP_TO, to_id);
  if (service != NULL)
    tb_editor_set_checked (editor, uid, TB_PROP_SERVICE, service);
  /* A broker keeps the message; who hands it over does not wait for what becomes of it. */
  if (async)
    tb_editor_set_checked (editor, uid, TB_PROP_CALL, "async");
  return uid;
}

TbUid
tb_editor_link (TbEditor *editor, TbUid from, TbUid to, GError **error)
{
  return tb_editor_link_as (editor, from, to, NULL, error);
}

TbUid
tb_editor_link_as (TbEditor *editor, TbUid from, TbUid to, const char *id, GError **error)
{
  const char *reason = tb_editor_link_reason (editor, from, to);
  if (reason != NULL)
    {
      g_set_error_literal (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, reason);
      return 0;
    }
  const TbElement *f = tb_editor_element (editor, from), *t = tb_editor_element (editor, to);
  g_autofree char *label
      = g_strdup_printf ("Link %s to %s", tb_element_title (f), tb_element_title (t));
  tb_document_begin (editor->document, label, NULL);
  TbUid uid = insert_link (editor, f, t, id);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, uid);
  return uid;
}

/* ---- Properties ------------------------------------------------------------------------------ */

gboolean
tb_editor_set (TbEditor *editor, TbUid uid, TbProp prop, const char *text, GError **error)
{
  const TbElement *element = tb_editor_element (editor, uid);
  g_return_val_if_fail (element != NULL, FALSE);
  const TbPropSpec *spec = tb_schema_prop (tb_element_kind (element), prop);
  if (spec == NULL)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, "%s has no such property",
                   tb_element_title (element));
      return FALSE;
    }
  if (prop == TB_PROP_NAME && g_strcmp0 (text, tb_element_get (element, prop)) == 0)
    return TRUE;
  g_autofree char *label = prop == TB_PROP_NAME
      ? g_strdup_printf ("Rename %s", tb_element_title (element))
      : g_strdup_printf ("Change %s of %s", spec->label, tb_element_title (element));
  g_autofree char *merge = g_strdup_printf ("set:%u:%d", uid, (int) prop);
  tb_document_begin (editor->document, label, merge);
  if (!tb_document_set (editor->document, uid, prop, text, error))
    {
      tb_document_rollback (editor->document);
      return FALSE;
    }
  tb_document_commit (editor->document);
  return TRUE;
}
