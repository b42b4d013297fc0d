/* Reading Compose files, in the order of the files:
 *
 *   compose-variables.c  ${NAME:-default} and .env
 *   compose-merge.c      what a service takes over from one that it extends or overrides
 *   compose-load.c       include, extends: all services, each whole
 *   compose-words.c      ports, durations, healthchecks, lists of NAME=VALUE: the short forms and the long ones
 *   compose-dockerfile.c what is started in an image that is built here
 *   compose-service.c    a service becomes a component
 *   compose-links.c      who calls whom
 *   compose.c            all of it */
#pragma once

#include "import-build.h"
#include "import-private.h"
#include "kinds.h"
#include "yaml-tree.h"

/* Files that one may name, and the size of each. */
#define TB_COMPOSE_MAX_FILES 64
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
  gboolean legacy;       /* it has no services:, but services at its top */
} TbComposeFile;

typedef struct
{
  const char *name;
  const TbYaml *node;        /* a mapping */
  const TbComposeFile *file;
  GPtrArray *env;    /* of TbComposePair: environment, then what files say besides */
  TbForeignKind kind;
  TbUid uid;
  gboolean command;  /* a program of the person's own */
} TbComposeService;

typedef struct
{
  char *name, *value;
  guint line;
  gboolean from_file; /* of env_file: it may be a secret */
} TbComposePair;

typedef struct
{
  const TbImportSource *source;
  TbProblems *dropped;
  GPtrArray *files;      /* of TbComposeFile */
  guint n_read;          /* files opened besides */
  GHashTable *variables; /* of .env */
  GHashTable *unset;     /* set of names that were told as unset */
  gsize text;            /* bytes that values have become */
  guint64 merged;        /* nodes that merging made */
  GPtrArray *services;   /* of TbComposeService, in file order */
  GHashTable *hosts;     /* a name by which a service is called → TbComposeService */
  GHashTable *links;     /* "from>to", uids → TbUid of the link */
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

/* compose-dockerfile.c: what is started in the image that is built from a folder. (transfer full), NULL: unknown */
char *tb_compose_dockerfile (TbCompose *compose, const TbComposeService *service, const char *folder);

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
  gboolean udp, outside;
} TbComposePort;
/* "127.0.0.1:8080:80/udp", "3000-3005", or the long form. FALSE where it is none. */
gboolean tb_compose_port (const TbYaml *node, TbComposePort *port);
/* "1m30s", "500ms", "10"; ≤ 0 where it is none. */
gint64 tb_compose_duration (const char *text);
/* {A: b}, [A=b] or null → of TbComposePair; a value that is missing is NULL. */
GPtrArray *tb_compose_pairs (const TbYaml *node);
/* A list, or a command line as a shell reads it, as one command line. (transfer full), NULL: none. */
char *tb_compose_command_line (const TbYaml *node);

/* compose-service.c */
void tb_compose_make_component (TbCompose *compose, TbComposeService *service);
/* Environment, readiness, order and the like, when all components are there. */
void tb_compose_fill_component (TbCompose *compose, TbComposeService *service);

/* compose-ready.c */
void tb_compose_make_ready (TbCompose *compose, const TbComposeService *service);

/* compose-links.c */
void tb_compose_make_links (TbCompose *compose);
/* The value with the hosts of drawn links as ${link.ID.host}. (transfer full) */
char *tb_compose_refer (TbCompose *compose, const TbComposeService *service, const char *value);
