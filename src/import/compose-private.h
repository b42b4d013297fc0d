/* Reading Compose files, in the order of the files:
 *
 *   compose-variables.c  ${NAME:-default} and .env
 *   compose-merge.c      what a service takes over from one that it extends or overrides
 *   compose-load.c       include, extends: all services, each whole
 *   compose-words.c      ports, durations, healthchecks, lists of NAME=VALUE: the short forms and the long ones
 *   compose-dockerfile.c what is started in an image that is built here
 *   compose-kind.c       what part an image or name plays
 *   compose-plays.c      what plays it: a template, a command, or a built-in part
 *   compose-service.c    a service becomes a component
 *   compose-links.c      who calls whom
 *   compose-offers.c     what hints that somebody does
 *   compose-mounts.c     what the files say that it is given
 *   compose-told.c       what is told of several at once
 *   compose.c            all of it */
#pragma once

#include "import-build.h"
#include "import-private.h"
#include "kinds.h"
#include "yaml-tree.h"

/* Files that one may name, and the size of each. */
#define TB_COMPOSE_MAX_FILES 64
#define TB_COMPOSE_MAX_PEEKS 400 /* of those that are only usual */
#define TB_COMPOSE_MAX_FILE (4 << 20)
/* What values may become when variables are filled in. */
#define TB_COMPOSE_MAX_TEXT (32 << 20)

typedef struct
{
  char *path;   /* NULL: the one that was opened */
  char *name;   /* for people */
  char *folder; /* NULL: unknown */
  TbYamlTree *tree;
  const TbYaml *services;
  GHashTable *whole;     /* name → TbYaml: with what it extends */
  GHashTable *resolving; /* set of names */
  gboolean opened;       /* what it includes is being read */
  gboolean legacy;       /* it has no services:, but services at its top */
} TbComposeFile;

typedef struct
{
  const char *name;
  const TbYaml *node;        /* a mapping */
  const TbComposeFile *file;
  GPtrArray *env;    /* of TbComposePair: environment, then what files say besides */
  GPtrArray *labels; /* of TbComposePair */
  GArray *ports;     /* of TbComposePort: ports, then expose */
  TbForeignKind kind;
  TbUid uid;
  char *command_line; /* of a program of the person's own; NULL: something else plays the part */
  guint exposed;      /* the port that its Dockerfile names; 0: none */
  gboolean template;  /* a known program plays the part */
  gboolean command;   /* the command is written */
  gboolean called;    /* by another */
  gboolean awaited;   /* but for all that is known only waited for */
} TbComposeService;

typedef struct
{
  char *name, *value;
  guint line;
  gboolean from_file; /* of env_file: it may be a secret */
} TbComposePair;

typedef struct
{
  TbComposeService *from, *to;
  TbUid link;
  guint port, line; /* port 0: none is named */
} TbComposeCall;

typedef struct
{
  const TbImportSource *source;
  TbProblems *dropped;
  GPtrArray *files;      /* of TbComposeFile */
  guint n_read, n_peeked; /* files opened besides */
  GHashTable *variables; /* of .env */
  GHashTable *unset;     /* set of names that were told as unset */
  gsize text;            /* bytes that values have become */
  guint64 merged;        /* nodes that merging made */
  GPtrArray *services;   /* of TbComposeService, in file order */
  GHashTable *hosts;     /* a name by which a service is called → TbComposeService */
  GHashTable *links;     /* "from>to", uids → TbUid of the link */
  GArray *calls;         /* of TbComposeCall: the same in order */
  GHashTable *gathered;  /* of what is told of several; NULL: nothing yet */
  TbImportBuild *build;
} TbCompose;

/* One thing that is told of a line of a file. */
void tb_compose_say (TbCompose *compose, TbSeverity severity, const char *rule, const TbComposeFile *file, guint line,
                     const char *format, ...) G_GNUC_PRINTF (6, 7);
/* FILE:LINE:COLUMN: sentence. Always FALSE. */
gboolean tb_compose_fail (const TbComposeFile *file, const TbYaml *where, GError **error, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

/* compose-variables.c */
void tb_compose_read_dotenv (TbCompose *compose);
/* Fills in every value of a tree; FALSE with error where that has no end. */
gboolean tb_compose_fill_in (TbCompose *compose, TbComposeFile *file, GError **error);
/* NAME=VALUE lines; each (name, value, line, data). */
typedef void (*TbComposeLine) (const char *name, const char *value, guint line, gpointer data);
void tb_compose_read_lines (const char *text, TbComposeLine each, gpointer data);
/* A file beside the one opened: regular, not too large, not somewhere else. (transfer full), terminated; NULL where it
 * cannot be read: why is told. */
char *tb_compose_read_file (TbCompose *compose, const TbComposeFile *from, const char *path, guint line,
                            gsize *size, char **full_path);

/* The same for one that is not named, only usual: nothing is told. */
char *tb_compose_peek_file (TbCompose *compose, const TbComposeFile *from, const char *path);
/* What is in a folder, sorted, a few of it; NULL where that is none. (transfer full) */
char **tb_compose_peek_folder (TbCompose *compose, const TbComposeFile *from, const char *path);

/* compose-dockerfile.c: what is started in the image that is built from a folder, and at which port it is said to
 * listen (0: none). (transfer full), NULL: unknown */
char *tb_compose_dockerfile (TbCompose *compose, const TbComposeService *service, const char *folder, guint *port);

/* compose-merge.c. NULL: the budget of nodes is used up. */
TbYaml *tb_compose_merge (TbCompose *compose, TbYamlTree *tree, const TbYaml *base, const TbYaml *over,
                          const char *key);

/* compose-load.c: fills services. */
gboolean tb_compose_load (TbCompose *compose, GError **error);
void tb_compose_file_free (gpointer file);

/* compose-words.c */
typedef struct
{
  guint port;      /* in the container; 0: none */
  guint n;         /* of a range */
  guint published; /* 0: on no port of the host, or any */
  guint line;
  gboolean udp;
  gboolean outside; /* at a port of the host that is said */
} TbComposePort;
/* "127.0.0.1:8080:80/udp", "3000-3005", or the long form. FALSE where it is none. */
gboolean tb_compose_port (const TbYaml *node, TbComposePort *port);
/* "1m30s", "500ms", "10"; ≤ 0 where it is none. */
gint64 tb_compose_duration (const char *text);
/* {A: b}, [A=b] or null → of TbComposePair; a value that is missing is NULL. */
GPtrArray *tb_compose_pairs (const TbYaml *node);
/* A list, or a command line as a shell reads it, as one command line. (transfer full), NULL: none. */
char *tb_compose_command_line (const TbYaml *node);

/* compose-told.c: “who: what”, or, of several with the same what, “what: who (line 5), other (line 9)”. */
void tb_compose_gather (TbCompose *compose, TbSeverity severity, const char *rule, const TbComposeFile *file, guint line,
                        const char *who, const char *what);
/* All that was gathered is told. */
void tb_compose_tell_gathered (TbCompose *compose);

/* compose-kind.c */
TbForeignKind tb_compose_kind (const char *image, const char *name);
gboolean tb_compose_keeps_data (TbRole role);
gboolean tb_compose_is_job (const char *name);
/* What people look at: web, frontend. */
gboolean tb_compose_is_front (const char *name);

/* compose-plays.c */
/* NULL: it is not built. */
const char *tb_compose_build_folder (const TbComposeService *service);
/* Of its template; nothing where it has none. */
void tb_compose_add_param (TbCompose *compose, const TbComposeService *service, const char *name, const char *value,
                           guint line);
void tb_compose_choose_part (TbCompose *compose, TbComposeService *service);
/* When all links are there: what plays each part, and at which ports. */
void tb_compose_settle (TbCompose *compose);

/* compose-service.c */
void tb_compose_make_component (TbCompose *compose, TbComposeService *service);
/* Environment, readiness, order and the like, when all components are there. */
void tb_compose_fill_component (TbCompose *compose, TbComposeService *service);
guint tb_compose_replicas (const TbComposeService *service);
/* Of a label; NULL: there is none. */
const char *tb_compose_label (const TbComposeService *service, const char *name);

/* compose-ready.c */
void tb_compose_make_ready (TbCompose *compose, const TbComposeService *service);

/* compose-links.c: what is said, then what hints; settles what plays the parts, then draws who is outside. */
void tb_compose_make_links (TbCompose *compose);
/* NULL: there is none. */
const TbElement *tb_compose_link_between (const TbCompose *compose, const TbComposeService *from,
                                          const TbComposeService *to);
/* A reason that says less than others: start order. */
#define TB_COMPOSE_WAITS "which it waits for"
/* Draws a link and tells that it is a question: “FROM seems to call TO, WHY”. Nothing where there is one. */
void tb_compose_offer (TbCompose *compose, TbComposeService *from, TbComposeService *to, guint port, guint line,
                       const char *why);
/* The value with the hosts of drawn links as ${link.ID.host}. (transfer full) */
char *tb_compose_refer (TbCompose *compose, const TbComposeService *service, const char *value);

/* compose-mounts.c */
void tb_compose_offer_mounted (TbCompose *compose, TbComposeService *service);

/* compose-offers.c */
/* Who keeps data does not call those who ask for it, nobody calls people or what only has to end, and no two each other. */
gboolean tb_compose_would_call (const TbCompose *compose, const TbComposeService *from, const TbComposeService *to);
void tb_compose_offer_links (TbCompose *compose);
typedef struct
{
  const char *at; /* where it begins in the value */
  gsize length;
  guint port;     /* behind it, 0: none */
  gsize port_length; /* with the colon */
} TbComposeHost;
/* The next host in text from *at on. variable: NULL for a command line. */
TbComposeService *tb_compose_next_host (const TbCompose *compose, const char *variable, const char *text,
                                        const char **at, TbComposeHost *host);
