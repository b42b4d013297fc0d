/* A deployment: every instance as a box on the device that the plan would give it, tiers from above,
 * devices side by side. All of it follows from the architecture; places are not looked at.
 *
 * Replica i runs on device i modulo the tier's devices, unless <on> says otherwise; a tier without
 * devices has one for each replica. (As in runtime/plan, which this module must not see.)
 * A link is a line for each pair of instances; where that would be many, one for each pair of
 * devices, from the first instance to the first; where that is many too, one. */
#include "scene-private.h"

#include <math.h>
#include <string.h>

#include "text-private.h"
#include "tb-deployment.h"

#define BOX_WIDTH 172.0
#define BOX_HEIGHT 54.0
#define BOX_GAP 30.0
#define IN_COLUMN 6 /* boxes one above the other */
#define DEVICE_PAD 18.0
#define DEVICE_TOP 36.0
#define DEVICE_GAP 44.0
#define DEVICES_IN_ROW 8
#define TIER_PAD 24.0
#define TIER_TOP 40.0
#define TIER_GAP 84.0
#define BOXES_MAX 3000 /* beyond, what comes later is drawn as a stack */
#define LINES_MAX 4

typedef struct
{
  const TbElement *element; /* the device; of one that is made up: its tier */
  char *name;               /* NULL: the element's */
  guint tier;               /* number of its tier */
} Device;

typedef struct
{
  const TbElement *element;
  guint replica;  /* 0: a stack of all */
  guint replicas; /* of the component */
  guint device;   /* number, G_MAXUINT: none */
} Instance;

typedef struct
{
  TbScene *scene;
  const TbModel *model;
  const TbViewFilter *filter;
  GPtrArray *tiers;     /* of const TbElement: shown */
  GArray *devices;      /* of Device */
  GHashTable *by_name;  /* char * to device + 1 */
  GArray *instances;    /* of Instance */
  GHashTable *first_of; /* component to its first instance + 1 */
} Plan;

/* ---- Where each instance runs ---------------------------------------------------------------- */

static void
clear_device (gpointer data)
{
  g_free (((Device *) data)->name);
}

static void
add_device (Plan *plan, const TbElement *element, const char *key, char *name, guint tier)
{
  Device device = { element, name, tier };
  g_array_append_val (plan->devices, device);
  g_hash_table_insert (plan->by_name, g_strdup (key), GUINT_TO_POINTER (plan->devices->len));
}

static void
read_devices (Plan *plan, const TbElement *tier)
{
  for (guint i = 0; i < tb_element_n_children (tier); i++)
    {
      const TbElement *device = tb_element_child (tier, i);
      if (tb_element_kind (device) == TB_KIND_DEVICE)
        add_device (plan, device, tb_element_id (device), NULL, plan->tiers->len);
    }
}

static void
read_tiers (Plan *plan)
{
  for (guint i = 0; i < tb_model_count (plan->model, TB_KIND_TIER); i++)
    {
      const TbElement *tier = tb_model_nth (plan->model, TB_KIND_TIER, i);
      if (tb_view_filter_get (plan->filter, tier) == TB_SHOWN_NO)
        continue;
      read_devices (plan, tier);
      g_ptr_array_add (plan->tiers, (gpointer) tier);
    }
}

static guint
find_device (const Plan *plan, const char *key)
{
  return key ? GPOINTER_TO_UINT (g_hash_table_lookup (plan->by_name, key)) - 1 : G_MAXUINT;
}

static guint
tier_number (const Plan *plan, const TbElement *tier)
{
  guint at;
  return tier && g_ptr_array_find (plan->tiers, tier, &at) ? at : G_MAXUINT;
}

/* In no tier: on a device of its own that nobody needs to see. */
static guint
device_of (Plan *plan, const TbElement *component, guint replica)
{
  const TbElement *tier = tb_element_get_ref (plan->model, component, TB_PROP_TIER);
  const TbElement *drawn = tb_replica_device (plan->model, component, replica);
  guint device = find_device (plan, drawn != NULL ? tb_element_id (drawn) : NULL);
  guint number = tier_number (plan, tier);
  if (device != G_MAXUINT || number == G_MAXUINT)
    return device;
  g_autofree char *made_up = g_strdup_printf ("%s-%u", tb_element_id (tier), replica);
  device = find_device (plan, made_up);
  if (device != G_MAXUINT)
    return device;
  add_device (plan, tier, made_up, g_strdup (made_up), number);
  return plan->devices->len - 1;
}

static void
read_instances (Plan *plan)
{
  for (guint i = 0; i < tb_model_count (plan->model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (plan->model, TB_KIND_COMPONENT, i);
      guint n = tb_component_replicas (component);
      if (tb_view_filter_get (plan->filter, component) == TB_SHOWN_NO)
        continue;
      gboolean stack = plan->instances->len + n > BOXES_MAX && n > 1;
      g_hash_table_insert (plan->first_of, (gpointer) component,
                           GUINT_TO_POINTER (plan->instances->len + 1));
      for (guint r = 1; r <= (stack ? 1 : n); r++)
        {
          Instance instance = { component, stack ? 0 : r, n, device_of (plan, component, r) };
          g_array_append_val (plan->instances, instance);
        }
    }
}

/* ---- Items ----------------------------------------------------------------------------------- */

/* The same for the same part of the same element, whatever else there is; free ones in order where
 * two would meet. The first box of an element goes by the element's own. */
static TbUid
own_uid (const Plan *plan, const TbElement *element, guint a, guint b)
{
  guint32 words[3] = { tb_element_uid (element), a, b };
  if (tb_scene_find (plan->scene, words[0]) == TB_NO_ITEM)
    return words[0];
  guint32 hash = 2166136261u;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    hash = (hash ^ words[i]) * 16777619u ^ (words[i] * 2654435761u >> 7);
  TbUid uid = TB_ITEM_BIT | (hash & (TB_ITEM_BIT - 1));
  while (tb_scene_find (plan->scene, uid) != TB_NO_ITEM)
    uid = TB_ITEM_BIT | ((uid + 1) & (TB_ITEM_BIT - 1));
  return uid;
}

static void
add_tiers_and_devices (Plan *plan)
{
  TbScene *scene = plan->scene;
  scene->first[TB_ITEM_LAYER] = scene->first[TB_ITEM_TIER] = scene->items->len;
  for (guint i = 0; i < plan->tiers->len; i++)
    tb_scene_add_item (scene, TB_ITEM_TIER, plan->tiers->pdata[i],
                       tb_element_uid (plan->tiers->pdata[i]));
  scene->first[TB_ITEM_GROUP] = scene->first[TB_ITEM_DEVICE] = scene->items->len;
  for (guint i = 0; i < plan->devices->len; i++)
    {
      const Device *device = &g_array_index (plan->devices, Device, i);
      TbItem *item = tb_scene_add_item (scene, TB_ITEM_DEVICE, device->element,
                                        own_uid (plan, device->element, i, 0));
      item->tier = scene->first[TB_ITEM_TIER] + device->tier;
      if (device->name != NULL)
        {
          g_free (item->title);
          item->title = g_strdup (device->name);
        }
    }
}

typedef struct
{
  guint from, to, pairs; /* numbers of instances */
} Line;

static const Instance *
nth_instance (const Plan *plan, guint i)
{
  return &g_array_index (plan->instances, Instance, i);
}

static guint
boxes_of (const Plan *plan, guint first)
{
  const Instance *instance = nth_instance (plan, first);
  return instance->replica == 0 ? 1 : instance->replicas;
}

/* The first instance of each device, and how many there are on it. */
static GArray *
by_device (const Plan *plan, guint first)
{
  GArray *firsts = g_array_new (FALSE, FALSE, sizeof (Line));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  for (guint i = first; i < first + boxes_of (plan, first); i++)
    {
      gpointer key = GUINT_TO_POINTER (nth_instance (plan, i)->device);
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (seen, key));
      if (at > 0)
        {
          g_array_index (firsts, Line, at - 1).pairs++;
          continue;
        }
      Line line = { i, i, 1 };
      g_array_append_val (firsts, line);
      g_hash_table_insert (seen, key, GUINT_TO_POINTER (firsts->len));
    }
  return firsts;
}

static void
append_line (GArray *lines, guint from, guint to, guint pairs)
{
  Line line = { from, to, pairs };
  g_array_append_val (lines, line);
}

static GArray *
lines_of (const Plan *plan, guint from, guint to)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));
  guint n = boxes_of (plan, from), m = boxes_of (plan, to);
  g_autoptr (GArray) a = by_device (plan, from), b = by_device (plan, to);
  if (n * m <= LINES_MAX)
    for (guint i = 0; i < n * m; i++)
      append_line (lines, from + i / m, to + i % m, 1);
  else if (a->len * b->len <= LINES_MAX)
    for (guint i = 0; i < a->len * b->len; i++)
      {
        const Line *x = &g_array_index (a, Line, i / b->len);
        const Line *y = &g_array_index (b, Line, i % b->len);
        append_line (lines, x->from, y->from, x->pairs * y->pairs);
      }
  else
    append_line (lines, from, to, nth_instance (plan, from)->replicas
                                      * nth_instance (plan, to)->replicas);
  return lines;
}

static guint
first_of (const Plan *plan, const TbElement *component)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (plan->first_of, component)) - 1;
}

/* Ends are numbers of instances until the instances have items. */
static void
add_lines (Plan *plan, const TbElement *link)
{
  guint from = first_of (plan, tb_element_get_ref (plan->model, link, TB_PROP_FROM));
  guint to = first_of (plan, tb_element_get_ref (plan->model, link, TB_PROP_TO));
  if (from == G_MAXUINT || to == G_MAXUINT)
    return;
  g_autoptr (GArray) lines = lines_of (plan, from, to);
  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);
      TbItem *item = tb_scene_add_item (plan->scene, TB_ITEM_LINK, link,
                                        own_uid (plan, link, line->from - from, line->to - to));
      item->from = line->from;
      item->to = line->to;
      item->n_pairs = line->pairs;
    }
}

static void
add_links_and_instances (Plan *plan)
{
  TbScene *scene = plan->scene;
  scene->first[TB_ITEM_LINK] = scene->items->len;
  for (guint i = 0; i < tb_model_count (plan->model, TB_KIND_LINK); i++)
    add_lines (plan, tb_model_nth (plan->model, TB_KIND_LINK, i));
  scene->first[TB_ITEM_COMPONENT] = scene->items->len;
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->items->len; i++)
    {
      TB_ITEM (scene, i)->from += scene->first[TB_ITEM_COMPONENT];
      TB_ITEM (scene, i)->to += scene->first[TB_ITEM_COMPONENT];
    }
  for (guint i = 0; i < plan->instances->len; i++)
    {
      const Instance *instance = nth_instance (plan, i);
      TbItem *item = tb_scene_add_item (scene, TB_ITEM_COMPONENT, instance->element,
                                        own_uid (plan, instance->element, instance->replica, 0));
      item->replica = instance->replica;
      item->device = instance->device == G_MAXUINT
                         ? TB_NO_ITEM : scene->first[TB_ITEM_DEVICE] + instance->device;
      if (instance->replica > 0 && instance->replicas > 1)
        {
          g_free (item->title);
          item->title = g_strdup_printf ("%s %u", tb_element_title (instance->element),
                                         instance->replica);
        }
    }
}

void
tb_scene_add_deployment (TbScene *scene, const TbModel *model, const TbViewFilter *filter)
{
  Plan plan = { .scene = scene,
                .model = model,
                .filter = filter,
                .tiers = g_ptr_array_new (),
                .devices = g_array_new (FALSE, FALSE, sizeof (Device)),
                .by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                .instances = g_array_new (FALSE, FALSE, sizeof (Instance)),
                .first_of = g_hash_table_new (NULL, NULL) };
  g_array_set_clear_func (plan.devices, clear_device);
  read_tiers (&plan);
  read_instances (&plan);
  add_tiers_and_devices (&plan);
  tb_scene_add_items_of (scene, model, filter, TB_ITEM_FRAME);
  tb_scene_add_items_of (scene, model, filter, TB_ITEM_MIDDLEWARE);
  add_links_and_instances (&plan);
  tb_scene_add_items_of (scene, model, filter, TB_ITEM_NOTE);
  g_ptr_array_unref (plan.tiers);
  g_array_unref (plan.devices);
  g_hash_table_unref (plan.by_name);
  g_array_unref (plan.instances);
  g_hash_table_unref (plan.first_of);
}

/* ---- Where they stand ------------------------------------------------------------------------ */

typedef struct
{
  TbScene *scene;
  guint *n_in; /* of each item: boxes on a device */
  double y;
  double widest;
} Layout;

static guint
columns_of (guint n)
{
  return MAX ((n + IN_COLUMN - 1) / IN_COLUMN, 1);
}

static void
size_device (Layout *l, guint d)
{
  TbItem *device = TB_ITEM (l->scene, d);
  guint n = l->n_in[d], columns = columns_of (n), lines = MIN (MAX (n, 1), IN_COLUMN);
  double title = tb_text_width (TB_FONT_CONTAINER, device->title) + 28;
  device->stored.width = MAX (columns * (BOX_WIDTH + BOX_GAP) - BOX_GAP + 2 * DEVICE_PAD,
                              MIN (title, 300));
  device->stored.height = DEVICE_TOP + lines * (BOX_HEIGHT + BOX_GAP) - BOX_GAP + DEVICE_PAD;
  device->placed = TRUE;
}

/* A tier's devices, in rows; the rows as high as their highest. */
static void
place_tier (Layout *l, guint t)
{
  TbScene *scene = l->scene;
  TbItem *tier = TB_ITEM (scene, t);
  double x = TIER_PAD, y = TIER_TOP, high = 0, right = BOX_WIDTH + 2 * TIER_PAD;
  guint in_row = 0;
  for (guint d = scene->first[TB_ITEM_DEVICE]; d < scene->first[TB_ITEM_FRAME]; d++)
    {
      TbItem *device = TB_ITEM (scene, d);
      if (device->tier != t)
        continue;
      if (in_row++ == DEVICES_IN_ROW)
        {
          x = TIER_PAD;
          y += high + DEVICE_GAP;
          high = 0;
          in_row = 1;
        }
      device->stored.x = x;
      device->stored.y = l->y + y;
      x += device->stored.width + DEVICE_GAP;
      high = MAX (high, device->stored.height);
      right = MAX (right, x - DEVICE_GAP + TIER_PAD);
    }
  tier->stored = (TbRect){ 0, l->y, right, y + MAX (high, BOX_HEIGHT) + TIER_PAD };
  tier->placed = TRUE;
  l->y += tier->stored.height + TIER_GAP;
  l->widest = MAX (l->widest, right);
}

/* What is on no device: rows of boxes without a ground. */
static void
place_loose (Layout *l, gboolean clients)
{
  TbScene *scene = l->scene;
  guint n = 0;
  double step = BOX_WIDTH + DEVICE_GAP;
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      if (item->device != TB_NO_ITEM || (item->role == TB_ROLE_CLIENT) != clients)
        continue;
      item->stored.x = (n % DEVICES_IN_ROW) * step;
      item->stored.y = l->y + (n / DEVICES_IN_ROW) * (BOX_HEIGHT + BOX_GAP);
      n++;
    }
  if (n == 0)
    return;
  l->widest = MAX (l->widest, MIN (n, DEVICES_IN_ROW) * step - DEVICE_GAP);
  l->y += (n + DEVICES_IN_ROW - 1) / DEVICES_IN_ROW * (BOX_HEIGHT + BOX_GAP) - BOX_GAP + TIER_GAP;
}

/* Every row in the middle of the widest. */
static void
centre (Layout *l)
{
  TbScene *scene = l->scene;
  for (guint t = scene->first[TB_ITEM_TIER]; t < scene->first[TB_ITEM_GROUP]; t++)
    {
      TbItem *tier = TB_ITEM (scene, t);
      tier->stored.x = round ((l->widest - tier->stored.width) / 2);
    }
  for (guint d = scene->first[TB_ITEM_DEVICE]; d < scene->first[TB_ITEM_FRAME]; d++)
    TB_ITEM (scene, d)->stored.x += TB_ITEM (scene, TB_ITEM (scene, d)->tier)->stored.x;
}

static void
fill_devices (Layout *l)
{
  TbScene *scene = l->scene;
  g_autofree guint *next = g_new0 (guint, scene->items->len + 1);
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      if (item->device == TB_NO_ITEM)
        continue;
      const TbRect *device = &TB_ITEM (scene, item->device)->stored;
      guint columns = columns_of (l->n_in[item->device]), nth = next[item->device]++;
      item->stored.x = device->x + DEVICE_PAD + nth % columns * (BOX_WIDTH + BOX_GAP);
      item->stored.y = device->y + DEVICE_TOP + nth / columns * (BOX_HEIGHT + BOX_GAP);
    }
}

static void
place_notes (Layout *l)
{
  double x = l->widest + 80, y = 0;
  for (guint i = l->scene->first[TB_ITEM_FRAME]; i < l->scene->items->len; i++)
    {
      TbItem *note = TB_ITEM (l->scene, i);
      if ((note->kind != TB_ITEM_NOTE && note->kind != TB_ITEM_FRAME) || note->placed)
        continue;
      note->stored.x = x;
      note->stored.y = y;
      y += note->stored.height + 40;
    }
}

void
tb_scene_arrange_deployment (TbScene *scene)
{
  g_autofree guint *n_in = g_new0 (guint, scene->items->len + 1);
  Layout l = { .scene = scene, .n_in = n_in };
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      item->stored.width = BOX_WIDTH;
      item->stored.height = BOX_HEIGHT;
      if (item->device != TB_NO_ITEM)
        n_in[item->device]++;
    }
  for (guint d = scene->first[TB_ITEM_DEVICE]; d < scene->first[TB_ITEM_FRAME]; d++)
    size_device (&l, d);
  place_loose (&l, TRUE);
  for (guint t = scene->first[TB_ITEM_TIER]; t < scene->first[TB_ITEM_GROUP]; t++)
    place_tier (&l, t);
  place_loose (&l, FALSE);
  centre (&l);
  fill_devices (&l);
  place_notes (&l);
}
