/* From a drawing to what runs: pure. A snapshot becomes instances with devices, addresses and
 * command lines, and links between them. The run, Compose and Kubernetes all use this.
 *
 * Device of replica i: <on replica= device=>, else the tier's devices in file order, i modulo their
 * number; a tier without devices has one for each replica. Address: 127.R.(1+n/250).(1+n%250), n a
 * hash of the instance's name, probing in id order; a link's virtual address: 127.R.(224…254).x.
 * Stable across runs because derived from names. */
#pragma once

#include <glib.h>

#include "tb-model.h"
#include "tb-template.h"

G_BEGIN_DECLS

typedef struct
{
  char *name, *protocol; /* "web", "http" */
  guint16 port;
  char *scheme;                     /* of its URL, where its protocol does not say it; NULL */
  char *user, *password, *database; /* that callers are told of; NULL: none */
} TbPlanPort;

typedef struct
{
  char *name, *value;
  gboolean drawn; /* a variable that the drawing sets, not a convention */
} TbPlanPair;

/* As TbProbeKind of the wire, which plan does not know; same order. */
typedef enum
{
  TB_PLAN_PROBE_NONE,
  TB_PLAN_PROBE_NOTIFY,
  TB_PLAN_PROBE_TCP,
  TB_PLAN_PROBE_HTTP,
  TB_PLAN_PROBE_RESP,
  TB_PLAN_PROBE_LOG,
  TB_PLAN_PROBE_EXEC,
  TB_PLAN_PROBE_POSTGRESQL,
  TB_PLAN_PROBE_MQTT
} TbPlanProbe;

/* How it is asked whether it is ready, or still works; 0 is the default everywhere. */
typedef struct
{
  TbPlanProbe kind;
  char *argument;
  gint64 delay_ns, interval_ns, within_ns;
  guint successes, failures;
  guint16 status; /* HTTP */
  char *header;   /* HTTP; NULL: none */
} TbPlanAsk;

/* As TbUntil and TbRestart of the wire. */
typedef enum
{
  TB_PLAN_UNTIL_READY,
  TB_PLAN_UNTIL_STARTED,
  TB_PLAN_UNTIL_ENDED,
  TB_PLAN_UNTIL_SUCCEEDED
} TbPlanUntil;

typedef enum
{
  TB_PLAN_RESTART_NO,
  TB_PLAN_RESTART_ON_FAILURE,
  TB_PLAN_RESTART_ALWAYS,
  TB_PLAN_RESTART_UNLESS_STOPPED
} TbPlanRestart;

typedef struct
{
  char *id;        /* "orders/1" */
  TbUid component;
  char *component_id;
  guint replica;   /* from 1 */
  char *device;    /* "db-1"; made up where the tier has none */
  guint32 address; /* host order */
  GPtrArray *ports; /* of TbPlanPort */
  GStrv argv;
  char *work_dir;   /* where it is started; empty or NULL: its own directory */
  GPtrArray *env;   /* of TbPlanPair */
  GPtrArray *files; /* of TbPlanPair: path in ${dir}, content */
  GArray *depends;  /* of guint: instances it waits for (targets of its sync links, <depends>) */
  GArray *until;    /* of guint32: TbPlanUntil of each */
  TbPlanAsk ready, alive; /* alive.kind NONE: it is not asked */
  TbPlanRestart restart;
  gint64 restart_delay_ns, restart_longest_ns, restart_within_ns;
  guint restart_times;
  gint64 ready_timeout_ns, stop_grace_ns;
  int stop_signal;
  GArray *clean_exits; /* of guint32: exit statuses besides 0 that are no failure */
  char *user;
  char *package;    /* Debian's that brings its program; NULL where that is not known */
  char *env_file;   /* NULL: none */
  gboolean builtin, allow_io_uring, terminal;
  guint processes_max; /* 0: as many as is usual */
  char *clock_path;    /* the file its clock is read from, beside its directory; NULL: the system's */
  gboolean external; /* outside: nothing is started, its address is the drawing's */
  char *external_host; /* external: "db.example.org"; else NULL */
  char *trust_text;  /* what tb_plan_commands shows of it; NULL where it is built in or external */
  gboolean removed;  /* it was in a plan before this one, and is not drawn any more */
  gboolean probe;    /* a probing client, which nobody drew: it asks one replica of a store alone */
  gboolean changed;  /* it is started otherwise than in the plan before this one */
} TbPlanInstance;

typedef struct
{
  char *id;   /* the link's id; "orders.replicas" between the replicas of one component */
  TbUid link; /* 0 for replicas */
  char *from_component, *to_component;
  GArray *from, *to; /* of guint: instances */
  guint16 port;
  guint32 address;   /* virtual, host order */
  char *protocol;    /* "http", "resp", "tcp", NULL: sniffed */
  char *balance;     /* "round-robin" …; NULL */
  gboolean takes;    /* its data flow from the called to the caller */
  gboolean async;
  gint64 timeout_ns; /* 0: none */
  guint retries;
  gboolean removed;      /* it was in a plan before this one: leads from nobody to nobody */
  gboolean probe;        /* of probing clients: "orders.probe" */
} TbPlanLink;

typedef struct
{
  GPtrArray *instances; /* of TbPlanInstance, in file order, replicas in order; where it follows
                           another plan, first those of that one, each in its place */
  GPtrArray *links;     /* of TbPlanLink, likewise */
  guint block;          /* R */
} TbPlan;

/* What the plan must know of the machine; all passed in, so that it stays pure. */
typedef struct
{
  guint block;             /* R of 127.R/16, 64…126 */
  const char *run_dir;     /* ${dir} of instance orders/1 is run_dir/orders-1 */
  const char *node_program; /* path of tierboard-node */
  guint64 seed;
  const char *file;         /* of the drawing, for errors; NULL: they give the line alone */
  const char *clock_library; /* path of libfaketimeMT.so.1; NULL: it is not there */
  const char *default_user; /* whom commands run as that do not say; NULL: as who starts them */
  /* NULL: tb_template_find */
  const TbTemplate *(*find_template) (const char *name, GError **error);
  /* Of a run that goes on: what is in both plans keeps index and address. NULL: there is none. */
  const TbPlan *before;
  GHashTable *replicas; /* component's id → how many, where the drawing is not to say; NULL */
  gboolean probes;      /* a probing client for each replica of a store with several, where one can be asked */
} TbPlanOptions;

/* What a probing client asks: so often a second, half reads and half writes over so many keys of its store that are
 * nobody else's, each with that timeout. */
#define TB_PLAN_PROBE_RATE 10
#define TB_PLAN_PROBE_KEYS 4
#define TB_PLAN_PROBE_FIRST_KEY 900000000
#define TB_PLAN_PROBE_TIMEOUT_MS 500
/* What the ids of probing clients, and of their links, end in: "orders.probe" is the component of "orders.probe/2". */
#define TB_PLAN_PROBE_SUFFIX ".probe"

#define TB_PLAN_ERROR (tb_plan_error_quark ())
GQuark tb_plan_error_quark (void);
typedef enum
{
  TB_PLAN_ERROR_EMPTY,
  TB_PLAN_ERROR_TEMPLATE,  /* unknown template or parameter */
  TB_PLAN_ERROR_REFERENCE, /* ${link.x.host} of no link … */
  TB_PLAN_ERROR_CYCLE,     /* of sync links: the start order says who goes first; not an error */
  TB_PLAN_ERROR_VALUE,
  TB_PLAN_ERROR_NOTHING_TO_RUN /* a broker without template or command … */
} TbPlanError;

/* The block a file of that content prefers: 64 + hash mod 63. */
guint tb_plan_preferred_block (const char *document_id);
/* NULL with error: one sentence with the element and line. */
TbPlan *tb_plan_new (const TbModel *model, const TbPlanOptions *options, GError **error);
void tb_plan_free (TbPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbPlan, tb_plan_free)

/* ≥ 0, or -1. A link that was removed is none. */
int tb_plan_find_instance (const TbPlan *plan, const char *id);
int tb_plan_find_link (const TbPlan *plan, const char *id);
/* The file that a built-in client reads its load from, whenever it is written; NULL: it is no such client.
 * (transfer none) */
const char *tb_plan_load_path (const TbPlanInstance *instance);
/* The commands a run would execute that are not built in, one a line, with component and directory
 * replaced by placeholders, so that the text depends on the drawing alone: what the person is asked
 * about, and what trust remembers the hash of. "" where everything is built in. (transfer full) */
char *tb_plan_commands (const TbPlan *plan);
/* Whether that is the id of probing clients, of one of them, or of their link. */
gboolean tb_plan_is_probe (const char *id);
/* "127.77.1.2" (transfer full) */
char *tb_plan_address_text (guint32 address);

/* ---- Two plans of one run -------------------------------------------------------------------------- */

/* What it means to go from a plan to one that follows it. */
typedef struct
{
  GPtrArray *started, *restarted, *stopped; /* of char *: ids of instances */
  guint n_untouched; /* run on */
  gboolean links;    /* a link is new, gone or another */
  gboolean settings; /* policies, order, devices, which hold without a restart */
  char *commands;    /* what would be executed that was not before, as tb_plan_commands() has it */
} TbPlanChange;

/* after was made with before as options->before. Fills all of *change. */
void tb_plan_compare (const TbPlan *before, const TbPlan *after, TbPlanChange *change);
void tb_plan_change_clear (TbPlanChange *change);
/* Whether nothing that runs, and no link, is different. */
gboolean tb_plan_change_is_empty (const TbPlanChange *change);
/* "starts cache/1, restarts shop/1 and shop/2, stops mail/1"; "" for an empty one. (transfer full) */
char *tb_plan_change_text (const TbPlanChange *change);

G_END_DECLS
