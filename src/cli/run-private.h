/* `tierboard run`, in a few files:
 *
 *   cmd-run.c       options, the session, and what is offered with it
 *   run-watch.c     the run while it goes on, and its exit status
 *   run-allow.c     the drawing is read, and what it executes is allowed (test does so too)
 *   run-record.c    what is recorded of it
 *   run-scenario.c  a scenario that it carries out
 *   run-change.c    another drawing while it runs, and a file that is watched
 *   run-table.c     the live table of a terminal (run-rows.c, run-line.c)
 *   run-view.c      what is chosen and filtered in it, what a key asks for, and what was: pure
 *   run-keys.c      what a terminal sends, as keys: pure
 *   run-terminal.c  the terminal that sends it, and what is done when a key was pressed
 *   run-words.c     numbers and states as people read them */
#pragma once

#include "exit-status.h"
#include "tb-control.h"
#include "tb-session.h"

/* ---- Words (all write to out and return it) ------------------------------------------------------- */

/* "1 240" with thin spaces. */
const char *tb_words_count (guint64 n, char *out, gsize size);
/* "1 240/s", "0.4/s", "–" for none. */
const char *tb_words_rate (double per_second, char *out, gsize size);
/* "8.3 ms", "420 µs"; "–" for less than 0. */
const char *tb_words_latency (gint64 ns, char *out, gsize size);
/* "1.2 MB". */
const char *tb_words_bytes (double bytes, char *out, gsize size);

/* Without what would steer a terminal: a program's words are shown, never obeyed. (transfer full) */
char *tb_words_plain (const char *text);

typedef struct
{
  const char *shape;  /* one column wide: states differ by it, not by colour alone */
  const char *colour; /* SGR */
} TbStateLook;

TbStateLook tb_state_look (TbInstanceState state);

/* ---- Before it ------------------------------------------------------------------------------------- */

/* NULL: it is no drawing, and every reason was said. (transfer full) */
TbDocument *tb_run_load (const char *file);
/* What scenarios name is not asked for: whoever compiles them says all of it, and of another drawing perhaps. */
TbDocument *tb_run_load_for_test (const char *file);
/* What would be executed, with names for what only a run knows; *plan (may be NULL) gets a plan of it, of
 * made-up addresses. NULL: it cannot be run, and why was said. */
char *tb_run_commands (TbModel *model, const char *file, TbPlan **plan);
/* Asks at a terminal, and says why not. */
gboolean tb_run_is_allowed (const char *file, const char *commands, gboolean trust);

/* ---- A sweep of delays ------------------------------------------------------------------------------- */

typedef struct TbRunSweep TbRunSweep;

/* Begins when everything is ready; over() is called when it is done. */
TbRunSweep *tb_run_sweep_new (TbSession *session, const char *component, void (*say) (const char *sentence, gpointer data),
                              void (*over) (gpointer data), gpointer data);
void tb_run_sweep_free (TbRunSweep *sweep);

/* ---- A scenario ------------------------------------------------------------------------------------ */

typedef struct TbRunScenario TbRunScenario;

/* NULL: there is none of that id, or it cannot be, and why was said. */
TbRunScenario *tb_run_scenario_new (const TbModel *model, const TbPlan *plan, const char *file, const char *id);
/* Begins with the run; over() is called when nothing more is to be done. */
void tb_run_scenario_begin (TbRunScenario *scenario, TbSession *session,
                            void (*say) (const char *sentence, gpointer data), void (*over) (gpointer data),
                            gpointer data);
/* Says each finding, and gives the exit status of them all. */
TbExitStatus tb_run_scenario_judge (TbRunScenario *scenario);
void tb_run_scenario_free (TbRunScenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbRunScenario, tb_run_scenario_free)

/* ---- The recording --------------------------------------------------------------------------------- */

typedef struct
{
  char *path, *limit, *age, *payload, **masks; /* as they were given; NULL: not */
  gint64 limit_bytes, limit_ns;
  guint payload_max;
  gboolean payload_off;
} TbRunRecord;

/* What was given, as numbers; FALSE, and why was said. */
gboolean tb_run_record_read (TbRunRecord *r);
/* Asked for and not to be had is said before anything starts. */
gboolean tb_run_record_is_possible (const TbRunRecord *r);
/* The options borrow from it. */
void tb_run_record_fill (const TbRunRecord *r, TbSessionOptions *options);
void tb_run_record_clear (TbRunRecord *r);

/* ---- While it runs --------------------------------------------------------------------------------- */

typedef struct
{
  char *duration, *control, *metrics, *scenario, *sweep;
  TbRunRecord record;
  gboolean json, trust, contain, no_seccomp, watch, probe;
  gint64 seed;
  gint64 duration_ns; /* 0: until it is stopped */
  const char *file;
} TbRunOptions;

/* Shows the run and says what happens until it is over. control and scenario may be NULL. */
TbExitStatus tb_run_watch (TbSession *session, TbControl *control, const TbRunOptions *o, const char *title,
                           TbRunScenario *scenario);

/* ---- Another drawing ------------------------------------------------------------------------------- */

/* Goes on with the drawing of that file: the change that was made (transfer full), or NULL with an error,
 * and the run is as it was. */
TbSessionChange *tb_run_apply (TbSession *session, const char *file, gboolean trust, GError **error);
/* "the drawing has changed: starts cache/1; 7 run on" (transfer full) */
char *tb_run_change_text (const TbSessionChange *change);

typedef struct TbFileWatch TbFileWatch;

/* Calls changed() whenever there is something else in the file, once it is written. NULL with error where
 * it cannot be watched. */
TbFileWatch *tb_file_watch_new (const char *path, void (*changed) (gpointer data), gpointer data,
                                GError **error);
void tb_file_watch_free (TbFileWatch *watch);

/* ---- Keys ------------------------------------------------------------------------------------------ */

typedef enum
{
  TB_KEY_NONE,
  TB_KEY_CHARACTER,
  TB_KEY_UP,
  TB_KEY_DOWN,
  TB_KEY_PAGE_UP,
  TB_KEY_PAGE_DOWN,
  TB_KEY_FIRST,
  TB_KEY_LAST,
  TB_KEY_ENTER,
  TB_KEY_ESCAPE,
  TB_KEY_BACKSPACE,
  TB_KEY_SUSPEND /* Ctrl-Z */
} TbKeyKind;

typedef struct
{
  TbKeyKind kind;
  gunichar c; /* of a character */
} TbKey;

/* What has come of a key that is not whole yet. Begin with zeros. */
typedef struct
{
  char bytes[16];
  gsize n;
} TbKeyReader;

/* Hands over each key; bytes may end in the middle of one. Whatever comes, it never fails. */
void tb_keys_take (TbKeyReader *reader, const char *bytes, gsize n, void (*func) (TbKey key, gpointer data),
                   gpointer data);

/* ---- View ------------------------------------------------------------------------------------------ */

typedef struct TbRunView TbRunView;

/* What is to be done after a key. */
typedef enum
{
  TB_DO_NOTHING,
  TB_DO_DRAW,
  TB_DO_CUT,
  TB_DO_HEAL,
  TB_DO_STEP,
  TB_DO_GO_ON,
  TB_DO_HEAL_ALL,
  TB_DO_KILL,
  TB_DO_PAUSE, /* or resume, where it is paused */
  TB_DO_RESTART,
  TB_DO_STOP,
  TB_DO_SUSPEND
} TbRunDo;

/* What stands before the id of a link where instances are named too. */
#define TB_VIEW_LINK "link "

TbRunView *tb_run_view_new (void);
void tb_run_view_free (TbRunView *view);
/* Takes a sample of each link's rate once a second. */
void tb_run_view_see (TbRunView *view, const TbLiveFrame *frame);
/* *subject (transfer none): the id of the link or instance that it is for. */
TbRunDo tb_run_view_key (TbRunView *view, const TbLiveFrame *frame, TbKey key, const char **subject);
/* Said at the foot for a few seconds. */
void tb_run_view_note (TbRunView *view, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The last line: keys, a note, or the filter that is typed. (transfer full) */
char *tb_run_view_foot (const TbRunView *view);
/* Lines to be shown instead of the links; none where no help was asked for. */
const char *const *tb_run_view_help (const TbRunView *view);
/* The picture stands, the run goes on. */
gboolean tb_run_view_is_still (const TbRunView *view);
/* view NULL: everything that is of interest. */
gboolean tb_run_view_shows_instance (const TbRunView *view, const TbLiveInstance *instance);
gboolean tb_run_view_shows_link (const TbRunView *view, const TbLiveLink *link);
/* A component's replicas stand together, also those that came later. (transfer container) of
 * TbLiveInstance */
GPtrArray *tb_run_view_instances (const TbRunView *view, const TbLiveFrame *frame);
/* One of instance and link is NULL. */
gboolean tb_run_view_is_chosen (const TbRunView *view, const char *instance, const char *link);

#define TB_SPARK_MAX 60   /* samples that are kept: a minute */
#define TB_SPARK_LEVELS 8 /* 0: nothing at all */

typedef struct
{
  guint level; /* of the most in what is shown */
  gboolean error;
} TbSparkCell;

/* The newest samples of a link's rate, oldest first: returns how many, at most width. */
guint tb_run_view_spark (const TbRunView *view, const char *link, guint width, TbSparkCell *out);

/* ---- Terminal -------------------------------------------------------------------------------------- */

typedef struct TbRunTerminal TbRunTerminal;

/* Takes keys from standard input and carries them out on the session. draw() is asked for after each; stop()
 * where a key asks for the end. NULL: standard input is no terminal, or another job's. */
TbRunTerminal *tb_run_terminal_new (TbSession *session, TbRunView *view, void (*draw) (gpointer data),
                                    void (*stop) (gpointer data), gpointer data);
/* Gives the terminal back as it was. NULL is fine. */
void tb_run_terminal_free (TbRunTerminal *terminal);

/* ---- Table ----------------------------------------------------------------------------------------- */

typedef struct TbTable TbTable;

TbTable *tb_table_new (const char *title, int fd, gboolean colour);
/* Whose choice and past it shows, and whose keys it names: borrowed. */
void tb_table_set_view (TbTable *table, const TbRunView *view);
/* Draws over what it drew before. waiting: what the start waits for; NULL or "": nothing. */
void tb_table_draw (TbTable *table, const TbLiveFrame *frame, const char *waiting);
/* A line that stays, above the table. */
void tb_table_say (TbTable *table, const char *sentence);
/* Leaves the table where it is and gives the cursor back. */
void tb_table_free (TbTable *table);
/* The table as lines without escapes, at most that many columns and rows: for tests. Rows 0: all.
 * view may be NULL. (transfer full) */
char *tb_table_text (const char *title, const TbLiveFrame *frame, const char *waiting, guint columns,
                     guint rows);
char *tb_table_text_of (const char *title, const TbLiveFrame *frame, const char *waiting,
                        const TbRunView *view, guint columns, guint rows);
