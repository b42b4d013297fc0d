/* Every rule: a drawing that it finds something in, and one that is right. */
#include <string.h>

#include "tb-rules.h"

#define OPEN "<architecture xmlns=\"urn:tierboard:1\" name=\"T\">\n"

static TbDocument *
read_inner (const char *inner)
{
  g_autofree char *xml = g_strconcat (OPEN, inner, "</architecture>", NULL);
  g_autoptr (GError) error = NULL;
  TbDocument *document = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}

static const TbRuleFinding *
find (const GPtrArray *findings, const char *rule)
{
  for (guint i = 0; i < findings->len; i++)
    if (strcmp (((const TbRuleFinding *) findings->pdata[i])->problem.rule, rule) == 0)
      return findings->pdata[i];
  return NULL;
}

/* Components, short: role and letter, with what else they say. */
#define C(id, kind, more) "<component id='" id "' kind='" kind "' " more "/>"
#define BUILT(id, kind, more, builtin) "<component id='" id "' kind='" kind "' " more "><builtin " builtin "/></component>"
#define L(id, from, to, more) "<link id='" id "' from='" from "' to='" to "' " more "/>"
#define T " timeout='1s'"
#define AB C ("a", "client", "") C ("b", "server", "")

typedef struct
{
  const char *rule, *inner, *words; /* words NULL: it is right */
} Case;

#define LAYERS(strict) "<layer id='top' strict='" strict "'/><layer id='mid'/><layer id='low'/>"
#define LAYERED C ("a", "server", "layer='top'") C ("b", "server", "layer='mid'") C ("c", "store", "layer='low'") \
  C ("d", "store", "layer='mid low'")
#define TIERS "<tier id='x'/><tier id='y'/><tier id='z'/>"
#define COMMAND(id, kind, more) "<component id='" id "' kind='" kind "' " more "><command>x</command></component>"
#define QUORUM(n, r, w) BUILT ("s", "store", "replicas='" n "'", "replication='quorum' r='" r "' w='" w "'")
#define DOUBLED "<tier id='x'><device id='d'/><device id='e'/></tier>" C ("a", "client", "") C ("b", "server", "tier='x' replicas='2'") L ("l", "a", "b", T)
#define EITHER CALLS ("a", "client", "", "<call link='l' order='first'/><call link='m' order='first'/>") C ("b", "server", "") C ("c", "server", "") L ("l", "a", "b", T) L ("m", "a", "c", T)
#define CALLS(id, kind, more, calls) "<component id='" id "' kind='" kind "' " more "><builtin>" calls "</builtin></component>"

static const Case cases[] = {
  { "upward-call", LAYERS ("no") LAYERED L ("l", "c", "a", T), "link l: c calls up into layer top" },
  { "upward-call", LAYERS ("no") LAYERED L ("l", "c", "a", "call='async'"), NULL },
  { "upward-call", LAYERS ("yes") LAYERED L ("l", "d", "b", T) L ("m", "b", "d", T), NULL },
  { "skipped-layer", LAYERS ("yes") LAYERED L ("l", "a", "c", T), "goes past layer mid, and top is strict" },
  { "skipped-layer", LAYERS ("no") LAYERED L ("l", "a", "c", T), NULL },
  { "skipped-layer", LAYERS ("yes") LAYERED L ("l", "a", "d", T), NULL },
  { "tier.bypass", TIERS C ("a", "client", "tier='x'") C ("b", "store", "tier='z'") L ("l", "a", "b", T), "past 1 other tier:" },
  { "tier.bypass", TIERS C ("a", "client", "tier='y'") C ("b", "store", "tier='z'") L ("l", "a", "b", T), NULL },
  { "tier.bypass", "<tier id='x'/><tier id='z'/>" C ("a", "client", "tier='x'") C ("b", "store", "tier='z'") L ("l", "a", "b", T), NULL },
  { "mediator.bypass", C ("m", "mediator", "") C ("a", "server", "") C ("b", "server", "") L ("k", "m", "a", T) L ("l", "m", "b", T) L ("n", "a", "b", T),
    "link n: a and b both take part in what m mediates" },
  { "mediator.bypass", C ("m", "mediator", "") C ("a", "server", "") C ("b", "server", "") L ("k", "m", "a", T) L ("n", "a", "b", T), NULL },
  { "proxy.bypass", AB C ("p", "proxy", "") L ("k", "a", "p", T) L ("l", "p", "b", T) L ("n", "a", "b", T), "by way of p" },
  { "proxy.bypass", AB C ("p", "proxy", "") L ("k", "a", "p", T) L ("l", "p", "b", T), NULL },
  { "proxy.bypass", C ("a", "proxy", "") C ("b", "server", "") L ("k", "a", "a", T) L ("l", "a", "b", T), NULL },
  { "middleware.language", "<middleware id='j' language='Java'/><middleware id='c' language='C'/>"
    C ("a", "client", "middleware='j'") C ("b", "server", "middleware='c'") L ("l", "a", "b", T), "made in C, by c, but a is part of j, which is bound to Java" },
  { "middleware.language", "<middleware id='j' language='Java'/>" C ("a", "client", "middleware='j'") C ("b", "server", "middleware='j'") L ("l", "a", "b", T), NULL },
  { "bound-language", COMMAND ("a", "client", "") "<component id='b' kind='server'><service name='c' protocol='rpc' port='7400'/></component>" L ("l", "a", "b", T), "which a cannot make" },
  { "bound-language", "<middleware id='m' language='Java'/>" COMMAND ("a", "client", "") COMMAND ("b", "server", "middleware='m'") L ("l", "a", "b", T),
    "bound to Java: a must be written in it" },
  { "bound-language", "<middleware id='m' language='Java'/>" COMMAND ("a", "client", "middleware='m'") COMMAND ("b", "server", "middleware='m'") L ("l", "a", "b", T), NULL },
  { "middleware.standard", "<middleware id='m' standard='CORBA'/><middleware id='n' standard='proprietary'/>" C ("a", "client", "middleware='m'") C ("b", "server", "middleware='n'") L ("l", "a", "b", T),
    "follow n's standard, proprietary, but one end is part of m, which follows CORBA" },
  { "middleware.standard", "<middleware id='m' standard='CORBA'/><middleware id='n' standard='open'/>" C ("a", "client", "middleware='m'") C ("b", "server", "middleware='n'") L ("l", "a", "b", T), NULL },
  { "middleware.call", "<middleware id='m' call='async'/>" AB L ("l", "a", "b", T " via='m'"), "offers async calls only" },
  { "middleware.call", "<middleware id='m' call='both'/>" AB L ("l", "a", "b", T " via='m'"), NULL },
  { "protocol.mismatch", C ("a", "client", "") "<component id='b' kind='store'><service protocol='resp'/></component>" L ("l", "a", "b", T " protocol='http'"), "speaks http, but b speaks resp there" },
  { "protocol.mismatch", C ("a", "client", "") "<component id='b' kind='store'><service protocol='resp'/></component>" L ("l", "a", "b", T " protocol='tcp'"), NULL },
  { "link.noprotocol", C ("a", "client", "") COMMAND ("b", "server", "") L ("l", "a", "b", T), "only bytes" },
  { "link.noprotocol", AB L ("l", "a", "b", T), NULL },
  { "link.offered", AB L ("l", "a", "b", T " tags='offered'"), "link l: a seems to call b, as what was imported hints" },
  { "link.offered", AB L ("l", "a", "b", T " tags='kept'"), NULL },
  { "thread.pool.deadlock", C ("a", "server", "threads='pool 4'") C ("b", "server", "threads='single' replicas='2'") L ("l", "a", "b", T) L ("m", "b", "a", T),
    "a → b → a call in a circle: with 2 requests in b at once" },
  { "thread.pool.deadlock", C ("a", "server", "threads='pool 4'") C ("b", "server", "") L ("l", "a", "b", T) L ("m", "b", "a", T), NULL },
  { "graph.cycle.sync", C ("a", "server", "threads='pool 4'") C ("b", "server", "") L ("l", "a", "b", T) L ("m", "b", "a", T), "a → b → a" },
  { "graph.cycle.sync", C ("a", "server", "") C ("b", "server", "") L ("l", "a", "b", T) L ("m", "b", "a", "call='async'"), NULL },
  { "graph.cycle.async", C ("a", "server", "") C ("b", "server", "") L ("l", "a", "b", T) L ("m", "b", "a", "call='async'"), "never ends" },
  { "graph.cycle.async", AB L ("l", "a", "b", "call='async'"), NULL },
  { "sync.notimeout", AB L ("l", "a", "b", ""), "a waits for b without a timeout" },
  { "sync.notimeout", COMMAND ("a", "client", "") C ("b", "server", "") L ("l", "a", "b", ""), NULL },
  { "sync.notimeout", CALLS ("a", "client", "", "<call link='l' timeout='1s'/>") C ("b", "server", "") L ("l", "a", "b", ""), NULL },
  { "timeout.inverted", AB C ("c", "store", "") L ("l", "a", "b", "timeout='1s'") L ("m", "b", "c", "timeout='500ms' retries='3'"),
    "a gives up after 1s, but m may take 2s, 4 tries of 500ms" },
  { "timeout.inverted", AB C ("c", "store", "") L ("l", "a", "b", "timeout='1s'") L ("m", "b", "c", "timeout='500ms' retries='1'"), NULL },
  { "timeout.short", BUILT ("a", "client", "", "rate='1'") BUILT ("b", "server", "", "work='wait 800ms'") L ("l", "a", "b", "timeout='500ms'"),
    "link l: it gives up after 500ms, but b alone works 800ms on a request" },
  { "timeout.short", BUILT ("a", "client", "", "rate='1'") BUILT ("b", "server", "", "work='wait 800ms'") L ("l", "a", "b", T), NULL },
  { "retry.amplify", AB C ("c", "server", "") C ("d", "store", "") L ("l", "a", "b", "retries='3'") L ("m", "b", "c", "retries='3'") L ("n", "c", "d", "retries='3'"),
    "3 levels of them on a → b → c → d make one request up to 64 calls" },
  { "retry.amplify", AB C ("c", "server", "") L ("l", "a", "b", "retries='3'") L ("m", "b", "c", ""), NULL },
  { "retry.write", CALLS ("a", "client", "", "<call link='l' op='append'/>") C ("s", "store", "") L ("l", "a", "s", T " retries='2'"), "up to 2 times" },
  { "retry.write", CALLS ("a", "client", "", "<call link='l' op='write'/>") C ("s", "store", "") L ("l", "a", "s", T " retries='2'"), NULL },
  { "sync.depth", C ("a", "client", "") C ("b", "server", "availability='99%'") C ("c", "server", "availability='99%'") C ("d", "server", "") C ("e", "server", "") C ("f", "store", "")
    L ("g", "a", "b", T) L ("h", "b", "c", T) L ("i", "c", "d", T) L ("j", "d", "e", T) L ("k", "e", "f", T),
    "a → b → c → d → e → f: 5 calls wait inside each other; each adds its time, and its failures, and works 98.01 % of the time" },
  { "sync.depth", C ("a", "client", "") C ("b", "server", "") C ("c", "server", "") C ("d", "server", "") C ("e", "store", "")
    L ("g", "a", "b", T) L ("h", "b", "c", T) L ("i", "c", "d", T) L ("j", "d", "e", T), NULL },
  { "fanout.tail", CALLS ("a", "server", "", "<call link='l'/><call link='l' order='parallel' times='99'/>") C ("b", "server", "") L ("l", "a", "b", T), "100 calls at once: where one call in 100 is slow, 63.4 %" },
  { "fanout.tail", CALLS ("a", "server", "", "<call link='l' times='99'/>") C ("b", "server", "") L ("l", "a", "b", T), NULL },
  { "chatty.tier", TIERS C ("a", "client", "tier='x'") CALLS ("b", "server", "tier='y'", "<call link='m' times='30'/>") C ("c", "store", "tier='z'") L ("l", "a", "b", T) L ("m", "b", "c", T),
    "makes 31 calls from tier to tier, most of them over m" },
  { "chatty.tier", TIERS C ("a", "client", "tier='x'") CALLS ("b", "server", "tier='y'", "<call link='m' times='30'/>") C ("c", "store", "tier='y'") L ("l", "a", "b", T) L ("m", "b", "c", T), NULL },
  { "thread.blocked", C ("a", "client", "threads='pool 4'") C ("b", "server", "threads='single'") C ("c", "store", "") L ("l", "a", "b", T) L ("m", "b", "c", T),
    "waits for c, meanwhile the others of 4 callers queue" },
  { "thread.blocked", C ("a", "client", "threads='single'") C ("b", "server", "threads='single'") C ("c", "store", "") L ("l", "a", "b", T) L ("m", "b", "c", T), NULL },
  { "async.lost", AB L ("l", "a", "b", "call='async'"), "while b is down" },
  { "async.lost", C ("a", "store", "") C ("b", "store", "") L ("l", "a", "b", "call='async'"), NULL },
  { "async.lost", C ("a", "client", "") C ("b", "broker", "") L ("l", "a", "b", "call='async'"), NULL },
  { "lb.affinity", C ("b", "balancer", "") C ("s", "server", "state='stateful' replicas='3'") L ("l", "b", "s", T), "2 of 3 find nothing" },
  { "lb.affinity", C ("b", "balancer", "affinity='session'") C ("s", "server", "state='stateful' replicas='3'") L ("l", "b", "s", T), NULL },
  { "lb.affinity", C ("b", "balancer", "") C ("s", "server", "state='stateful' replicas='3'") C ("c", "cache", "") L ("l", "b", "s", T) L ("m", "s", "c", T), NULL },
  { "lb.single", C ("b", "balancer", "") C ("s", "server", "") L ("l", "b", "s", T), "one replica of s" },
  { "lb.single", C ("b", "balancer", "") C ("s", "server", "replicas='2'") L ("l", "b", "s", T), NULL },
  { "store.apart", BUILT ("s", "store", "replicas='3'", ""), "3 replicas know nothing" },
  { "store.apart", BUILT ("s", "store", "replicas='3'", "replication='gossip'"), NULL },
  { "quorum.overlap", QUORUM ("3", "1", "1"), "reads of 1 and writes of 1 of 3 copies need not meet: at worst 66.7 %" },
  { "quorum.overlap", QUORUM ("3", "1", "2"), "33.3 %" },
  { "quorum.overlap", QUORUM ("3", "2", "2"), NULL },
  { "quorum.conflict", QUORUM ("4", "3", "2"), "2 of 4 copies, no majority" },
  { "quorum.conflict", QUORUM ("3", "2", "2"), NULL },
  { "quorum.even", BUILT ("s", "store", "replicas='4'", "replication='raft'"), "4 copies that agree by majority can lose 1, no more than 3" },
  { "quorum.even", BUILT ("s", "store", "replicas='5'", "replication='raft'"), NULL },
  { "quorum.all", QUORUM ("3", "1", "3"), "a write needs all 3 copies" },
  { "quorum.all", QUORUM ("3", "2", "2"), NULL },
  { "reads.stale", BUILT ("s", "store", "replicas='3'", "replication='primary-async' reads='any'"), "any of its 3 replicas" },
  { "reads.stale", BUILT ("s", "store", "replicas='3'", "replication='primary-async'"), NULL },
  { "failover.loses", BUILT ("s", "store", "replicas='3'", "replication='primary-async' failover='yes'"), "acknowledged, and are lost" },
  { "failover.loses", BUILT ("s", "store", "replicas='3'", "replication='primary-sync' failover='yes'"), NULL },
  { "store.volatile", C ("s", "store", "durable='no'"), "not durable" },
  { "store.volatile", BUILT ("s", "store", "", ""), "not durable" },
  { "store.volatile", C ("s", "store", ""), NULL },
  { "store.volatile", C ("s", "store", "durable='yes'"), NULL },
  { "broker.volatile", CALLS ("a", "client", "", "<call link='l' qos='1'/>") C ("b", "broker", "") L ("l", "a", "b", "call='async'"), "b is not durable" },
  { "broker.volatile", CALLS ("a", "client", "", "<call link='l' qos='1'/>") C ("b", "broker", "durable='yes'") L ("l", "a", "b", "call='async'"), NULL },
  { "load.saturated", BUILT ("a", "client", "", "rate='150'") BUILT ("b", "server", "", "work='wait 10ms'") L ("l", "a", "b", T),
    "component b: 151 % of what its one thread can do is asked of it" },
  { "load.saturated", BUILT ("a", "client", "", "rate='150'") BUILT ("b", "server", "", "work='wait 10ms'") C ("c", "server", "")
    L ("l", "a", "b", T) L ("m", "b", "c", "call='async'") L ("n", "c", "b", "call='async'"), NULL },
  { "load.saturated", BUILT ("a", "client", "", "rate='50'") BUILT ("b", "server", "", "work='wait 10ms'") L ("l", "a", "b", T), NULL },
  { "queue.unbounded", BUILT ("a", "client", "", "rate='150'") BUILT ("b", "server", "", "work='wait 10ms'") L ("l", "a", "b", "call='async'"),
    "component b: 150 messages/s come, and it takes 99.6/s" },
  { "queue.unbounded", BUILT ("a", "client", "", "rate='150'") BUILT ("b", "server", "", "work='wait 10ms'") L ("l", "a", "b", T), NULL },
  { "spof", AB L ("l", "a", "b", T), "component b: without it, a cannot go on" },
  { "spof", C ("a", "client", "") C ("b", "server", "") C ("c", "cache", "") L ("l", "a", "b", T) L ("m", "b", "c", T " needs='0'") L ("n", "a", "c", T " needs='0'"), "component b: without it, a cannot go on" },
  { "needs.many", C ("a", "client", "") C ("b", "server", "replicas='2'") L ("l", "a", "b", T " needs='3'"), "it needs 3 replicas of b, and there are 2" },
  { "needs.many", C ("a", "client", "") C ("b", "server", "replicas='2'") L ("l", "a", "b", T " needs='2'"), NULL },
  { "spof", C ("a", "client", "") C ("b", "server", "replicas='2'") L ("l", "a", "b", T), NULL },
  { "spof.pair", EITHER, "component b: without both it and c, a cannot go on, though neither is needed alone" },
  { "spof.pair", DOUBLED, NULL },
  { "spof.pair", C ("a", "client", "") C ("b", "server", "replicas='2'") L ("l", "a", "b", T), NULL },
  { "device.commonmode", "<tier id='x'><device id='d'/></tier>" C ("b", "server", "tier='x' replicas='3'"), "all its 3 replicas run on d" },
  { "device.commonmode", "<tier id='x'><device id='d'/><device id='e'/></tier>" C ("b", "server", "tier='x' replicas='3'"), NULL },
  { "device.idle", "<tier id='x'><device id='d'/><device id='e'/></tier>" C ("b", "server", "tier='x'"), "device e: nothing runs on it" },
  { "device.idle", "<tier id='x'><device id='d'/></tier>" C ("b", "server", "tier='x'"), NULL },
  { "element.disconnected", AB, "calls nothing" },
  { "element.disconnected", AB L ("l", "a", "b", T), NULL },
  { "element.uncalled", C ("a", "server", "") C ("b", "store", "") L ("l", "a", "b", T), "nothing calls it" },
  { "element.uncalled", C ("a", "server", "") C ("b", "broker", "") L ("l", "a", "b", "call='async'"), NULL },
  { "client.called", AB L ("l", "b", "a", T), "the client a" },
  { "client.called", AB L ("l", "a", "b", T), NULL },
  { "container.empty", "<group id='g'/>" AB, "group g: nothing is in it" },
  { "container.empty", "<group id='g'/><group id='h' parent='g'/>" C ("a", "client", "group='h'"), NULL },
  { "interaction.empty", AB "<interaction id='i'/>", "no step" },
  { "interaction.empty", AB L ("l", "a", "b", T) "<interaction id='i'><step link='l'/></interaction>", NULL },
  { "scenario.unjudged", AB "<scenario id='i'><phase id='p' lasts='1s'/></scenario>", "nothing is expected" },
  { "scenario.unjudged", AB "<scenario id='i'><phase id='p' lasts='1s'/><expect that='ready' of='b'/></scenario>", NULL },
  { "secret.infile", "<component id='a' kind='store'><service password='x'/></component>", "holds a password" },
  { "secret.infile", AB, NULL },
  { "name.twice", C ("a", "server", "name='X'") C ("b", "server", "name='X'"), "a is called “X” too" },
  { "name.twice", AB, NULL },
  { "name.twice", C ("a", "client", "name='X'") C ("b", "client", "name='X'"), NULL },
  { "name.twice", TIERS C ("a", "server", "tier='x' name='X'") C ("b", "server", "tier='y' name='X'"), NULL },
  { "rule.words", "<rule id='r' kind='forbidden' from='colour:red'/>" AB, "“colour:red” selects no component" },
  { "rule.words", "<rule id='r' kind='forbidden' over='kind:store'/>" AB, "selects no link" },
  { "rule.words", "<rule id='r' kind='forbidden' from='kind:servr'/>" AB, "from: there is no kind “servr”" },
  { "rule.words", "<rule id='r' kind='forbidden' to='!tier:nowhere'/>" AB, "to: there is no tier “nowhere”" },
  { "rule.words", "<rule id='r' kind='forbidden' from='* !tag:x kind:client' over='!async protocol:http'/>" AB, NULL },
  { "ignore.unknown", "<ignore rule='soof' reason='x'/>" AB, "there is no such rule" },
  { "ignore.unused", "<ignore rule='secret.*' reason='x'/>" AB, "nothing of it to ignore" },
  { "ignore.unused", "<ignore rule='element.*' reason='x'/>" AB, NULL },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (TbDocument) document = read_inner (c->inner);
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
  const TbRuleFinding *finding = find (findings, c->rule);
  if (c->words == NULL)
    {
      if (finding != NULL)
        {
          g_test_message ("found: %s", finding->problem.message);
          g_test_fail ();
        }
      return;
    }
  if (finding == NULL || strstr (finding->problem.message, c->words) == NULL)
    {
      g_test_message ("“%s” lacks “%s”", finding != NULL ? finding->problem.message : "", c->words);
      g_test_fail ();
      return;
    }
  g_assert_cmpuint (finding->problem.uid, ==, g_array_index (finding->uids, TbUid, 0));
  g_assert_cmpuint (finding->problem.line, >=, 1);
  g_assert_true (finding->fix == NULL || (finding->fix->label != NULL && finding->fix->edits->len > 0));
}

static void
test_every_rule_has_both_cases (void)
{
  guint n;
  const TbRule *all = tb_rules (&n);
  for (guint i = 0; i < n; i++)
    {
      guint found = 0, right = 0;
      for (guint k = 0; k < G_N_ELEMENTS (cases); k++)
        if (strcmp (cases[k].rule, all[i].id) == 0)
          *(cases[k].words != NULL ? &found : &right) += 1;
      if (found == 0 || (right == 0 && strcmp (all[i].id, "ignore.unknown") != 0))
        {
          g_test_message ("%s is not tested", all[i].id);
          g_test_fail ();
        }
      g_assert_true (g_str_has_suffix (all[i].summary, ".") && g_str_has_suffix (all[i].help, "."));
      g_assert_true (tb_rule_find (all[i].id) == &all[i]);
    }
}

/* ---- Own rules -------------------------------------------------------------------------------- */

#define SHOP "<tier id='db'/><layer id='data'/><group id='g'/><middleware id='bus'/>"                                    \
  C ("a", "client", "tags='open'") C ("b", "server", "group='g'") C ("s", "store", "tier='db' layer='data' tags='pci secret'") \
  L ("ab", "a", "b", T " protocol='http'") L ("bs", "b", "s", T " via='bus'") L ("as", "a", "s", "call='async'")

/* The elements that rule.r finds, in order. */
static void
assert_own (const char *rule, const char *expected)
{
  g_autofree char *inner = g_strdup_printf (SHOP "<rule id='r' name='Mine' %s/>", rule);
  g_autoptr (TbDocument) document = read_inner (inner);
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
  g_autoptr (GString) ids = g_string_new (NULL);
  for (guint i = 0; i < findings->len; i++)
    {
      const TbProblem *p = &((const TbRuleFinding *) findings->pdata[i])->problem;
      if (strcmp (p->rule, "rule.r") == 0)
        g_string_append_printf (ids, "%s%s", ids->len > 0 ? " " : "",
                                tb_element_id (tb_model_get (tb_document_model (document), p->uid)));
    }
  g_assert_cmpstr (ids->str, ==, expected);
}

static void
test_forbidden_links_are_found (void)
{
  assert_own ("kind='forbidden' from='kind:client' to='kind:store'", "as");
  assert_own ("kind='forbidden' from='*' to='tier:db layer:data tag:pci'", "bs as");
  assert_own ("kind='forbidden' to='!kind:store'", "ab");
  assert_own ("kind='forbidden' over='async'", "as");
  assert_own ("kind='forbidden' over='!sync'", "as");
  assert_own ("kind='forbidden' over='protocol:http'", "ab");
  assert_own ("kind='forbidden' over='middleware:bus'", "bs");
  assert_own ("kind='forbidden' from='group:g id:b' to='id:a'", "");
}

static void
test_allowed_says_where_else_they_may_not_call (void)
{
  assert_own ("kind='allowed' from='kind:client' to='kind:server'", "as");
  assert_own ("kind='allowed' from='kind:client' to='*' over='sync'", "as");
  assert_own ("kind='allowed' from='tag:none' to='id:none'", "");
}

static void
test_required_names_who_lacks_it (void)
{
  assert_own ("kind='required' from='kind:client' to='tag:secret'", "");
  assert_own ("kind='required' from='!kind:store' to='tag:secret' over='sync'", "a");
  assert_own ("kind='required' to='kind:store'", "s");
}

static void
test_an_own_rule_has_its_severity (void)
{
  g_autoptr (TbDocument) document = read_inner (SHOP "<rule id='r' kind='forbidden' to='kind:store' severity='info'/>");
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
  g_assert_cmpint (find (findings, "rule.r")->problem.severity, ==, TB_SEVERITY_INFO);
}

static TbSeverity
level_at (const char *client, const char *work)
{
  g_autofree char *inner = g_strdup_printf (BUILT ("a", "client", "", "%s") BUILT ("b", "server", "threads='pool 1'", "work='wait %s'")
                                            L ("l", "a", "b", T), client, work);
  g_autoptr (TbDocument) document = read_inner (inner);
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
  const TbRuleFinding *finding = find (findings, "load.saturated");
  g_assert_nonnull (finding);
  return finding->problem.severity;
}

static void
test_load_is_as_bad_as_it_comes (void)
{
  g_assert_cmpint (level_at ("rate='150'", "10ms"), ==, TB_SEVERITY_ERROR);
  g_assert_cmpint (level_at ("rate='90'", "10ms"), ==, TB_SEVERITY_WARNING);
  g_assert_cmpint (level_at ("think='1ms'", "10ms"), ==, TB_SEVERITY_INFO);
}

/* ---- Ignoring --------------------------------------------------------------------------------- */

static void
test_what_is_ignored_keeps_its_reason (void)
{
  g_autoptr (TbDocument) document = read_inner (
      C ("a", "client", "") "<component id='b' kind='server'><ignore rule='spof' reason='a class'/></component>" L ("l", "a", "b", T));
  const TbRuleOptions all = { .with_ignored = TRUE };
  g_autoptr (GPtrArray) shown = tb_rules_check (tb_document_model (document), NULL);
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), &all);
  g_assert_null (find (shown, "spof"));
  const TbRuleFinding *finding = find (findings, "spof");
  g_assert_true (finding->ignored);
  g_assert_cmpstr (finding->reason, ==, "a class");
  g_assert_true (finding == findings->pdata[findings->len - 1]);
}

static void
test_the_architecture_ignores_for_all (void)
{
  g_autoptr (TbDocument) document
      = read_inner ("<ignore rule='sync.*' reason='libraries have one'/>" AB C ("c", "store", "durable='yes'") L ("l", "a", "b", "") L ("m", "b", "c", ""));
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
  g_assert_null (find (findings, "sync.notimeout"));
  g_assert_null (find (findings, "ignore.unused"));
}

/* ---- Many -------------------------------------------------------------------------------------- */

#define FOUR_STORES C ("a", "client", "") C ("s", "store", "durable='no'") C ("t", "store", "durable='no'") C ("u", "store", "durable='no'")
#define FOURTH_STORE(inner) "<component id='v' kind='store' durable='no'>" inner "</component>"

static GPtrArray *
gathered (const char *inner, TbDocument **document)
{
  const TbRuleOptions options = { .with_ignored = TRUE, .gather = TRUE };
  *document = read_inner (inner);
  return tb_rules_check (tb_document_model (*document), &options);
}

static void
test_many_of_one_rule_are_said_as_one_and_mended_at_once (void)
{
  g_autoptr (TbDocument) document = NULL;
  g_autoptr (GPtrArray) findings = gathered (FOUR_STORES FOURTH_STORE (""), &document);
  const TbRuleFinding *finding = find (findings, "store.volatile");
  g_assert_cmpstr (finding->problem.message, ==, "4 stores lose their data when they crash: s, t, u and v");
  g_assert_cmpuint (finding->problem.uid, ==, tb_element_uid (tb_model_root (tb_document_model (document))));
  g_assert_cmpuint (finding->problem.line, ==, 2);
  g_assert_cmpuint (finding->parts->len, ==, 4);
  g_assert_cmpuint (finding->uids->len, ==, 4);
  g_assert_cmpstr (finding->fix->label, ==, "Make them durable");
  g_assert_cmpuint (finding->fix->edits->len, ==, 4);
}

static void
test_three_of_one_rule_are_said_each (void)
{
  g_autoptr (TbDocument) document = NULL;
  g_autoptr (GPtrArray) findings = gathered (FOUR_STORES, &document);
  g_assert_null (find (findings, "store.volatile")->parts);
}

static void
test_what_is_ignored_where_it_stands_is_not_among_the_many (void)
{
  g_autoptr (TbDocument) document = NULL;
  g_autoptr (GPtrArray) findings = gathered (FOUR_STORES C ("w", "store", "durable='no'")
                                             FOURTH_STORE ("<ignore rule='store.volatile' reason='a cache'/>"), &document);
  const TbRuleFinding *finding = find (findings, "store.volatile"), *last = findings->pdata[findings->len - 1];
  g_assert_cmpuint (finding->parts->len, ==, 4);
  g_assert_true (last->ignored && last->parts == NULL);
  g_assert_cmpstr (last->reason, ==, "a cache");
}

static void
test_many_that_the_architecture_ignores_are_one (void)
{
  g_autoptr (TbDocument) document = NULL;
  g_autoptr (GPtrArray) findings = gathered ("<ignore rule='store.volatile' reason='a class'/>" FOUR_STORES FOURTH_STORE (""), &document);
  const TbRuleFinding *finding = find (findings, "store.volatile");
  g_assert_true (finding->ignored && finding->parts->len == 4);
  g_assert_cmpstr (finding->reason, ==, "a class");
  g_assert_null (finding->fix);
}

static void
test_a_link_with_no_word_for_its_id_is_said_by_its_ends (void)
{
  g_autoptr (TbDocument) document = read_inner (AB L ("f106602c-feb2-e66a-4537-3a34d633f6aa", "a", "b", ""));
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
  g_assert_true (g_str_has_prefix (find (findings, "sync.notimeout")->problem.message, "link a → b: "));
}

static void
test_a_sketch_is_told_no_more_than_it_says (void)
{
  g_autoptr (TbDocument) document = read_inner (AB L ("l", "a", "b", "") L ("m", "b", "a", ""));
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
  for (guint i = 0; i < findings->len; i++)
    g_assert_cmpint (((const TbRuleFinding *) findings->pdata[i])->problem.severity, ==, TB_SEVERITY_INFO);
  g_assert_nonnull (find (findings, "sync.notimeout"));
  g_assert_nonnull (find (findings, "graph.cycle.sync"));
}

/* ---- All of them ------------------------------------------------------------------------------ */

static void
test_the_worst_come_first_and_then_the_file_decides (void)
{
  g_autoptr (TbDocument) document = read_inner (
      LAYERS ("no") LAYERED L ("z", "b", "c", "") L ("y", "c", "a", T) L ("x", "a", "b", ""));
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
  for (guint i = 1; i < findings->len; i++)
    {
      const TbProblem *p = &((const TbRuleFinding *) findings->pdata[i - 1])->problem,
                      *q = &((const TbRuleFinding *) findings->pdata[i])->problem;
      g_assert_true (p->severity < q->severity || (p->severity == q->severity && p->line <= q->line));
    }
  g_assert_cmpint (((const TbRuleFinding *) findings->pdata[0])->problem.severity, ==, TB_SEVERITY_ERROR);
}

/* What begins a drawing is right; what teaches may show what goes wrong, and says so. */
static void
test_templates_have_nothing_worse_than_infos (void)
{
  static const struct
  {
    const char *file, *rule;
  } meant[] = {
    { "middleware-kinds.tierboard", "bound-language" },
  };
  static const char *const folders[] = { "templates", "examples" };
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = tb_data_path (folders[i]);
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *file = g_build_filename (path, name, NULL);
          if (!g_str_has_suffix (name, ".tierboard"))
            continue;
          g_autoptr (TbDocument) document = tb_document_load (file, NULL, NULL);
          g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
          for (guint f = 0; f < findings->len; f++)
            {
              const TbProblem *p = &((const TbRuleFinding *) findings->pdata[f])->problem;
              gboolean expected = p->severity == TB_SEVERITY_INFO;
              for (guint m = 0; m < G_N_ELEMENTS (meant); m++)
                expected |= strcmp (meant[m].file, name) == 0 && strcmp (meant[m].rule, p->rule) == 0;
              if (!expected)
                {
                  g_test_message ("%s: %s [%s]", name, p->message, p->rule);
                  g_test_fail ();
                }
            }
        }
    }
}

static void
test_the_page_is_what_the_table_says (void)
{
  g_autofree char *page = tb_rules_to_markdown ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "..", "docs", "rules.md", NULL);
  g_autofree char *committed = NULL;
  if (!g_file_get_contents (path, &committed, NULL, NULL))
    {
      g_test_skip ("the page is not beside the source");
      return;
    }
  g_assert_cmpstr (committed, ==, page);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("/rules/%s/%s-%u", cases[i].rule, cases[i].words != NULL ? "found" : "right", i);
      g_test_add_data_func (name, &cases[i], test_case);
    }
#define TEST(name) g_test_add_func ("/rules/" #name, test_##name)
  TEST (every_rule_has_both_cases);
  TEST (forbidden_links_are_found);
  TEST (allowed_says_where_else_they_may_not_call);
  TEST (required_names_who_lacks_it);
  TEST (an_own_rule_has_its_severity);
  TEST (load_is_as_bad_as_it_comes);
  TEST (what_is_ignored_keeps_its_reason);
  TEST (the_architecture_ignores_for_all);
  TEST (many_of_one_rule_are_said_as_one_and_mended_at_once);
  TEST (three_of_one_rule_are_said_each);
  TEST (what_is_ignored_where_it_stands_is_not_among_the_many);
  TEST (many_that_the_architecture_ignores_are_one);
  TEST (a_link_with_no_word_for_its_id_is_said_by_its_ends);
  TEST (a_sketch_is_told_no_more_than_it_says);
  TEST (the_worst_come_first_and_then_the_file_decides);
  TEST (templates_have_nothing_worse_than_infos);
  TEST (the_page_is_what_the_table_says);
  return g_test_run ();
}
