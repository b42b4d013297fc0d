/* What doctor looks at for services of one's own: ports, names, and which servers are there already. */
#include <arpa/inet.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor-private.h"

/* A web server's own port is 80 more often than not. */
void
tb_doctor_low_ports (TbDoctorAnswer *answer)
{
  g_autofree char *text = NULL;
  gint64 first = 1024;
  if (g_file_get_contents ("/proc/sys/net/ipv4/ip_unprivileged_port_start", &text, NULL, NULL))
    first = g_ascii_strtoll (text, NULL, 10);
  if (first <= 80)
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL, "programs may listen on ports from %d on", (int) first);
  else if (geteuid () == 0)
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL,
                      "programs may listen on ports from %d on; below that with <command user=\"root\">",
                      (int) first);
  else
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY,
                      "only servers that insist on a port such as 80 need it: sysctl "
                      "net.ipv4.ip_unprivileged_port_start=80, or another port in their settings",
                      "programs may listen on ports from %d on", (int) first);
}

/* In a child, since a namespace cannot be left again. */
static gboolean
may_mount_own (void)
{
  int status = 0;
  gboolean root = geteuid () == 0;
  pid_t child = fork ();
  if (child == 0)
    {
      gboolean good = unshare (CLONE_NEWNS | (root ? 0 : CLONE_NEWUSER)) == 0
                      && (!root || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
                      && mount ("/etc/hosts", "/etc/hosts", NULL, MS_BIND, NULL) == 0;
      _exit (good ? 0 : 1);
    }
  return child > 0 && waitpid (child, &status, 0) == child && WIFEXITED (status)
         && WEXITSTATUS (status) == 0;
}

void
tb_doctor_names (TbDoctorAnswer *answer)
{
  if (may_mount_own ())
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL,
                      "programs look up what is drawn by its id, as in redis://cache:6379");
  else
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY,
                      "programs find what is drawn in their environment instead; sysctl "
                      "kernel.unprivileged_userns_clone, user.max_user_namespaces or AppArmor forbid the rest",
                      "programs cannot be given an /etc/hosts of their own");
}

static gboolean
somebody_listens (guint16 port)
{
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons (port),
                           .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean there = fd >= 0 && connect (fd, (struct sockaddr *) &a, sizeof a) == 0;
  if (fd >= 0)
    close (fd);
  return there;
}

void
tb_doctor_servers (TbDoctorAnswer *answer)
{
  static const struct
  {
    const char *title;
    guint16 port;
  } rows[] = {
    { "PostgreSQL", 5432 }, { "Redis", 6379 },   { "MySQL", 3306 },  { "MongoDB", 27017 },
    { "RabbitMQ", 5672 },   { "Kafka", 9092 },   { "NATS", 4222 },   { "MQTT", 1883 },
    { "memcached", 11211 }, { "etcd", 2379 },    { "HTTP", 80 },     { "HTTP", 8080 },
  };
  g_autoptr (GString) found = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (somebody_listens (rows[i].port))
      g_string_append_printf (found, "%s%s at localhost:%u", found->len > 0 ? ", " : "", rows[i].title,
                              rows[i].port);
  tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL,
                    found->len > 0 ? "%s: an external component with that address is linked and broken like any"
                                   : "none of the usual ones runs on this machine%s",
                    found->str);
}
