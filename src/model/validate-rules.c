/* The rules of single kinds: a row each. What they say of an architecture's quality is the analysis
 * module's; here stands only what makes a drawing contradict itself. */
#include "validate-private.h"

#include <string.h>

#include "tb-template.h"

#define ERROR(element, rule, ...)                                                                  \
  tb_validation_add (validation, TB_SEVERITY_ERROR, rule, element, __VA_ARGS__)
#define WARNING(element, rule, ...)                                                                \
  tb_validation_add (validation, TB_SEVERITY_WARNING, rule, element, __VA_ARGS__)
#define INFO(element, rule, ...)                                                                   \
  tb_validation_add (validation, TB_SEVERITY_INFO, rule, element, __VA_ARGS__)

/* Calls report for every child of that kind whose text was there before. */
static void
for_each_repeated (const TbElement *parent, TbKind kind, TbProp prop,
                   void (*report) (TbValidation *, const TbElement *, const char *),
                   TbValidation *validation)
{
  g_autoptr (GHashTable) seen = NULL;
  for (guint i = 0; i < parent->n_children; i++)
    {
      const TbElement *child = parent->children[i];
      const char *text = child->kind == kind ? tb_element_get (child, prop) : NULL;
      if (text == NULL)
        continue;
      if (seen == NULL)
        seen = g_hash_table_new (g_str_hash, g_str_equal);
      if (!g_hash_table_add (seen, (gpointer) text))
        report (validation, child, text);
    }
}

/* ---- Components ------------------------------------------------------------------------------ */

static void
repeated_service (TbValidation *validation, const TbElement *service, const char *name)
{
  ERROR (service, "duplicate-service", "two services are called %s", name);
}

static void
repeated_port (TbValidation *validation, const TbElement *service, const char *port)
{
  ERROR (service, "duplicate-port", "two services listen on port %s", port);
}

static void
repeated_replica (TbValidation *validation, const TbElement *on, const char *replica)
{
  ERROR (on, "duplicate-replica", "replica %s is put on two devices", replica);
}

static void
repeated_env (TbValidation *validation, const TbElement *env, const char *name)
{
  ERROR (env, "duplicate-variable", "the variable %s is set twice", name);
}

static void
repeated_file (TbValidation *validation, const TbElement *file, const char *name)
{
  ERROR (file, "duplicate-file", "the file %s is written twice", name);
}

static void
check_programs (TbValidation *validation, const TbElement *component)
{
  const TbElement *first = NULL;
  for (guint i = 0; i < component->n_children; i++)
    {
      const TbElement *child = component->children[i];
      if (child->kind != TB_KIND_BUILTIN && child->kind != TB_KIND_TEMPLATE
          && child->kind != TB_KIND_COMMAND)
        continue;
      if (first != NULL)
        ERROR (child, "two-programs", "<%s> beside <%s>, expected one program",
               tb_schema_kind ((TbKind) child->kind)->name,
               tb_schema_kind ((TbKind) first->kind)->name);
      first = child;
    }
  if (first != NULL && tb_component_role (component) == TB_ROLE_EXTERNAL)
    WARNING (first, "external-program", "it is external, so its program is never started");
}

/* ---- Real programs: their templates fix what they are ---------------------------------------- */

static void
check_param (TbValidation *validation, const TbTemplate *known, const TbElement *param)
{
  const char *name = tb_element_get (param, TB_PROP_NAME);
  const char *value = tb_element_get (param, TB_PROP_VALUE);
  const TbTemplateParam *row = tb_template_param (known, name);
  if (row == NULL)
    ERROR (param, "no-such-param", "%s has no parameter %s", known->title, name);
  else if (row->choices != NULL && !tb_words_contain (row->choices, value))
    {
      g_autofree char *choice = tb_words_to_choice (row->choices);
      ERROR (param, "bad-param", "%s is “%s”, expected %s", name, value, choice);
    }
}

static void
check_fixed_service (TbValidation *validation, const TbTemplate *known, const TbElement *service)
{
  const char *name = tb_element_get (service, TB_PROP_NAME);
  const char *protocol = tb_element_get (service, TB_PROP_PROTOCOL);
  const TbTemplateService *row = name != NULL ? tb_template_service (known, name) : NULL;
  if (name != NULL && row == NULL)
    ERROR (service, "template-contradicted", "%s offers no service %s", known->title, name);
  else if (row != NULL && protocol != NULL && g_strcmp0 (row->protocol, protocol) != 0)
    ERROR (service, "template-contradicted", "%s of %s speaks %s, not %s", name, known->title,
           row->protocol, protocol);
}

static void
check_template (TbValidation *validation, const TbElement *element)
{
  g_autoptr (GError) error = NULL;
  const TbTemplate *known = tb_template_find (tb_element_get (element, TB_PROP_NAME), &error);
  const TbElement *component = element->parent;
  if (known == NULL)
    {
      ERROR (element, "no-such-template", "%s", error->message);
      return;
    }
  const char *kind = tb_element_get (component, TB_PROP_KIND);
  if (known->kinds != NULL && !tb_words_contain (known->kinds, kind))
    {
      g_autofree char *choice = tb_words_to_choice (known->kinds);
      ERROR (element, "template-contradicted", "%s can be a %s, but the component is a %s",
             known->title, choice, kind);
    }
  for (guint i = 0; i < component->n_children; i++)
    if (component->children[i]->kind == TB_KIND_SERVICE)
      check_fixed_service (validation, known, component->children[i]);
  for (guint i = 0; i < element->n_children; i++)
    check_param (validation, known, element->children[i]);
}

/* The called component's template, where it has one that is known. */
static const TbTemplate *
template_of (const TbElement *component)
{
  const TbElement *element = tb_element_child_of (component, TB_KIND_TEMPLATE);
  return element != NULL ? tb_template_find (tb_element_get (element, TB_PROP_NAME), NULL) : NULL;
}

/* How often it fails is said once: by the two times, or by the share of time it works. */
static void
check_failing (TbValidation *validation, const TbElement *element)
{
  gboolean mtbf = tb_element_is_set (element, TB_PROP_MTBF), mttr = tb_element_is_set (element, TB_PROP_MTTR);
  gboolean share = tb_element_is_set (element, TB_PROP_AVAILABILITY);
  if (share && tb_element_get_share (element, TB_PROP_AVAILABILITY) < 0)
    ERROR (element, "bad-availability", "availability is “%s”, expected a share such as 99.9%% or 0.999",
           tb_element_get (element, TB_PROP_AVAILABILITY));
  if (share && (mtbf || mttr))
    ERROR (element, "bad-availability", "availability and %s, expected one: the share of time it works, or mtbf and mttr",
           mtbf ? "mtbf" : "mttr");
  else if (mtbf != mttr)
    ERROR (element, "bad-availability", "%s without %s, expected both: how long it works and how long it is down",
           mtbf ? "mtbf" : "mttr", mtbf ? "mttr" : "mtbf");
}

/* Layers spanned must be neighbours: what lies between is crossed, too. */
static void
check_layers (TbValidation *validation, const TbElement *component)
{
  const char *layers = tb_element_get (component, TB_PROP_LAYER);
  guint n = 0, lowest = G_MAXUINT, highest = 0;
  for (guint i = 0; layers != NULL && i < validation->model->kinds[TB_KIND_LAYER].n; i++)
    if (tb_words_contain (layers,
                          tb_element_id (tb_model_nth (validation->model, TB_KIND_LAYER, i))))
      {
        lowest = MIN (lowest, i);
        highest = i;
        n++;
      }
  if (n > 1 && highest - lowest + 1 != n)
    ERROR (component, "layers-apart", "its layers %s are not neighbours", layers);
}

/* One that only calls, as a person's browser does, may be anywhere. */
static gboolean
only_calls (const TbModel *model, const TbElement *component)
{
  gboolean calls = FALSE;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      if (g_strcmp0 (tb_element_get (link, TB_PROP_TO), tb_element_id (component)) == 0)
        return FALSE;
      calls |= g_strcmp0 (tb_element_get (link, TB_PROP_FROM), tb_element_id (component)) == 0;
    }
  return calls;
}

static void
check_component (TbValidation *validation, const TbElement *component)
{
  for_each_repeated (component, TB_KIND_SERVICE, TB_PROP_NAME, repeated_service, validation);
  for_each_repeated (component, TB_KIND_SERVICE, TB_PROP_PORT, repeated_port, validation);
  for_each_repeated (component, TB_KIND_ON, TB_PROP_REPLICA, repeated_replica, validation);
  for_each_repeated (component, TB_KIND_ENV, TB_PROP_NAME, repeated_env, validation);
  for_each_repeated (component, TB_KIND_FILE, TB_PROP_NAME, repeated_file, validation);
  check_programs (validation, component);
  check_failing (validation, component);
  check_layers (validation, component);
  if (tb_component_role (component) == TB_ROLE_EXTERNAL
      && !tb_element_is_set (component, TB_PROP_ADDRESS)
      && !only_calls (validation->model, component))
    INFO (component, "external-address", "it is external and has no address");
}

static void
check_on (TbValidation *validation, const TbElement *on)
{
  const TbElement *component = on->parent;
  gint64 replica = tb_element_get_integer (on, TB_PROP_REPLICA);
  if (replica > tb_component_replicas (component))
    ERROR (on, "no-such-replica", "replica %d is put on a device, but the component has %u",
           (int) replica, tb_component_replicas (component));
  const TbElement *device = tb_element_get_ref (validation->model, on, TB_PROP_DEVICE);
  const char *tier = tb_element_get (component, TB_PROP_TIER);
  if (device != NULL && g_strcmp0 (tb_element_id (device->parent), tier) != 0)
    ERROR (on, "device-of-other-tier", "device %s is of tier %s, but the component is in %s",
           tb_element_id (device), tb_element_id (device->parent), tier != NULL ? tier : "none");
}

static void
check_builtin (TbValidation *validation, const TbElement *builtin)
{
  if (tb_element_is_set (builtin, TB_PROP_THINK) && tb_element_is_set (builtin, TB_PROP_RATE))
    ERROR (builtin, "think-and-rate",
           "think and rate, expected one: a client waits for answers, or keeps a rate");
  tb_validate_replication (validation, builtin);
}

static void
check_call (TbValidation *validation, const TbElement *call)
{
  const TbElement *link = tb_element_get_ref (validation->model, call, TB_PROP_LINK);
  const TbElement *component = call->parent->parent;
  if (link != NULL
      && g_strcmp0 (tb_element_get (link, TB_PROP_FROM), tb_element_id (component)) != 0)
    ERROR (call, "call-over-others-link", "it calls over link %s, which starts at %s",
           tb_element_id (link), tb_element_get (link, TB_PROP_FROM));
}

/* ---- Links and groups ------------------------------------------------------------------------ */

static void
check_link (TbValidation *validation, const TbElement *link)
{
  const TbElement *target = tb_element_get_ref (validation->model, link, TB_PROP_TO);
  const char *service = tb_element_get (link, TB_PROP_SERVICE);
  if (target == NULL)
    return;
  if (g_strcmp0 (tb_element_id (target), tb_element_get (link, TB_PROP_FROM)) == 0)
    WARNING (link, "self-link", "it leads from %s to itself", tb_element_id (target));
  const TbTemplate *known = template_of (target);
  if (service != NULL && tb_link_service (validation->model, link) == NULL
      && (known == NULL || tb_template_service (known, service) == NULL))
    ERROR (link, "no-such-service", "%s offers no service %s", tb_element_id (target), service);
}

static void
check_group (TbValidation *validation, const TbElement *group)
{
  const TbElement *outer = group;
  /* Only a cycle through this very group; the others of it say so themselves. */
  for (guint n = validation->model->kinds[TB_KIND_GROUP].n; outer != NULL && n > 0; n--)
    {
      outer = tb_element_get_ref (validation->model, outer, TB_PROP_PARENT);
      if (outer == group)
        {
          ERROR (group, "group-cycle", "it lies inside itself");
          return;
        }
    }
}

/* ---- Scenarios ------------------------------------------------------------------------------- */

static void
check_do (TbValidation *validation, const TbElement *action)
{
  static const TbProp actions[] = { TB_PROP_PARTITION, TB_PROP_HEAL,   TB_PROP_FAULT,
                                    TB_PROP_KILL,      TB_PROP_PAUSE,  TB_PROP_RESUME,
                                    TB_PROP_RESTART,   TB_PROP_LOAD };
  guint n = 0;
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    n += tb_element_is_set (action, actions[i]);
  if (n != 1)
    ERROR (action, "no-one-action",
           "<do> says %s, expected one of partition, heal, fault, kill, pause, resume, restart "
           "or load",
           n == 0 ? "nothing" : "several things");
}

static void
check_expect (TbValidation *validation, const TbElement *expect)
{
  const char *during = tb_element_get (expect, TB_PROP_DURING);
  const TbElement *scenario = expect->parent;
  for (guint i = 0; during != NULL && i < scenario->n_children; i++)
    if (scenario->children[i]->kind == TB_KIND_PHASE
        && strcmp (tb_element_id (scenario->children[i]), during) == 0)
      return;
  if (during != NULL)
    ERROR (expect, "no-such-phase", "during names %s, which is no phase of this scenario", during);
}

/* ---- Views ----------------------------------------------------------------------------------- */

static void
repeated_place (TbValidation *validation, const TbElement *place, const char *of)
{
  ERROR (place, "duplicate-place", "%s has two places", of);
}

static void
repeated_route (TbValidation *validation, const TbElement *route, const char *of)
{
  ERROR (route, "duplicate-route", "%s has two routes", of);
}

static void
check_view (TbValidation *validation, const TbElement *view)
{
  for_each_repeated (view, TB_KIND_PLACE, TB_PROP_OF, repeated_place, validation);
  for_each_repeated (view, TB_KIND_ROUTE, TB_PROP_OF, repeated_route, validation);
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* What tells two links apart for the interception: caller, called and port. */
static char *
connection_of (const TbModel *model, const TbElement *link)
{
  const TbElement *service = tb_link_service (model, link);
  const char *named = tb_element_get (link, TB_PROP_SERVICE);
  return g_strdup_printf ("%s>%s:%u:%s", tb_element_get (link, TB_PROP_FROM),
                          tb_element_get (link, TB_PROP_TO), service != NULL ? service->uid : 0,
                          service == NULL && named != NULL ? named : "");
}

static void
check_architecture (TbValidation *validation, const TbElement *root)
{
  const TbElementTable *links = &validation->model->kinds[TB_KIND_LINK];
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < links->n; i++)
    {
      g_autofree char *connection = connection_of (validation->model, links->items[i]);
      const TbElement *other = g_hash_table_lookup (seen, connection);
      if (other != NULL)
        WARNING (links->items[i], "duplicate-link",
                 "it calls the same service from the same component as link %s, and the two cannot "
                 "be told apart",
                 tb_element_id (other));
      else
        g_hash_table_insert (seen, g_steal_pointer (&connection), links->items[i]);
    }
}

static void (*const rules[TB_N_KINDS]) (TbValidation *, const TbElement *) = {
  [TB_KIND_ARCHITECTURE] = check_architecture,
  [TB_KIND_DEVICE] = check_failing,
  [TB_KIND_GROUP] = check_group,
  [TB_KIND_COMPONENT] = check_component,
  [TB_KIND_ON] = check_on,
  [TB_KIND_BUILTIN] = check_builtin,
  [TB_KIND_CALL] = check_call,
  [TB_KIND_TEMPLATE] = check_template,
  [TB_KIND_LINK] = check_link,
  [TB_KIND_DO] = check_do,
  [TB_KIND_EXPECT] = check_expect,
  [TB_KIND_VIEW] = check_view,
};

void
tb_validate_rules (TbValidation *validation, const TbElement *element)
{
  if (rules[element->kind] != NULL)
    rules[element->kind](validation, element);
}
