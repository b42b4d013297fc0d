/* What formats that start things somewhere else have in common: who is started, by what, with which words, once the
 * plan's addresses are names that hold there. */
#pragma once

#include "tb-export.h"
#include "tb-plan.h"

G_BEGIN_DECLS

/* Of what is called, and nobody knows where; it is not written. */
#define TB_DEPLOY_UNKNOWN_PORT 65535
#define TB_DEPLOY_UNKNOWN_PORT_TEXT "65535"

typedef enum
{
  TB_DEPLOY_CONTAINERS, /* each has a network of its own, and finds others by name */
  TB_DEPLOY_HERE        /* processes of this machine, each at its address of 127/8 */
} TbDeployWhere;

/* A known program as its official image has it. */
typedef struct
{
  const char *template, *image;
  const char *data; /* a folder that it may write, and that a volume may be */
  const char *user; /* NULL: the image's */
  guint uid;        /* its number, 0: none */
  gboolean shell;   /* the image has one */
} TbDeployImage;

/* What is started alike, once or several times. */
typedef struct
{
  const TbElement *component;
  char *name;     /* "orders"; "orders-2" where replicas are started differently */
  guint replicas;
  const TbPlanInstance *instance; /* NULL: only its image is known */
  const TbDeployImage *known;     /* of a template; NULL */
  char *image, *build; /* build: a folder; NULL both: HERE */
  GStrv argv;          /* NULL: what the image does by itself */
  GPtrArray *env;      /* of TbPlanPair: drawn, and those that name what it calls */
  GPtrArray *files;    /* of TbPlanPair: full path, content */
  char *dir;           /* what ${dir} has become */
  char *home;          /* HERE: the folder of all, for a shell: "${XDG_RUNTIME_DIR:-/tmp}/tierboard-1a2b3c4d" */
} TbDeployUnit;

/* Whom a unit waits for, and until when. */
typedef struct
{
  const TbDeployUnit *on;
  TbPlanUntil until;
} TbDeployWait;

typedef struct
{
  const TbModel *model;
  TbDeployWhere where;
  TbDocument *copy;  /* where something stands in for what could not be planned */
  TbPlan *plan;      /* NULL: there is nothing to start */
  GPtrArray *units;  /* of TbDeployUnit, in file order; externals are none */
  GHashTable *names; /* address → what it is called there */
  GPtrArray *waits;  /* of GArray of TbDeployWait: of each unit, without going round */
  const TbExportOptions *options; /* whose lost gets what does not go along */
} TbDeploy;

/* NULL with error where the drawing can be started nowhere. */
TbDeploy *tb_deploy_new (const TbModel *model, TbDeployWhere where, const TbExportOptions *options, GError **error);
void tb_deploy_free (TbDeploy *deploy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbDeploy, tb_deploy_free)

/* An id as every format takes it for a name: at most 50 characters, no - at the end. (transfer full) */
char *tb_deploy_name (const char *id);
void tb_deploy_lose (const TbDeploy *deploy, const TbElement *element, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* What no format here can hold: views, scenarios, interactions, rules, layers …; said once. format: for people. */
void tb_deploy_lose_drawing (const TbDeploy *deploy, const char *format);
/* The first unit of a component; NULL where it is external. */
const TbDeployUnit *tb_deploy_unit_of (const TbDeploy *deploy, const char *component_id);
/* One line for a shell: writes its files, sets nothing, becomes the program. (transfer full) */
char *tb_deploy_shell_line (const TbDeployUnit *unit);
/* "INT" of SIGINT; NULL where it is none that a drawing knows. */
const char *tb_deploy_signal_name (int number);
/* Whether it has to write something before it starts, or to make a folder, and can. */
gboolean tb_deploy_needs_shell (const TbDeployUnit *unit);
/* A probe as a command in the container; NULL: it cannot be asked so. (transfer full) */
char *tb_deploy_probe_command (const TbDeployUnit *unit, const TbPlanAsk *ask);
/* The port that a probe asks: its own, or the first. 0: none. */
guint tb_deploy_probe_port (const TbDeployUnit *unit, const TbPlanAsk *ask);
/* Seconds, at least 1 where there is any; otherwise where ns is 0. */
gint64 tb_deploy_seconds (gint64 ns, gint64 otherwise);
/* Whether callers from outside reach it: a client calls it. */
gboolean tb_deploy_is_published (const TbDeploy *deploy, const TbDeployUnit *unit);

/* The folder in which an image that came in keeps its data; NULL: none that is known. */
const char *tb_deploy_usual_data (const TbElement *component);

G_END_DECLS
