/* A <scenario> checked against a drawing: names, times, attributes. Everything that is wrong is said. */
#include <math.h>
#include <string.h>

#include "compile-private.h"

#define PHASE_MOST_NS (24 * 3600 * TB_NS_PER_S)

void
tb_compile_refuse (TbCompile *c, const TbElement *at, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  const char *id = tb_element_id (c->scenario);
  tb_problems_add (c->problems, TB_SEVERITY_ERROR, "scenario", tb_element_uid (at), tb_element_line (at),
                   tb_element_column (at), "scenario %s, line %u: %s", id != NULL ? id : "?",
                   tb_element_line (at), sentence);
  c->bad = TRUE;
}

/* ---- Names -------------------------------------------------------------------------------------------- */

const TbPlanInstance *
tb_compile_component (const TbCompile *c, const char *id)
{
  for (guint i = 0; i < c->plan->instances->len; i++)
    {
      const TbPlanInstance *instance = g_ptr_array_index (c->plan->instances, i);
      if (g_strcmp0 (instance->component_id, id) == 0)
        return instance;
    }
  return NULL;
}

static guint
replicas_of (const TbCompile *c, const char *component)
{
  guint n = 0;
  for (guint i = 0; i < c->plan->instances->len; i++)
    n += g_strcmp0 (((TbPlanInstance *) g_ptr_array_index (c->plan->instances, i))->component_id,
                    component) == 0;
  return n;
}

static gboolean
is_device (const TbCompile *c, const char *id)
{
  for (guint i = 0; i < c->plan->instances->len; i++)
    if (g_strcmp0 (((TbPlanInstance *) g_ptr_array_index (c->plan->instances, i))->device, id) == 0)
      return TRUE;
  return FALSE;
}

static const TbPlanLink *
find_link (const TbCompile *c, const char *id)
{
  int i = tb_plan_find_link (c->plan, id);
  return i >= 0 ? g_ptr_array_index (c->plan->links, (guint) i) : NULL;
}

static gboolean
refuse_replica (TbCompile *c, const TbElement *at, const char *component, guint replica)
{
  guint n = replicas_of (c, component);
  if (replica <= n)
    return TRUE;
  tb_compile_refuse (c, at, "there is no “%s/%u”: %s has %u replica%s", component, replica, component, n,
                     n == 1 ? "" : "s");
  return FALSE;
}

static gboolean
check_pair (TbCompile *c, const TbElement *at, const TbPlanLink *link, const TbName *name)
{
  return refuse_replica (c, at, link->from_component, name->from)
         && refuse_replica (c, at, link->to_component, name->to);
}

/* The wrong kind of thing is said to be that. */
static gboolean
check_parsed (TbCompile *c, const TbElement *at, const char *word, const TbName *name, guint of)
{
  const TbPlanLink *link = find_link (c, name->form == TB_NAME_REPLICAS ? word : name->id);
  gboolean component = tb_compile_component (c, name->id) != NULL;
  if (name->form == TB_NAME_REPLICAS && component && (of & TB_NAMES_LINKS))
    return TRUE;
  if (link != NULL && (of & TB_NAMES_LINKS))
    return name->form != TB_NAME_INSTANCE_LINK || check_pair (c, at, link, name);
  if (link != NULL)
    tb_compile_refuse (c, at, "“%s” is a link, and here stands what runs", word);
  else if (!component && !(name->form == TB_NAME_ELEMENT && (of & TB_NAMES_INSTANCES) && is_device (c, word)))
    tb_compile_refuse (c, at, "nothing is called “%s”", word);
  else if (component && !(of & TB_NAMES_INSTANCES))
    tb_compile_refuse (c, at, "“%s” is a component, and here stands a link", word);
  else if (name->form == TB_NAME_ROLE && !(of & TB_NAMES_ROLES))
    tb_compile_refuse (c, at, "“%s” is another one from time to time; name the component or an instance", word);
  else
    return name->form != TB_NAME_INSTANCE || refuse_replica (c, at, name->id, name->from);
  return FALSE;
}

static gboolean
check_name (TbCompile *c, const TbElement *at, const char *word, guint of)
{
  TbName name;
  if ((g_str_equal (word, "*") && (of & TB_NAMES_INSTANCES))
      || ((of & TB_NAMES_FAULTS) && (g_str_equal (word, "all") || strchr (word, ':') != NULL)))
    return TRUE;
  if (tb_name_parse (word, &name, NULL))
    return check_parsed (c, at, word, &name, of);
  tb_compile_refuse (c, at, "“%s” is no name", word);
  return FALSE;
}

gboolean
tb_compile_names (TbCompile *c, const TbElement *at, const char *names, guint of)
{
  g_auto (GStrv) words = g_strsplit_set (names, " ,", -1);
  gboolean good = TRUE;
  for (guint i = 0; words[i] != NULL; i++)
    good &= *words[i] == '\0' || check_name (c, at, words[i], of);
  return good;
}

TbCondition *
tb_compile_condition (TbCompile *c, const TbElement *at, const char *text)
{
  g_autoptr (GError) error = NULL;
  TbCondition *condition = tb_condition_parse (text, &error);
  if (condition == NULL)
    tb_compile_refuse (c, at, "%s", error->message);
  for (guint i = 0; condition != NULL && i < condition->clauses->len; i++)
    {
      const TbClause *clause = &g_array_index (condition->clauses, TbClause, i);
      gboolean traffic = clause->kind == TB_CONDITION_CARRIED || clause->kind == TB_CONDITION_FAILED
                         || clause->kind == TB_CONDITION_QUIET;
      if (clause->name != NULL)
        tb_compile_names (c, at, clause->name,
                          TB_NAMES_INSTANCES | (traffic ? TB_NAMES_LINKS : TB_NAMES_ROLES));
    }
  return condition;
}

/* ---- Actions ------------------------------------------------------------------------------------------ */

static const struct
{
  TbProp prop;
  const char *word;
  guint of;      /* what its own value names; 0: no names */
  gboolean undo; /* `for` means something */
} verbs[] = {
  { TB_PROP_PARTITION, "partition", 0, TRUE },
  { TB_PROP_HEAL, "heal", TB_NAMES_INSTANCES | TB_NAMES_ROLES | TB_NAMES_LINKS | TB_NAMES_FAULTS, FALSE },
  { TB_PROP_FAULT, "fault", 0, TRUE },
  { TB_PROP_KILL, "kill", TB_NAMES_INSTANCES | TB_NAMES_ROLES, TRUE },
  { TB_PROP_PAUSE, "pause", TB_NAMES_INSTANCES | TB_NAMES_ROLES, TRUE },
  { TB_PROP_RESUME, "resume", TB_NAMES_INSTANCES | TB_NAMES_ROLES, FALSE },
  { TB_PROP_RESTART, "restart", TB_NAMES_INSTANCES | TB_NAMES_ROLES, FALSE },
  { TB_PROP_LOAD, "load", TB_NAMES_INSTANCES, TRUE },
};

/* Index of the one thing that it asks for, -1: refused. */
static int
verb_of (TbCompile *c, const TbElement *action)
{
  int found = -1;
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      if (!tb_element_is_set (action, verbs[i].prop))
        continue;
      if (found >= 0)
        {
          tb_compile_refuse (c, action, "an action does one thing, and this asks for %s and %s",
                             verbs[found].word, verbs[i].word);
          return -1;
        }
      found = (int) i;
    }
  if (found < 0)
    tb_compile_refuse (c, action, "this action asks for nothing; it is one of partition, heal, fault, kill, "
                       "pause, resume, restart and load");
  return found;
}

/* Every attribute after the first, as it is written. */
static char *
words_of (const TbElement *action, guint verb)
{
  static const TbProp left_out[] = { TB_PROP_AT, TB_PROP_ONCE, TB_PROP_DESCRIPTION, TB_PROP_TAGS, TB_PROP_HREF };
  const TbKindSpec *spec = tb_schema_kind (TB_KIND_DO);
  const char *value = tb_element_get (action, verbs[verb].prop);
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%s %s", verbs[verb].word, value);
  if (verbs[verb].prop == TB_PROP_FAULT)
    g_string_assign (text, value);
  if (tb_element_is_set (action, TB_PROP_OF))
    g_string_append_printf (text, " of %s", tb_element_get (action, TB_PROP_OF));
  for (guint i = 0; i < spec->n_props; i++)
    {
      TbProp prop = spec->props[i].prop;
      gboolean said = prop == verbs[verb].prop || prop == TB_PROP_OF;
      for (guint k = 0; k < G_N_ELEMENTS (left_out); k++)
        said |= prop == left_out[k];
      if (!said && tb_element_is_set (action, prop))
        g_string_append_printf (text, " %s%s%s", spec->props[i].name,
                                prop == TB_PROP_FOR || prop == TB_PROP_FROM || prop == TB_PROP_TO ? " " : "=",
                                tb_element_get (action, prop));
    }
  return g_string_free (text, FALSE);
}

typedef struct
{
  const TbPlan *plan;
  const char *role;
  gboolean one; /* only the first of a component has it, so that there are others for it to be cut off from */
} Somebody;

/* A name for a role is somebody: it is only asked whether so many are enough. */
static const char *
anybody (guint instance, gpointer data)
{
  const Somebody *s = data;
  const TbPlanInstance *planned = g_ptr_array_index (s->plan->instances, instance);
  return !s->one || planned->replica == 1 ? s->role : NULL;
}

static void
check_partition (TbCompile *c, const TbElement *action)
{
  g_autoptr (GError) error = NULL;
  TbPartition p;
  const char *of = tb_element_get (action, TB_PROP_OF);
  if (g_str_equal (tb_element_get (action, TB_PROP_PARTITION), "cut"))
    {
      if (of == NULL && !tb_element_is_set (action, TB_PROP_FROM) && !tb_element_is_set (action, TB_PROP_TO))
        tb_compile_refuse (c, action, "of= must say which link, or whose links, are cut");
      else if (of != NULL)
        tb_compile_names (c, action, of, TB_NAMES_INSTANCES | TB_NAMES_LINKS);
      return;
    }
  gboolean known = (of == NULL || tb_compile_names (c, action, of, TB_NAMES_INSTANCES | TB_NAMES_ROLES));
  const char *from = tb_element_get (action, TB_PROP_FROM);
  known &= from == NULL || tb_compile_names (c, action, from, TB_NAMES_INSTANCES | TB_NAMES_ROLES);
  if (!known || !tb_partition_of_do (action, &p, &error))
    {
      if (error != NULL)
        tb_compile_refuse (c, action, "%s", error->message);
      return;
    }
  p.seed = p.seed != 0 ? p.seed : 1;
  const char *slash = of != NULL ? strrchr (of, '/') : NULL;
  /* orders/2 is an instance, and no role. */
  g_autofree char *role = g_strdup (slash != NULL && !g_ascii_isdigit (slash[1]) ? slash + 1 : "leader");
  role[strcspn (role, " ,")] = '\0';
  Somebody somebody = { c->plan, role, p.from != NULL };
  g_autoptr (GArray) pairs = tb_partition_pairs (c->plan, &p, anybody, &somebody, NULL, &error);
  if (pairs == NULL)
    tb_compile_refuse (c, action, "%s", error->message);
}

static void
check_fault (TbCompile *c, const TbElement *action)
{
  static const TbProp places[] = { TB_PROP_OF, TB_PROP_FROM, TB_PROP_TO };
  g_autoptr (GError) error = NULL;
  TbWireFault fault = { 0 };
  gboolean known = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (tb_element_is_set (action, places[i]))
      known &= tb_compile_names (c, action, tb_element_get (action, places[i]),
                                 TB_NAMES_INSTANCES | (i == 0 ? TB_NAMES_LINKS : 0));
  if (!known)
    return;
  if (!tb_fault_of_do (c->plan, action, "check", &fault, &error))
    tb_compile_refuse (c, action, "%s", error->message);
  tb_wire_fault_clear (&fault);
}

static void
check_load (TbCompile *c, const TbElement *action)
{
  TbName name;
  const char *client = tb_element_get (action, TB_PROP_LOAD);
  if (!tb_compile_names (c, action, client, TB_NAMES_INSTANCES) || !tb_name_parse (client, &name, NULL))
    return;
  const TbPlanInstance *instance = tb_compile_component (c, name.id);
  gboolean rate = tb_element_is_set (action, TB_PROP_RATE), think = tb_element_is_set (action, TB_PROP_THINK);
  if (instance == NULL || tb_plan_load_path (instance) == NULL)
    tb_compile_refuse (c, action, "“%s” is no built-in client: its load cannot be changed", client);
  else if (rate == think)
    tb_compile_refuse (c, action, "a load has rate= (requests a second) or think= (a pause after each answer)");
}

static void
check_action (TbCompile *c, const TbElement *action, guint verb)
{
  const char *names = tb_element_get (action, verbs[verb].prop);
  if (verbs[verb].prop == TB_PROP_LOAD)
    check_load (c, action);
  else if (verbs[verb].of != 0)
    tb_compile_names (c, action, names, verbs[verb].of);
  else if (verbs[verb].prop == TB_PROP_PARTITION)
    check_partition (c, action);
  else
    check_fault (c, action);
  if (tb_element_is_set (action, TB_PROP_FOR) && !verbs[verb].undo)
    tb_compile_refuse (c, action, "for= says nothing of %s: there is nothing to take back", verbs[verb].word);
  else if (tb_element_is_set (action, TB_PROP_FOR) && tb_element_get_ns (action, TB_PROP_FOR) <= 0)
    tb_compile_refuse (c, action, "for= must be longer than nothing");
}

static void
free_action (gpointer data)
{
  TbScenarioAction *action = data;
  g_free (action->id);
  g_free (action->text);
  tb_condition_free (action->when);
  g_free (action);
}

/* A duration that is written, and what of it is impossible. */
static gint64
time_of (TbCompile *c, const TbElement *at, TbProp prop, const char *name)
{
  gint64 ns = tb_element_get_ns (at, prop);
  if (ns < 0)
    tb_compile_refuse (c, at, "%s= is before its beginning", name);
  return ns;
}

static void
compile_action (TbCompile *c, TbScenarioStep *step, const TbElement *element)
{
  char at[40], lasts[40];
  int verb = verb_of (c, element);
  if (verb < 0)
    return;
  TbScenarioAction *action = g_new0 (TbScenarioAction, 1);
  g_ptr_array_add (step->actions, action);
  action->element = element;
  action->at_ns = time_of (c, element, TB_PROP_AT, "at");
  action->for_ns = tb_element_get_ns (element, TB_PROP_FOR);
  action->text = words_of (element, (guint) verb);
  action->id = g_strdup_printf ("%s.%s.%u", tb_element_id (c->scenario), step->id, step->actions->len);
  check_action (c, element, (guint) verb);
  if (tb_element_is_set (element, TB_PROP_ONCE))
    action->when = tb_compile_condition (c, element, tb_element_get (element, TB_PROP_ONCE));
  if (action->at_ns < step->ns || step->ns <= 0)
    return;
  tb_duration_format (action->at_ns, at, sizeof at);
  tb_duration_format (step->ns, lasts, sizeof lasts);
  tb_compile_refuse (c, element, "this is to be done %s after the phase %s began, which lasts %s", at, step->id,
                     lasts);
}

/* ---- Steps -------------------------------------------------------------------------------------------- */

static void
free_step (gpointer data)
{
  TbScenarioStep *step = data;
  g_free (step->id);
  tb_condition_free (step->until);
  g_ptr_array_unref (step->actions);
  g_free (step);
}

static int
compare_actions (gconstpointer a, gconstpointer b)
{
  const TbScenarioAction *one = *(TbScenarioAction *const *) a, *two = *(TbScenarioAction *const *) b;
  return (one->at_ns > two->at_ns) - (one->at_ns < two->at_ns);
}

static void
compile_phase (TbCompile *c, TbScenarioStep *step, const TbElement *element)
{
  step->kind = TB_STEP_PHASE;
  step->id = g_strdup (tb_element_id (element));
  step->ns = tb_element_get_ns (element, TB_PROP_LASTS);
  if (step->ns <= 0)
    tb_compile_refuse (c, element, "the phase %s must last longer than nothing", step->id);
  else if (step->ns > PHASE_MOST_NS)
    tb_compile_refuse (c, element, "the phase %s lasts longer than a day", step->id);
  for (guint i = 0; i < tb_element_n_children (element); i++)
    if (tb_element_kind (tb_element_child (element, i)) == TB_KIND_DO)
      compile_action (c, step, tb_element_child (element, i));
  g_ptr_array_sort (step->actions, compare_actions); /* keeps those of one time in their order */
}

static void
compile_wait (TbCompile *c, TbScenarioStep *step, const TbElement *element)
{
  step->kind = TB_STEP_WAIT;
  step->ns = TB_SCENARIO_WAIT_NS;
  step->until = tb_compile_condition (c, element, tb_element_get (element, TB_PROP_UNTIL));
  if (!tb_element_is_set (element, TB_PROP_WITHIN))
    return;
  step->ns = tb_element_get_ns (element, TB_PROP_WITHIN);
  if (step->ns <= 0 || step->ns > PHASE_MOST_NS)
    tb_compile_refuse (c, element, "within= must be longer than nothing, and at most a day");
}

static void
compile_step (TbCompile *c, TbScenario *scenario, const TbElement *element)
{
  TbScenarioStep *step = g_new0 (TbScenarioStep, 1);
  step->line = tb_element_line (element);
  step->actions = g_ptr_array_new_with_free_func (free_action);
  g_ptr_array_add (scenario->steps, step);
  if (tb_element_kind (element) == TB_KIND_PHASE)
    compile_phase (c, step, element);
  else
    compile_wait (c, step, element);
}

static void
free_expect (gpointer data)
{
  TbScenarioExpect *expect = data;
  if (expect == NULL)
    return;
  free_expect (expect->against);
  g_free (expect->where);
  g_free (expect->among);
  g_free (expect->of);
  g_free (expect->during);
  g_free (expect->text);
  g_free (expect);
}

static void
compile_child (TbCompile *c, TbScenario *scenario, const TbElement *element)
{
  TbKind kind = tb_element_kind (element);
  if (kind == TB_KIND_WAIT || kind == TB_KIND_PHASE)
    compile_step (c, scenario, element);
  if (kind != TB_KIND_EXPECT)
    return;
  TbScenarioExpect *expect = g_new0 (TbScenarioExpect, 1);
  if (!tb_compile_expect (c, element, expect))
    {
      free_expect (expect);
      return;
    }
  g_ptr_array_add (scenario->expects, expect);
  scenario->judged = scenario->judged || expect->row->of == TB_OF_STORE;
}

TbScenario *
tb_scenario_new (const TbModel *holder, const TbElement *element, const TbPlan *plan, TbProblems *problems)
{
  TbCompile c = { holder, element, plan, problems, FALSE };
  g_autoptr (TbScenario) scenario = g_new0 (TbScenario, 1);
  scenario->id = g_strdup (tb_element_id (element));
  scenario->title = g_strdup (tb_element_title (element));
  scenario->line = tb_element_line (element);
  scenario->seed = (guint64) tb_element_get_integer (element, TB_PROP_SEED);
  scenario->probes = tb_element_get_boolean (element, TB_PROP_PROBES);
  scenario->model = tb_model_ref (holder);
  scenario->steps = g_ptr_array_new_with_free_func (free_step);
  scenario->expects = g_ptr_array_new_with_free_func (free_expect);
  for (guint i = 0; i < tb_element_n_children (element); i++)
    compile_child (&c, scenario, tb_element_child (element, i));
  if (scenario->steps->len == 0)
    tb_compile_refuse (&c, element, "it has no phase and waits for nothing");
  return c.bad ? NULL : g_steal_pointer (&scenario);
}

void
tb_scenario_free (TbScenario *scenario)
{
  if (scenario == NULL)
    return;
  g_free (scenario->id);
  g_free (scenario->title);
  g_ptr_array_unref (scenario->steps);
  g_ptr_array_unref (scenario->expects);
  tb_model_unref (scenario->model);
  g_free (scenario);
}

gint64
tb_scenario_length_ns (const TbScenario *scenario)
{
  gint64 ns = 0;
  for (guint i = 0; i < scenario->steps->len; i++)
    {
      const TbScenarioStep *step = g_ptr_array_index (scenario->steps, i);
      ns += step->kind == TB_STEP_PHASE ? step->ns : 0;
    }
  return ns;
}
