/* Component templates: how a known real program is run, as data (data/components/NAME.xml).
 *
 * Texts hold ${…} names that the plan expands (tb-plan.h); a `when` is a list of conditions that
 * all must hold (tb_template_when). The loader checks shape, not meaning. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *name, *protocol; /* "redis", "resp" */
  guint16 port;
  char *user, *password, *database; /* that a caller is told of; NULL: none */
} TbTemplateService;

typedef struct
{
  char *name;
  char *default_value;
  char *choices; /* words, or NULL: anything */
  char *help;
} TbTemplateParam;

/* An argument, a `let` or a file: a text that counts where its condition holds. */
typedef struct
{
  char *name; /* let: ${name}; file: path in ${dir}; argument: NULL */
  char *when; /* NULL: always */
  gboolean each_link; /* let: once for every outgoing link, with ${each.…} */
  char *text;
} TbTemplateText;

typedef struct
{
  char *name;  /* "redis" */
  char *title; /* "Redis" */
  char *kinds; /* words: the kinds of component it can be */
  char *help;
  char *program;      /* looked up in PATH */
  char *package;      /* Debian's, for advice */
  char *version_flag; /* that makes it print its version; NULL: none */
  char *command;      /* split like a shell's words */
  GPtrArray *services;  /* of TbTemplateService */
  GPtrArray *params;    /* of TbTemplateParam */
  GPtrArray *arguments; /* of TbTemplateText, behind the command */
  GPtrArray *lets;      /* of TbTemplateText; the first of a name whose condition holds */
  GPtrArray *files;     /* of TbTemplateText */
  gboolean first_replica_first; /* the others start when replica 1 is ready */
  char *first_replica_when;     /* NULL: always */
  char *probe;      /* "resp", "http", "tcp", "log", "exec", "none" */
  char *probe_path; /* http */
  char *probe_match; /* log, exec */
  gint64 ready_timeout_ns;
  int stop_signal;
  gint64 stop_grace_ns;
  char *stop_exits; /* exit statuses besides 0 that are no failure, blanks between; NULL */
  char *user; /* NULL: as everything */
} TbTemplate;

/* Reads one; file is for the error's sentence. (transfer full); NULL with error. */
TbTemplate *tb_template_parse (const char *file, const char *xml, gssize size, GError **error);
void tb_template_free (TbTemplate *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbTemplate, tb_template_free)

/* The one of that name: NAME.xml in tierboard/components below $XDG_DATA_HOME, below each of
 * $XDG_DATA_DIRS, or among our own data; the first that is there. Read on first use and when its file
 * has changed; what was returned lives as long as the process. (transfer none); NULL with error where
 * there is none, naming those there are, or where it cannot be read. */
const TbTemplate *tb_template_find (const char *name, GError **error);
/* Names of all there are, sorted. (transfer full) */
GStrv tb_template_names (void);
/* Where a person's own lie, whether or not that folder is there. (transfer full) */
char *tb_template_user_folder (void);
/* NULL where it has none of that name. */
const TbTemplateParam *tb_template_param (const TbTemplate *template, const char *name);
const TbTemplateService *tb_template_service (const TbTemplate *template, const char *name);

/* Gives the value of a condition's left side ("replica", "links", "param.appendonly"), or NULL. */
typedef const char *(*TbTemplateValue) (const char *name, gpointer data);
/* Whether every condition of when holds: "name=value", "name>number", or "name" for neither empty,
 * "no" nor "0". NULL holds always; a name without a value makes its condition false. */
gboolean tb_template_when (const char *when, TbTemplateValue value, gpointer data);

/* SIGTERM for "TERM" or "SIGTERM"; 0 where there is none of that name. */
int tb_signal_from_name (const char *name);

G_END_DECLS
