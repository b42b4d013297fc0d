/* How the plan is made, in the order of the files:
 *
 *   plan-part.c     what each component is run by, and its ports
 *   plan-outside.c  where one lies that is not run
 *   plan-place.c    instances on devices, addresses
 *   plan-link.c     links
 *   plan-order.c    start order
 *   plan-expand.c   ${…}
 *   plan-builtin.c  command lines of tierboard-node
 *   plan-environment.c, plan-ready.c   variables; readiness and stop
 *   plan-probe.c    probing clients, which nobody drew
 *   plan-program.c  commands and templates: argv, files, user, what is asked trust for
 *   plan-follow.c   the plan of a run that goes on: indices of the one before
 *   plan.c          all of it, and looking things up */
#pragma once

#include "tb-base.h"
#include "tb-plan.h"

typedef enum
{
  TB_PART_BUILTIN,
  TB_PART_TEMPLATE,
  TB_PART_COMMAND,
  TB_PART_EXTERNAL
} TbPartHow;

/* Where an external component lies. */
typedef struct
{
  char *host;      /* "db.example.org", "127.0.0.1"; "" where nothing is said */
  TbPlanPort port; /* what a URL says of its service; port 0 where nothing does */
} TbOutside;

/* A component, while the plan is being made. */
typedef struct
{
  const TbElement *element;
  const char *id, *title;
  TbRole role;
  TbPartHow how;
  const TbElement *by;         /* its <builtin>, <template> or <command>; NULL: the default built-in */
  const TbTemplate *template;  /* TEMPLATE */
  GHashTable *params;          /* TEMPLATE: name → value, defaults filled in */
  const char *node_kind;       /* BUILTIN: "client", "server", "store" …, as tierboard-node has it */
  GPtrArray *ports;            /* of TbPlanPort */
  TbOutside outside;           /* EXTERNAL */
  guint first, n;              /* its instances */
  guint first_probe;           /* of its n probing clients; 0: it has none */
  GPtrArray *links;            /* of TbPlanLink, not owned: outgoing, in file order */
} TbPart;

typedef struct
{
  const TbModel *model;
  const TbPlanOptions *options;
  TbPlan *plan;
  GPtrArray *parts; /* of TbPart, in file order */
} TbPlanner;

/* Sets error to "FILE:LINE: sentence". Always FALSE. */
gboolean tb_planner_fail (const TbPlanner *planner, const TbElement *where, TbPlanError code,
                          GError **error, const char *format, ...) G_GNUC_PRINTF (5, 6);
/* NULL where there is no such component. */
TbPart *tb_planner_part (const TbPlanner *planner, const char *component_id);
const TbPlanInstance *tb_planner_instance (const TbPlanner *planner, guint index);
void tb_part_free (gpointer part);
void tb_plan_port_free (gpointer port);
/* Frees what it holds, not itself. */
void tb_plan_port_clear (TbPlanPort *port);
TbPlanPort *tb_plan_port_copy (const TbPlanPort *port);

/* FALSE with error, one sentence without a place, for a URL that is none. */
gboolean tb_outside_read (TbOutside *outside, const char *address, GError **error);
void tb_outside_clear (TbOutside *outside);
gboolean tb_outside_is_number (const char *host);
void tb_plan_pair_free (gpointer pair);
void tb_plan_add_pair (GPtrArray *pairs, const char *name, const char *value);
/* Of the name, or the first where name is NULL; NULL where there is none. */
const TbPlanPort *tb_part_port (const TbPart *part, const char *name);

/* Whether a built-in part is a store of some kind, which calls nobody and speaks RESP. */
gboolean tb_part_keeps_data (const TbPart *part);

gboolean tb_planner_make_parts (TbPlanner *planner, GError **error);
gboolean tb_planner_place (TbPlanner *planner, GError **error);
gboolean tb_planner_place_links (const TbPlanner *planner, GError **error);
/* Every name gets an address of its own, n: how many slots there are. Fills slot[i], from 0 to
 * n - 1, for names[i]; the same names give the same slots, and one that has its home slot keeps it
 * when others come. kept: name → slot + 1 of those that have one already, and of those that had one,
 * which nobody else gets; may be NULL. */
void tb_plan_assign_slots (const char *const *names, guint n_names, guint n, GHashTable *kept,
                           guint *slots);
gboolean tb_planner_make_links (TbPlanner *planner, GError **error);
void tb_planner_order (TbPlanner *planner);
/* Probing clients, behind all others: their instances before addresses are given, their links, and then what they
 * are started with. Nothing where the options ask for none. */
void tb_planner_place_probes (TbPlanner *planner);
void tb_planner_link_probes (TbPlanner *planner);
void tb_planner_fill_probes (TbPlanner *planner);
/* Puts everything in the places that it has in options->before; FALSE with error where there is no room
 * for more. The last step: indices of parts do not hold any more. */
gboolean tb_planner_follow (TbPlanner *planner, GError **error);

/* "127.77.1.2:6379" of each instance of a part, joined; format: % becomes the address, items are
 * joined by sep. (transfer full) */
char *tb_plan_format_addresses (const GPtrArray *addresses, const char *format, const char *sep);
/* Addresses with port a caller uses for a link: those of the replicas where the caller balances,
 * otherwise the one virtual address. (transfer full) of char * */
GPtrArray *tb_planner_link_addresses (const TbPlanner *planner, const TbPlanLink *link);
/* Host that reaches the link: its virtual address, or an external's name, which is looked up as that.
 * (transfer full) */
char *tb_planner_link_host (const TbPlanner *planner, const TbPlanLink *link);
/* The service that a link calls. */
const TbPlanPort *tb_planner_link_service (const TbPlanner *planner, const TbPlanLink *link);
/* "redis", or what a URL in the drawing says: "rediss". */
const char *tb_planner_link_scheme (const TbPlanner *planner, const TbPlanLink *link);
/* "http" of "http2", "redis" of "resp", "tcp" where nothing is known. */
const char *tb_plan_scheme (const char *protocol);
/* "http://127.77.224.1:8080", "postgresql://postgres@127.77.224.2:5432/postgres" (transfer full) */
char *tb_planner_link_url (const TbPlanner *planner, const TbPlanLink *link);

/* Where the names of ${…} get their values for one instance. */
typedef struct
{
  const TbPlanner *planner;
  const TbPart *part;
  const TbPlanInstance *instance;
  char *dir;
  gboolean for_trust;     /* values of this machine stay as they are written: ${host} */
  const TbPlanLink *each; /* in a let with each="link" */
  GHashTable *lets;       /* name → text, already expanded */
} TbScope;

/* Replaces every ${name} ("$${" is a literal "${"). NULL with error, one sentence without a place,
 * at the first that is unknown. (transfer full) */
char *tb_scope_expand (const TbScope *scope, const char *text, GError **error);

/* A built-in store whose copies talk to each other. */
gboolean tb_part_replicates (const TbPart *part);
gboolean tb_planner_fill_builtin (TbPlanner *planner, const TbPart *part, TbPlanInstance *instance,
                                  GError **error);
gboolean tb_planner_fill_program (TbPlanner *planner, const TbPart *part, TbPlanInstance *instance,
                                  GError **error);
/* culprit: where the error is, if there is one. */
gboolean tb_scope_set_environment (const TbScope *scope, TbPlanInstance *instance,
                                   const TbElement **culprit, GError **error);
gboolean tb_scope_set_ready (const TbScope *scope, TbPlanInstance *instance, GError **error);
/* <alive>; nothing where there is none. */
gboolean tb_scope_set_alive (const TbScope *scope, TbPlanInstance *instance, GError **error);
void tb_part_set_restart (const TbPart *part, TbPlanInstance *instance);
/* Signal and grace are <stop>'s, or the template's where there is none; the clean exits are the
 * template's also where <stop> does not say. */
gboolean tb_part_set_stop (const TbPart *part, TbPlanInstance *instance, GError **error);
