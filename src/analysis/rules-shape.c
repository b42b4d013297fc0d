/* Devices, what is drawn but does nothing, and what was only hinted at. */
#include <string.h>

#include "rules-private.h"
#include "tb-deployment.h"

/* ---- Devices ---------------------------------------------------------------------------------- */

static void
fix_common (TbRuleFinding *finding, const TbRulePart *part, guint n_devices)
{
  gboolean said = FALSE;
  for (guint r = 1; r <= part->replicas; r++)
    {
      const TbElement *on = tb_replica_on (part->e, r);
      said |= on != NULL;
      if (on != NULL && n_devices > 1)
        tb_finding_fix (finding, "Spread them over the tier's devices", TB_RULE_DELETE, on);
    }
  if (n_devices == 1 && !said)
    tb_finding_fix (finding, "Add a device to the tier", TB_RULE_DEVICE, part->tier);
}

/* Of clients nobody expects that one stands in for another. */
void
tb_rule_common_mode (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      const TbRulePart *part = &run->parts[i];
      guint n = tb_tier_n_devices (part->tier);
      gboolean stands_in = part->replicas > 1 && part->tier != NULL && part->role != TB_ROLE_CLIENT;
      const TbElement *device = stands_in ? tb_replica_device (run->model, part->e, 1) : NULL;
      for (guint r = 2; device != NULL && r <= part->replicas; r++)
        device = tb_replica_device (run->model, part->e, r) == device ? device : NULL;
      if (device == NULL)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, part->e, "all its %u replicas run on %s and fail with it", part->replicas,
                                        tb_element_id (device));
      tb_finding_also (finding, device);
      fix_common (finding, part, n);
    }
}

void
tb_rule_idle_device (TbRuleRun *run, const TbRule *rule)
{
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < run->n_parts; i++)
    {
      const TbRulePart *part = &run->parts[i];
      guint n = tb_tier_n_devices (part->tier);
      for (guint r = 1; n > 0 && r <= part->replicas; r++)
        g_hash_table_add (used, (gpointer) tb_replica_device (run->model, part->e, r));
    }
  for (guint i = 0; i < tb_model_count (run->model, TB_KIND_DEVICE); i++)
    {
      const TbElement *device = tb_model_nth (run->model, TB_KIND_DEVICE, i);
      if (!g_hash_table_contains (used, device))
        tb_rule_say (run, rule, device, "nothing runs on it");
    }
}

/* ---- What does nothing ------------------------------------------------------------------------ */

void
tb_rule_disconnected (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts && run->n_parts > 1; i++)
    if (run->parts[i].in->len + run->parts[i].out->len == 0)
      tb_rule_say (run, rule, run->parts[i].e, "nothing calls it, and it calls nothing");
}

void
tb_rule_uncalled (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      const TbRulePart *part = &run->parts[i];
      gboolean serves = part->role != TB_ROLE_CLIENT && part->role != TB_ROLE_EXTERNAL;
      gboolean listens = FALSE; /* to a broker: what comes from there is its work */
      for (guint k = 0; k < part->out->len; k++)
        listens |= run->parts[tb_rule_out (run, i, k)->to].role == TB_ROLE_BROKER;
      if (serves && !listens && part->in->len == 0 && part->out->len > 0)
        tb_rule_say (run, rule, part->e, "it is a %s, but nothing calls it: what it calls is never called either",
                     tb_role_name (part->role));
    }
}

void
tb_rule_called_client (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRulePart *to = &run->parts[run->links[i].to];
      if (to->role != TB_ROLE_CLIENT || tb_element_child_of (to->e, TB_KIND_SERVICE) != NULL)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, run->links[i].e, "it calls the client %s, which calls others and offers nothing",
                                        tb_element_id (to->e));
      tb_finding_also (finding, to->e);
      tb_finding_fix_set (finding, "Make it a server", to->e, TB_PROP_KIND, "server");
      if (!run->described) /* an arrow back may be only the answer */
        finding->problem.severity = TB_SEVERITY_INFO;
    }
}

/* ---- Containers ------------------------------------------------------------------------------- */

/* All ids that one of these properties names, of components and links. */
static GHashTable *
named_ids (const TbRuleRun *run)
{
  static const TbProp props[] = { TB_PROP_TIER, TB_PROP_LAYER, TB_PROP_GROUP, TB_PROP_MIDDLEWARE };
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < run->n_parts; i++)
    for (guint k = 0; k < G_N_ELEMENTS (props); k++)
      {
        const char *value = tb_element_get (run->parts[i].e, props[k]);
        g_auto (GStrv) words = g_strsplit (value != NULL ? value : "", " ", -1);
        for (guint w = 0; words[w] != NULL; w++)
          g_hash_table_add (ids, g_strdup (words[w]));
      }
  for (guint i = 0; i < run->n_links; i++)
    if (tb_element_is_set (run->links[i].e, TB_PROP_VIA))
      g_hash_table_add (ids, g_strdup (tb_element_get (run->links[i].e, TB_PROP_VIA)));
  for (guint i = 0; i < tb_model_count (run->model, TB_KIND_GROUP); i++)
    {
      const char *outer = tb_element_get (tb_model_nth (run->model, TB_KIND_GROUP, i), TB_PROP_PARENT);
      if (outer != NULL)
        g_hash_table_add (ids, g_strdup (outer));
    }
  return ids;
}

void
tb_rule_empty_container (TbRuleRun *run, const TbRule *rule)
{
  static const TbKind kinds[] = { TB_KIND_LAYER, TB_KIND_TIER, TB_KIND_MIDDLEWARE, TB_KIND_GROUP };
  g_autoptr (GHashTable) ids = named_ids (run);
  for (guint k = 0; k < G_N_ELEMENTS (kinds) && run->n_parts > 0; k++)
    for (guint i = 0; i < tb_model_count (run->model, kinds[k]); i++)
      {
        const TbElement *e = tb_model_nth (run->model, kinds[k], i);
        if (g_hash_table_contains (ids, tb_element_id (e)))
          continue;
        TbRuleFinding *finding = tb_rule_say (run, rule, e, "nothing is in it");
        tb_finding_fix (finding, "Remove it", TB_RULE_DELETE, e);
      }
}

void
tb_rule_empty_interaction (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < tb_model_count (run->model, TB_KIND_INTERACTION); i++)
    {
      const TbElement *e = tb_model_nth (run->model, TB_KIND_INTERACTION, i);
      if (tb_element_child_of (e, TB_KIND_STEP) == NULL)
        tb_rule_say (run, rule, e, "it has no step");
    }
}

void
tb_rule_unjudged_scenario (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < tb_model_count (run->model, TB_KIND_SCENARIO); i++)
    {
      const TbElement *e = tb_model_nth (run->model, TB_KIND_SCENARIO, i);
      if (tb_element_child_of (e, TB_KIND_EXPECT) == NULL)
        tb_rule_say (run, rule, e, "nothing is expected of it: a test of it passes whatever happens");
    }
}

/* ---- Words ------------------------------------------------------------------------------------ */

void
tb_rule_secret (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < tb_model_count (run->model, TB_KIND_SERVICE); i++)
    {
      const TbElement *service = tb_model_nth (run->model, TB_KIND_SERVICE, i);
      if (tb_element_is_set (service, TB_PROP_PASSWORD))
        tb_rule_say (run, rule, tb_element_parent (service), "the file holds a password, and whoever reads the file has it");
    }
}

/* Whether the frames around them tell them apart. */
static gboolean
stand_apart (const TbElement *a, const TbElement *b)
{
  static const TbProp around[] = { TB_PROP_TIER, TB_PROP_LAYER, TB_PROP_GROUP, TB_PROP_MIDDLEWARE };
  for (guint i = 0; i < G_N_ELEMENTS (around); i++)
    if (g_strcmp0 (tb_element_get (a, around[i]), tb_element_get (b, around[i])) != 0)
      return TRUE;
  return FALSE;
}

/* Once a name. A client is known by whom it calls; in a comparison several of one name are meant so. */
void
tb_rule_same_name (TbRuleRun *run, const TbRule *rule)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) said = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < run->n_parts; i++)
    {
      const TbElement *e = run->parts[i].e, *other = g_hash_table_lookup (seen, tb_element_title (e));
      TbRuleFinding *finding = g_hash_table_lookup (said, tb_element_title (e));
      if (run->parts[i].role == TB_ROLE_CLIENT)
        continue;
      if (other == NULL)
        g_hash_table_insert (seen, (gpointer) tb_element_title (e), (gpointer) e);
      else if (finding != NULL)
        tb_finding_also (finding, e);
      else if (!stand_apart (e, other))
        {
          finding = tb_rule_say (run, rule, e, "%s is called “%s” too: on the drawing they look the same", tb_element_id (other),
                                 tb_element_title (e));
          tb_finding_also (finding, other);
          g_hash_table_insert (said, (gpointer) tb_element_title (e), finding);
        }
    }
}

/* ---- What was only hinted at ------------------------------------------------------------------- */

#define OFFERED "offered" /* as importers tag what a person is to judge */

/* The other words. NULL: there are none. (transfer full) */
static char *
tags_without (const char *tags, const char *tag)
{
  g_auto (GStrv) words = g_strsplit (tags, " ", 0);
  GString *others = g_string_new (NULL);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && strcmp (words[i], tag) != 0)
      g_string_append_printf (others, "%s%s", others->len > 0 ? " " : "", words[i]);
  return g_string_free (others, others->len == 0);
}

void
tb_rule_offered (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      if (!tb_element_has_tag (link->e, OFFERED))
        continue;
      const TbElement *from = run->parts[link->from].e, *to = run->parts[link->to].e;
      g_autofree char *kept = tags_without (tb_element_get (link->e, TB_PROP_TAGS), OFFERED);
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "%s seems to call %s, as what was imported hints", tb_element_id (from),
                                            tb_element_id (to));
      tb_finding_also (finding, from);
      tb_finding_also (finding, to);
      tb_finding_fix_set (finding, "Keep the link", link->e, TB_PROP_TAGS, kept);
      tb_finding_other (finding, "Remove the link", TB_RULE_DELETE, link->e);
    }
}
