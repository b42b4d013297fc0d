/* Names of the drawing are looked up by unmodified programs as the addresses that lead to taps: as
 * who runs the tests, as an ordinary user, and contained; and what the file says, by itself. */
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "names.h"

#define NOBODY 65534

/* ---- The text ---------------------------------------------------------------------------------- */

typedef struct
{
  TbWireInstance instances[5];
  TbWireLink links[2];
  TbWirePlan plan;
  uint32_t shop, orders[2];
} Drawing;

static void
draw (Drawing *d)
{
  static const char *const ids[] = { "shop/1", "orders/1", "orders/2", "cache/1", "odd/1" };
  static const char *const devices[] = { "app", "db", "db", "cache", "no name" };
  memset (d, 0, sizeof *d);
  for (uint32_t i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_auto (GStrv) parts = g_strsplit (ids[i], "/", 2);
      d->instances[i] = (TbWireInstance) { .id = (char *) ids[i],
                                           .component = g_strdup (parts[0]),
                                           .device = (char *) devices[i],
                                           .address = 0x7f4d0101 + i };
    }
  d->orders[0] = 1;
  d->orders[1] = 2;
  for (uint32_t i = 0; i < 2; i++)
    d->links[i] = (TbWireLink) { .id = (char *) (i == 0 ? "save" : "watch"), .from = &d->shop, .n_from = 1,
                                 .to = d->orders, .n_to = 2, .port = (uint16_t) (6379 + i),
                                 .address = 0x7f4de001 + i };
  d->plan = (TbWirePlan) { .instances = d->instances, .n_instances = G_N_ELEMENTS (ids),
                           .links = d->links, .n_links = 2 };
}

static void
undraw (Drawing *d)
{
  for (uint32_t i = 0; i < d->plan.n_instances; i++)
    g_free (d->instances[i].component);
}

static void
test_link_has_the_name (void)
{
  Drawing d;
  draw (&d);
  g_autofree char *text = tb_names_text (&d.plan, 0, "127.0.0.1 localhost\n");
  g_assert_cmpstr (text, ==,
                   "# What is drawn, as shop/1 reaches it.\n"
                   "127.77.1.1\tshop\n127.77.1.1\tshop-1\n127.77.1.1\tapp\n"
                   "127.77.224.1\torders\n127.77.1.2\torders-1\n127.77.1.2\tdb\n"
                   "127.77.1.3\torders-2\n127.77.1.3\tdb\n"
                   "127.77.1.4\tcache\n127.77.1.4\tcache-1\n"
                   "127.77.1.5\todd\n127.77.1.5\todd-1\n"
                   "\n127.0.0.1 localhost\n");
  undraw (&d);
}

static void
test_without_interception_all_links_have_it (void)
{
  Drawing d;
  draw (&d);
  d.plan.no_seccomp = true;
  g_autofree char *text = tb_names_text (&d.plan, 0, "");
  assert_contains (text, "127.77.224.1\torders\n127.77.224.2\torders\n127.77.1.2\torders-1\n");
  undraw (&d);
}

static void
test_without_a_link_its_instances_have_it (void)
{
  Drawing d;
  draw (&d);
  g_autofree char *text = tb_names_text (&d.plan, 3, "");
  assert_contains (text, "127.77.1.2\torders\n127.77.1.3\torders\n127.77.1.2\torders-1\n");
  undraw (&d);
}

/* ---- Real runs --------------------------------------------------------------------------------- */

static char *agent_copy;

static void
look_up (gboolean contain)
{
  Fixture *f = fixture_new (2);
  f->plan.contain = contain;
  /* Also: what it makes is its own, and a call by name is tapped. */
  fixture_shell (f, 0, "getent ahostsv4 b; touch here && stat -c 'owner %u' here; id -u; "
                       "getent hosts localhost; python3 -c 'import socket; "
                       "print(socket.create_connection((\"b\", 7788)).recv(9))'; "
                       "echo end; sleep 1000");
  fixture_command (f, 1, "python3", "-c",
                   "import socket\ns = socket.create_server((\"\", 7788))\n"
                   "while True: s.accept()[0].send(b'here')", NULL);
  fixture_probe (f, 1, TB_PROBE_TCP, "7788");
  fixture_depend (f, 0, 1);
  fixture_probe (f, 0, TB_PROBE_LOG, "end");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  g_autofree char *text = fixture_read_log (f, 0);
  guint32 a = f->plan.instances[1].address;
  g_autofree char *address = g_strdup_printf ("127.%u.%u.%u ", a >> 16 & 255, a >> 8 & 255, a & 255);
  g_autofree char *owner = g_strdup_printf ("owner %u\n%u\n", geteuid (), geteuid ());
  assert_contains (text, address);
  assert_contains (text, owner);
  assert_contains (text, "localhost");
  assert_contains (text, "b'here'");
  g_assert_cmpuint (atomic_load (&f->counters->n_rows), ==, 1);
  /* A second start finds the file of the first. */
  fixture_send_name (f, TB_COMMAND_KILL, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_KILLED, 30));
  fixture_send_name (f, TB_COMMAND_RESTART, "a/1");
  g_assert_true (fixture_wait_all_ready (f, 30));
  fixture_end (f);
}

static gboolean
names_can_be_had (void)
{
  const char *why_not;
  if (tb_names_way (&why_not) != TB_NAMES_NONE)
    return TRUE;
  g_test_skip (why_not);
  return FALSE;
}

static void
test_looked_up (void)
{
  if (names_can_be_had ())
    look_up (FALSE);
}

static void
test_looked_up_when_contained (void)
{
  if (!fixture_can_contain ())
    g_test_skip ("no PID namespace can be had");
  else if (names_can_be_had ())
    look_up (TRUE);
}

/* The machine's own file is as it was. */
static void
test_machine_keeps_its_file (void)
{
  g_autofree char *before = tb_names_machine ();
  if (!names_can_be_had ())
    return;
  look_up (FALSE);
  g_autofree char *after = tb_names_machine ();
  g_assert_cmpstr (before, ==, after);
}

static void
test_looked_up_as_ordinary_user (void)
{
  int status = 1;
  if (geteuid () != 0)
    {
      g_test_skip ("whoever runs this is one");
      return;
    }
  pid_t pid = fork ();
  if (pid == 0)
    {
      if (setgroups (0, NULL) != 0 || setresgid (NOBODY, NOBODY, NOBODY) != 0
          || setresuid (NOBODY, NOBODY, NOBODY) != 0)
        _exit (1);
      prctl (PR_SET_DUMPABLE, 1);
      const char *why_not;
      if (tb_names_way (&why_not) == TB_NAMES_NONE)
        _exit (77);
      fixture_set_agent_path (agent_copy);
      look_up (FALSE);
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 77)
    g_test_skip ("an ordinary user has no namespaces here");
  else
    g_assert_cmpint (status, ==, 0);
}

/* Where others than root can run it. */
static char *
copy_agent (const char *place)
{
  char *path = g_build_filename (place, "tierboard-agent", NULL), *bytes;
  gsize n;
  g_assert_true (g_file_get_contents (fixture_agent_path (), &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  g_free (bytes);
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  return path;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *place = g_dir_make_tmp ("tb-names-XXXXXX", NULL);
  g_assert_cmpint (g_chmod (place, 0755), ==, 0);
  agent_copy = copy_agent (place);
  g_test_add_func ("/names/link-has-the-name", test_link_has_the_name);
  g_test_add_func ("/names/without-interception-all-links-have-it",
                   test_without_interception_all_links_have_it);
  g_test_add_func ("/names/without-a-link-its-instances-have-it",
                   test_without_a_link_its_instances_have_it);
  g_test_add_func ("/names/looked-up", test_looked_up);
  g_test_add_func ("/names/looked-up-when-contained", test_looked_up_when_contained);
  g_test_add_func ("/names/machine-keeps-its-file", test_machine_keeps_its_file);
  g_test_add_func ("/names/looked-up-as-ordinary-user", test_looked_up_as_ordinary_user);
  int status = g_test_run ();
  g_unlink (agent_copy);
  g_rmdir (place);
  g_free (agent_copy);
  return status;
}
