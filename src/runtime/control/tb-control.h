/* Control of a run from outside: HTTP with JSON on a private Unix socket, and on loopback with a
 * token where that is asked for. One table of routes serves both; Toxiproxy's are among them, so that
 * its client libraries drive the links of a run.
 *
 * Lives on the main context of its session. Who may: over the Unix socket the user who runs it (and
 * root), over TCP whoever has the token, as “Authorization: Bearer TOKEN”, as user or password of
 * Basic authorization (http://tierboard:TOKEN@127.0.0.1:PORT), or as the first part of the path. */
#pragma once

#include "tb-json.h"
#include "tb-session.h"
#include "tb-verdicts.h"

G_BEGIN_DECLS

typedef struct TbControl TbControl;

/* Listens on the Unix socket “control” in the run's directory. The session is borrowed: free the
 * control before it. NULL with an error where the socket cannot be made. */
TbControl *tb_control_new (TbSession *session, GError **error);
void tb_control_free (TbControl *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbControl, tb_control_free)
/* What the run is called for those who look for it: a file or a title. */
void tb_control_set_name (TbControl *control, const char *name);
/* Whose run it is: has a drawing, which is changed with it. Each gives back the change that was made
 * (transfer full), or NULL with an error. trust: what it would execute is allowed by whoever asks. */
typedef struct
{
  /* file: a path, or NULL for the drawing that runs, as it is now. */
  TbSessionChange *(*apply) (const char *file, gboolean trust, GError **error, gpointer data);
  /* NULL: the run alone is scaled. */
  TbSessionChange *(*scale) (const char *component, guint replicas, gboolean trust, GError **error,
                             gpointer data);
} TbControlOwner;

/* owner is borrowed for as long as the control lives. */
void tb_control_set_owner (TbControl *control, const TbControlOwner *owner, gpointer data);
/* What owners need: applies a change (taken; NULL gives NULL) unless it would execute what was never
 * allowed, and gives it back; else NULL with an error. */
TbSessionChange *tb_control_carry_out (TbSession *session, TbSessionChange *change, gboolean trust,
                                       GError **error);
/* Listens on loopback too: "PORT", "127.0.0.1:PORT" or "[::1]:PORT", port 0: any. token NULL: drawn.
 * Once only. */
gboolean tb_control_listen (TbControl *control, const char *address, const char *token,
                            GError **error);
/* "http://tierboard:TOKEN@127.0.0.1:8474"; NULL without tb_control_listen(). */
const char *tb_control_url (const TbControl *control);

/* Prometheus text at http://ADDRESS/metrics for everybody on this machine, and nothing else there.
 * Address as above; once only. */
gboolean tb_control_listen_metrics (TbControl *control, const char *address, GError **error);
/* "http://127.0.0.1:9464/metrics"; NULL without it. */
const char *tb_control_metrics_url (const TbControl *control);

/* Paths of the control sockets of this user's runs. (transfer full) of char* */
GPtrArray *tb_control_find_sockets (void);

/* ---- Asking ------------------------------------------------------------------------------------ */

/* One request over a Unix socket, answered whole. Blocks, without an end of its own: the other side's
 * waits have one. *status gets the HTTP status. (transfer full): the body; NULL with error where
 * nobody answers. */
char *tb_control_ask (const char *socket, const char *method, const char *path, const char *body,
                      int *status, GError **error);
/* The same for an answer that goes on: each piece is handed over as it comes, until the other side
 * ends it or func returns FALSE. */
gboolean tb_control_follow (const char *socket, const char *path,
                            gboolean (*func) (const char *bytes, gsize n, gpointer data),
                            gpointer data, int *status, GError **error);

/* ---- A frame as JSON ----------------------------------------------------------------------------- */

/* One object on one line: what `tierboard run --json` prints; totals: with sums; verdicts: what is known of its stores, NULL:
 * nothing. (transfer full) */
char *tb_run_json (const TbLiveFrame *frame, gboolean totals, gboolean all_ready, TbVerdicts *verdicts);
/* The same as Prometheus text, for a scrape; frame may be NULL: there is none yet. (transfer full) */
char *tb_metrics_text (const TbLiveFrame *frame);
/* Into an object that is being written: its members. */
void tb_json_instance (TbJson *json, const TbLiveInstance *instance);
void tb_json_link (TbJson *json, const TbLiveLink *link);

G_END_DECLS
