/* Which links may be drawn, and why the others may not; which of those that may a reviewer would ask
 * about. One row a rule, asked in order. Refused is what contradicts itself whatever the drawing is
 * for; what is only doubtful stays legal. */
#include "legal-private.h"

#include <string.h>

/* ---- Facts ----------------------------------------------------------------------------------- */

static TbRole
role (const TbElement *component)
{
  return tb_component_role (component);
}

static guint
count_services (const TbElement *component)
{
  guint n = 0;
  for (guint i = 0; i < tb_element_n_children (component); i++)
    n += tb_element_kind (tb_element_child (component, i)) == TB_KIND_SERVICE;
  return MAX (n, 1);
}

static void
count_link (TbCaller *caller, const TbElement *link)
{
  const char *from = tb_element_get (link, TB_PROP_FROM), *to = tb_element_get (link, TB_PROP_TO);
  const char *id = tb_element_id (caller->from);
  if (from == NULL || to == NULL)
    return;
  if (strcmp (from, id) == 0)
    {
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (caller->calls, to));
      g_hash_table_insert (caller->calls, (gpointer) to, GUINT_TO_POINTER (n + 1));
    }
  else if (strcmp (to, id) == 0
           && g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") != 0)
    g_hash_table_add (caller->callers, (gpointer) from);
  const TbElement *front = tb_model_lookup (caller->model, from);
  if (front != NULL && front != caller->from
      && (role (front) == TB_ROLE_BALANCER || role (front) == TB_ROLE_PROXY))
    g_hash_table_insert (caller->fronts, (gpointer) to, (gpointer) front);
}

gboolean
tb_caller_begin (TbCaller *caller, TbEditor *editor, TbUid from)
{
  const TbModel *model = tb_editor_model (editor);
  *caller = (TbCaller){ .model = model, .from = tb_editor_element (editor, from) };
  if (caller->from == NULL || tb_element_kind (caller->from) != TB_KIND_COMPONENT)
    return FALSE;
  caller->calls = g_hash_table_new (g_str_hash, g_str_equal);
  caller->callers = g_hash_table_new (g_str_hash, g_str_equal);
  caller->fronts = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    count_link (caller, tb_model_nth (model, TB_KIND_LINK, i));
  return TRUE;
}

void
tb_caller_end (TbCaller *caller)
{
  g_clear_pointer (&caller->calls, g_hash_table_unref);
  g_clear_pointer (&caller->callers, g_hash_table_unref);
  g_clear_pointer (&caller->fronts, g_hash_table_unref);
}

/* ---- What is refused ------------------------------------------------------------------------- */

static gboolean
no_component (const TbCaller *c, const TbElement *to)
{
  return tb_element_kind (to) != TB_KIND_COMPONENT;
}

static gboolean
same (const TbCaller *c, const TbElement *to)
{
  return c->from == to;
}

static gboolean
client_to_client (const TbCaller *c, const TbElement *to)
{
  return role (c->from) == TB_ROLE_CLIENT && role (to) == TB_ROLE_CLIENT;
}

static gboolean
to_client (const TbCaller *c, const TbElement *to)
{
  return role (to) == TB_ROLE_CLIENT;
}

static gboolean
both_outside (const TbCaller *c, const TbElement *to)
{
  return role (c->from) == TB_ROLE_EXTERNAL && role (to) == TB_ROLE_EXTERNAL;
}

/* One link per caller and service: the interception could not tell two apart. */
static gboolean
linked_already (const TbCaller *c, const TbElement *to)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (c->calls, tb_element_id (to)))
         >= count_services (to);
}

/* ---- What is doubtful ------------------------------------------------------------------------ */

/* Positions of the first and last of the layers a component names; FALSE where it names none. */
static gboolean
layers_of (const TbModel *model, const TbElement *component, guint *first, guint *last)
{
  g_auto (GStrv) ids
      = g_strsplit_set (tb_element_get (component, TB_PROP_LAYER) ?: "", " \t\n", -1);
  *first = G_MAXUINT;
  *last = 0;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LAYER); i++)
    if (g_strv_contains ((const char *const *) ids,
                         tb_element_id (tb_model_nth (model, TB_KIND_LAYER, i))))
      {
        *first = MIN (*first, i);
        *last = i;
      }
  return *first != G_MAXUINT;
}

static gboolean
upwards (const TbCaller *c, const TbElement *to)
{
  guint first, last, to_first, to_last;
  return layers_of (c->model, c->from, &first, &last)
         && layers_of (c->model, to, &to_first, &to_last) && to_last < first;
}

static gboolean
skips_strict (const TbCaller *c, const TbElement *to)
{
  guint first, last, to_first, to_last;
  return layers_of (c->model, c->from, &first, &last)
         && layers_of (c->model, to, &to_first, &to_last) && to_first > last + 1
         && tb_element_get_boolean (tb_model_nth (c->model, TB_KIND_LAYER, last), TB_PROP_STRICT);
}

static gboolean
mutual (const TbCaller *c, const TbElement *to)
{
  return g_hash_table_contains (c->callers, tb_element_id (to));
}

/* Into the middle of a chain that a balancer or proxy stands at the head of. */
static gboolean
past_front (const TbCaller *c, const TbElement *to)
{
  return role (c->from) != TB_ROLE_BALANCER && role (c->from) != TB_ROLE_PROXY
         && g_hash_table_contains (c->fronts, tb_element_id (to));
}

static gboolean
store_calls (const TbCaller *c, const TbElement *to)
{
  return role (c->from) == TB_ROLE_STORE && role (to) != TB_ROLE_STORE
         && role (to) != TB_ROLE_BROKER;
}

static gboolean
no_address (const TbCaller *c, const TbElement *to)
{
  return role (to) == TB_ROLE_EXTERNAL && !tb_element_is_set (to, TB_PROP_ADDRESS);
}

gboolean
tb_protocol_fits (const TbElement *from, const TbElement *to)
{
  const TbElement *service = tb_element_child_of (to, TB_KIND_SERVICE);
  const char *protocol = service ? tb_element_get (service, TB_PROP_PROTOCOL) : NULL;
  return protocol == NULL || tb_element_child_of (from, TB_KIND_BUILTIN) == NULL
         || strcmp (protocol, "http") == 0 || strcmp (protocol, "resp") == 0;
}

static gboolean
not_spoken (const TbCaller *c, const TbElement *to)
{
  return !tb_protocol_fits (c->from, to);
}

/* ---- The tables ------------------------------------------------------------------------------ */

typedef struct
{
  gboolean (*holds) (const TbCaller *caller, const TbElement *to);
  const char *words;
} Rule;

static const char ends_are_components[] = "Only components can be linked";

static const Rule refusals[] = {
  { no_component, ends_are_components },
  { same, "A component does not call itself; its replicas are linked by their replication" },
  { client_to_client, "Two clients do not call each other: one of them would be a server" },
  { to_client, "A client offers no service that could be called" },
  { both_outside, "Both are outside: nothing between them would run here" },
  { linked_already, "There is a link to every service of it already" },
};

static const Rule cautions[] = {
  { upwards, "It calls a layer above its own" },
  { skips_strict, "It skips a layer, and its own is strict" },
  { mutual, "Each would wait for the other" },
  { past_front, "It goes past what stands in front of it" },
  { store_calls, "A store answers; it seldom calls" },
  { no_address, "It has no address yet" },
  { not_spoken, "A built-in part speaks HTTP and RESP only" },
};

static const char *
first_that_holds (const Rule *rules, guint n, const TbCaller *caller, const TbElement *to)
{
  for (guint i = 0; i < n; i++)
    if (rules[i].holds (caller, to))
      return rules[i].words;
  return NULL;
}

const char *
tb_caller_refusal (const TbCaller *caller, const TbElement *to)
{
  return first_that_holds (refusals, G_N_ELEMENTS (refusals), caller, to);
}

const char *
tb_caller_caution (const TbCaller *caller, const TbElement *to)
{
  return first_that_holds (cautions, G_N_ELEMENTS (cautions), caller, to);
}

const char *
tb_editor_link_reason (TbEditor *editor, TbUid from, TbUid to)
{
  const TbElement *target = tb_editor_element (editor, to);
  const char *reason = ends_are_components;
  TbCaller caller;
  if (target != NULL && tb_caller_begin (&caller, editor, from))
    reason = tb_caller_refusal (&caller, target);
  tb_caller_end (&caller);
  return reason;
}

const char *
tb_editor_link_refusal (TbEditor *editor, TbUid from, TbUid to)
{
  return tb_editor_link_reason (editor, from, to);
}

const char *
tb_editor_link_caution (TbEditor *editor, TbUid from, TbUid to)
{
  const TbElement *target = tb_editor_element (editor, to);
  const char *caution = NULL;
  TbCaller caller;
  if (target != NULL && tb_caller_begin (&caller, editor, from)
      && tb_caller_refusal (&caller, target) == NULL)
    caution = tb_caller_caution (&caller, target);
  tb_caller_end (&caller);
  return caution;
}
