/* Directory, environment and user of an instance. */
#include "prepare.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "env-file.h"
#include "supervise.h"
#include "tb-proto.h"

/* What of the agent's environment instances see: where programs are, who and where the person is. */
static const char *const passed_on[] = { "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR" };

static char *
join (const char *a, const char *between, const char *b)
{
  char *text = NULL;
  TB_CHECK (asprintf (&text, "%s%s%s", a, between, b) >= 0);
  return text;
}

/* "orders/1" → "orders-1"; whatever else an id may hold, the result is one plain file name. */
static char *
file_name (const char *id)
{
  char *name = strdup (id[0] != '\0' ? id : "-");
  TB_CHECK (name != NULL);
  for (char *p = name; *p != '\0'; p++)
    if (strchr ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", *p) == NULL
        || (p == name && *p == '.'))
      *p = '-';
  return name;
}

/* ---- Environment ------------------------------------------------------------------------------- */

/* envp has room for one more; one of that name is replaced. */
static void
set_variable (char **envp, const char *name, const char *value)
{
  size_t n = strlen (name), i = 0;
  while (envp[i] != NULL && (strncmp (envp[i], name, n) != 0 || envp[i][n] != '='))
    i++;
  free (envp[i]);
  envp[i] = join (name, "=", value);
}

static bool
has_variable (char **envp, const char *name)
{
  size_t n = strlen (name);
  for (; *envp != NULL; envp++)
    if (strncmp (*envp, name, n) == 0 && (*envp)[n] == '=')
      return true;
  return false;
}

static void
set_who (char **envp, const TbWireInstance *instance, const struct passwd *user)
{
  if (user != NULL)
    {
      set_variable (envp, "HOME", user->pw_dir);
      set_variable (envp, "USER", user->pw_name);
      set_variable (envp, "LOGNAME", user->pw_name);
      return;
    }
  for (size_t i = 0; i < 3; i++)
    {
      static const char *const names[] = { "HOME", "USER", "LOGNAME" };
      if (getenv (names[i]) != NULL)
        set_variable (envp, names[i], getenv (names[i]));
    }
}

static char **
make_environment (const TbWireInstance *instance, const char *dir, const struct passwd *user)
{
  char **envp = calloc (instance->n_env + TB_ARRAY_LENGTH (passed_on) + 16, sizeof *envp);
  struct in_addr address = { htonl (instance->address) };
  char text[INET_ADDRSTRLEN];
  TB_CHECK (envp != NULL);
  set_variable (envp, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  for (size_t i = 0; i < TB_ARRAY_LENGTH (passed_on); i++)
    if (getenv (passed_on[i]) != NULL)
      set_variable (envp, passed_on[i], getenv (passed_on[i]));
  set_who (envp, instance, user);
  for (uint32_t i = 0; i < instance->n_env; i++)
    if (instance->env[i].name[0] != '\0' && strchr (instance->env[i].name, '=') == NULL)
      set_variable (envp, instance->env[i].name, instance->env[i].value);
  set_variable (envp, "TIERBOARD_INSTANCE", instance->id);
  set_variable (envp, "TIERBOARD_COMPONENT", instance->component);
  set_variable (envp, "TIERBOARD_ADDRESS", inet_ntop (AF_INET, &address, text, sizeof text));
  set_variable (envp, "TIERBOARD_DIR", dir);
  snprintf (text, sizeof text, "%d", TB_READY_FD);
  if (instance->probe == TB_PROBE_NOTIFY)
    set_variable (envp, "TIERBOARD_READY_FD", text);
  snprintf (text, sizeof text, "%d", TB_OPERATIONS_FD);
  if (tb_operations_are_told (instance))
    set_variable (envp, "TIERBOARD_OPERATIONS_FD", text);
  return envp;
}

typedef struct
{
  const TbWireInstance *instance;
  char **envp;
  size_t n;
} Addition;

/* What the drawing says goes before the file, and the file before conventions. */
static void
add_from_file (const char *name, const char *value, void *data)
{
  Addition *a = data;
  for (uint32_t i = 0; i < a->instance->n_env; i++)
    if (a->instance->env[i].drawn && strcmp (a->instance->env[i].name, name) == 0)
      return;
  if (strncmp (name, "TIERBOARD_", 10) == 0)
    return;
  a->envp = realloc (a->envp, (a->n + 2) * sizeof *a->envp);
  TB_CHECK (a->envp != NULL);
  a->envp[a->n] = a->envp[a->n + 1] = NULL;
  set_variable (a->envp, name, value);
  a->n += a->envp[a->n] != NULL;
}

static void
free_environment (char **envp)
{
  for (char **e = envp; e != NULL && *e != NULL; e++)
    free (*e);
  free (envp);
}

bool
tb_prepare_env_file (TbPrepared *p, const TbWireInstance *instance, char *why)
{
  if (instance->env_file == NULL || instance->env_file[0] == '\0')
    return true;
  const char *from = instance->work_dir != NULL && instance->work_dir[0] == '/' ? instance->work_dir
                                                                                : p->dir;
  char *path = instance->env_file[0] == '/' ? strdup (instance->env_file)
                                            : join (from, "/", instance->env_file);
  Addition a = { .instance = instance };
  while (p->envp[a.n] != NULL)
    a.n++;
  a.envp = calloc (a.n + 2, sizeof *a.envp);
  TB_CHECK (a.envp != NULL && path != NULL);
  for (size_t i = 0; i < a.n; i++)
    TB_CHECK ((a.envp[i] = strdup (p->envp[i])) != NULL);
  bool good = tb_env_file_read (path, add_from_file, &a, why);
  free (path);
  free_environment (p->with_file);
  p->with_file = a.envp;
  p->spec.envp = p->with_file;
  return good;
}

/* ---- User -------------------------------------------------------------------------------------- */

static bool
find_user (TbPrepared *p, const TbWireInstance *instance, const struct passwd **user, char *why)
{
  *user = NULL;
  if (instance->user == NULL || instance->user[0] == '\0' || geteuid () != 0)
    return true;
  errno = 0;
  *user = getpwnam (instance->user);
  if (*user == NULL)
    {
      snprintf (why, TB_SENTENCE, "there is no user «%.64s» to run as", instance->user);
      return false;
    }
  int n = 0;
  getgrouplist ((*user)->pw_name, (*user)->pw_gid, NULL, &n);
  p->groups = calloc ((size_t) n + 1, sizeof *p->groups);
  TB_CHECK (p->groups != NULL);
  if (getgrouplist ((*user)->pw_name, (*user)->pw_gid, p->groups, &n) < 0)
    n = 0;
  p->spec.change_user = true;
  p->spec.uid = (*user)->pw_uid;
  p->spec.gid = (*user)->pw_gid;
  p->spec.groups = p->groups;
  p->spec.n_groups = (size_t) n;
  return true;
}

/* ---- Files ------------------------------------------------------------------------------------- */

static bool
stays_inside (const char *path)
{
  if (path[0] == '\0' || path[0] == '/')
    return false;
  for (const char *p = path; p != NULL; p = strchr (p, '/'))
    {
      p += *p == '/';
      if (strncmp (p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
        return false;
    }
  return strlen (path) < 1024 && path[strlen (path) - 1] != '/';
}

static bool
check_files (const TbWireInstance *instance, char *why)
{
  size_t total = 0;
  for (uint32_t i = 0; i < instance->n_files; i++)
    {
      total += strlen (instance->files[i].content);
      if (!stays_inside (instance->files[i].path))
        {
          snprintf (why, TB_SENTENCE, "its file «%.150s» would not lie in its own directory",
                    instance->files[i].path);
          return false;
        }
    }
  if (instance->n_files > TB_FILES_MAX || total > TB_FILES_BYTES_MAX)
    {
      snprintf (why, TB_SENTENCE, "it has more than %d files or %d MiB of them", TB_FILES_MAX,
                TB_FILES_BYTES_MAX >> 20);
      return false;
    }
  return true;
}

/* ---- Set-uid ----------------------------------------------------------------------------------- */

char *
tb_prepare_find_program (const TbPrepared *p)
{
  const char *name = p->spec.argv[0], *path = "";
  if (strchr (name, '/') != NULL)
    return name[0] == '/' ? strdup (name) : NULL;
  for (char **e = p->envp; *e != NULL; e++)
    if (strncmp (*e, "PATH=", 5) == 0)
      path = *e + 5;
  for (const char *end; *path != '\0'; path = *end != '\0' ? end + 1 : end)
    {
      char *whole = NULL;
      end = strchrnul (path, ':');
      TB_CHECK (asprintf (&whole, "%.*s/%s", (int) (end - path), path, name) >= 0);
      if (access (whole, X_OK) == 0)
        return whole;
      free (whole);
    }
  return NULL;
}

/* What is under a filter gains no rights, so such a program would only say that it has none. */
static void
remark_set_uid (TbPrepared *p)
{
  char *path = tb_prepare_find_program (p);
  struct stat file;
  uid_t self = p->spec.change_user ? p->spec.uid : geteuid ();
  if (path != NULL && stat (path, &file) == 0 && (file.st_mode & S_ISUID) != 0 && file.st_uid != self)
    TB_CHECK (asprintf (&p->remark,
                        "«%.200s» is set-uid, which has no effect here: it runs with the rights of "
                        "whoever starts it",
                        path)
              >= 0);
  free (path);
}

/* ---- Datagrams --------------------------------------------------------------------------------- */

static bool
sends_datagrams (const TbWirePlan *plan, uint32_t index)
{
  for (uint32_t i = 0; i < plan->n_links; i++)
    for (uint32_t k = 0; plan->links[i].proto == TB_PROTO_UDP && k < plan->links[i].n_from; k++)
      if (plan->links[i].from[k] == index)
        return true;
  return false;
}

/* ---- All of it --------------------------------------------------------------------------------- */

static bool
check_command (const TbWireInstance *instance, char *why)
{
  if (instance->n_argv > 0 && instance->argv[0][0] != '\0')
    return true;
  snprintf (why, TB_SENTENCE, "it has no command to run");
  return false;
}

bool
tb_prepare (TbPrepared *p, const TbWirePlan *plan, uint32_t index, const struct rlimit *nofile,
            char *why)
{
  const TbWireInstance *instance = &plan->instances[index];
  const struct passwd *user;
  char *name = file_name (instance->id);
  p->dir = join (plan->run_dir, "/", name);
  p->log_path = join (p->dir, "", ".log");
  free (name);
  bool good = find_user (p, instance, &user, why);
  p->envp = make_environment (instance, p->dir, user);
  p->spec.argv = instance->argv;
  p->spec.envp = p->envp;
  p->spec.dir = p->dir;
  p->spec.work_dir = instance->work_dir;
  p->spec.files = instance->files;
  p->spec.n_files = instance->n_files;
  p->spec.intercept = !plan->no_seccomp;
  p->spec.allow_io_uring = instance->allow_io_uring;
  p->spec.sends_datagrams = sends_datagrams (plan, index);
  p->spec.contain = plan->contain;
  if (instance->terminal)
    tb_prepare_terminal (p);
  p->spec.tracer = getpid ();
  p->spec.nofile = *nofile;
  good = good && check_command (instance, why) && check_files (instance, why);
  if (good)
    remark_set_uid (p);
  return good;
}

/* There is room for one more; what the drawing or the person says of it holds. */
void
tb_prepare_terminal (TbPrepared *p)
{
  p->spec.terminal = true;
  if (!has_variable (p->envp, "TERM"))
    set_variable (p->envp, "TERM", "xterm-256color");
}

void
tb_prepare_names (TbPrepared *p, const TbWirePlan *plan, uint32_t index, TbNamesWay way,
                  const char *machine)
{
  free (p->hosts);
  free (p->hosts_path);
  p->hosts = tb_names_text (plan, index, machine);
  p->hosts_path = join (p->dir, "", ".hosts");
  p->spec.names = way;
  p->spec.hosts = p->hosts;
  p->spec.hosts_path = p->hosts_path;
  p->spec.own_uid = geteuid ();
  p->spec.own_gid = getegid ();
}

void
tb_prepared_clear (TbPrepared *p)
{
  tb_prepare_alone (p, NULL);
  free_environment (p->envp);
  free_environment (p->with_file);
  free (p->groups);
  free (p->dir);
  free (p->log_path);
  free (p->hosts);
  free (p->hosts_path);
  free (p->remark);
  *p = (TbPrepared) { 0 };
}
