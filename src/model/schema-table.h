/* The schema: a row for every kind and every property, and nothing else. Included by schema.c only.
 *
 * To add a property: a line in schema-props.h and a row here, where it is to stand in the file.
 * To add a kind: an entry in TbKind, an array of rows and a row in `kinds`. Reader, writer, checks,
 * inspector, RELAX NG, fuzz dictionary and documentation follow. */

#define P(p, text, kind) .prop = TB_PROP_##p, .name = attribute_##p, .label = text, \
                         .type = TB_TYPE_##kind
#define BIT(kind) (G_GUINT64_CONSTANT (1) << TB_KIND_##kind)
#define ANY_MAX G_MAXDOUBLE

/* What every element of an architecture may say of itself. */
#define COMMON                                                                                     \
  { P (DESCRIPTION, "Description", STRING), .help = "What it is for, in a sentence." },            \
  { P (TAGS, "Tags", TAGS), .help = "Words to find and filter it by." },                           \
  { P (HREF, "Web page", STRING), .help = "Where to read more about it." },                         \
  { P (ORIGIN, "Came from", STRING),                                                               \
    .help = "Where in another program's file it came from, for the way back." }

#define IDENTITY                                                                                   \
  { P (ID, "Id", ID), .required = TRUE,                                                            \
    .help = "What the file, scenarios and commands call it; it never changes." },                  \
  { P (NAME, "Name", STRING), .help = "What people call it." }

#define SIDES "top right bottom left"

/* What may stand in a view. */
#define PLACEABLE                                                                                  \
  (BIT (LAYER) | BIT (TIER) | BIT (MIDDLEWARE) | BIT (GROUP) | BIT (COMPONENT) | BIT (NOTE))

/* How seldom and how long it fails. */
#define FAILS                                                                                      \
  { P (MTBF, "Fails after", DURATION),                                                             \
    .help = "How long it works between two failures on average, as in 90d." },                     \
  { P (MTTR, "Repaired in", DURATION),                                                             \
    .help = "How long it is down after a failure on average, as in 4h." },                         \
  { P (AVAILABILITY, "Availability", AMOUNT),                                                      \
    .help = "The share of time it works, as in 99.9%, where the two times are not known." }

/* Whatever findings are about. */
#define MAY_BE_IGNORED                                                                             \
  (BIT (ARCHITECTURE) | BIT (LAYER) | BIT (TIER) | BIT (DEVICE) | BIT (MIDDLEWARE) | BIT (GROUP)   \
   | BIT (COMPONENT) | BIT (LINK) | BIT (INTERACTION) | BIT (SCENARIO) | BIT (VIEW))

static const TbPropSpec architecture_props[] = {
  { P (NAME, "Name", STRING), .help = "What the whole system is called." },
  COMMON,
};

static const TbPropSpec ignore_props[] = {
  { P (RULE, "Rule", STRING), .required = TRUE,
    .help = "The id of the rule whose findings about this element are let be; layer.* for all of that kind." },
  { P (REASON, "Reason", STRING), .required = TRUE, .help = "Why it is as it should be." },
};

static const TbPropSpec layer_props[] = {
  IDENTITY,
  { P (STRICT, "Strict", BOOLEAN), .default_text = "no",
    .help = "It may call only the layer right below it, not deeper ones." },
  COMMON,
};

static const TbPropSpec tier_props[] = {
  IDENTITY,
  COMMON,
};

static const TbPropSpec device_props[] = {
  IDENTITY,
  { P (CORES, "Cores", INTEGER), .min = 1, .max = 4096, .help = "Processor cores it has." },
  { P (MEMORY, "Memory", INTEGER), .min = 1, .max = 1e9, .help = "Memory it has, in MiB." },
  { P (ADDRESS, "Address", STRING), .help = "The host, where it is a real one." },
  FAILS,
  COMMON,
};

static const TbPropSpec middleware_props[] = {
  IDENTITY,
  { P (CALL, "Calls", ENUM), .choices = "sync async both",
    .help = "Whether callers wait for the answer." },
  { P (LANGUAGE, "Language", STRING), .default_text = "any",
    .help = "The programming language it is bound to, or any." },
  { P (STANDARD, "Standard", STRING),
    .help = "The standard it follows, open, or proprietary." },
  { P (SERVICES, "Services", TAGS), .choices = "naming messaging transactions security",
    .help = "The common services it offers to applications." },
  COMMON,
};

static const TbPropSpec group_props[] = {
  IDENTITY,
  { P (PARENT, "Inside", REF), .ref_kinds = BIT (GROUP), .help = "The group it lies in." },
  { P (COLOUR, "Colour", COLOUR), .help = "Its tint, as #rrggbb." },
  COMMON,
};

static const TbPropSpec component_props[] = {
  { P (ID, "Id", ID), .required = TRUE,
    .help = "What the file, scenarios and commands call it; it never changes." },
  { P (KIND, "Kind", ENUM), .required = TRUE,
    .choices = "client server store cache broker balancer proxy mediator external",
    .help = "The part it plays." },
  { P (NAME, "Name", STRING), .help = "What people call it." },
  { P (TIER, "Tier", REF), .ref_kinds = BIT (TIER), .help = "The physical level it runs on." },
  { P (LAYER, "Layer", REFS), .ref_kinds = BIT (LAYER),
    .help = "The logical level it belongs to; several where it spans adjacent ones." },
  { P (GROUP, "Group", REF), .ref_kinds = BIT (GROUP), .help = "The group it is drawn in." },
  { P (MIDDLEWARE, "Part of", REF), .ref_kinds = BIT (MIDDLEWARE),
    .help = "The middleware it is a part of." },
  { P (REPLICAS, "Replicas", INTEGER), .default_text = "1", .min = 1, .max = 1000,
    .help = "How many copies of it run." },
  { P (THREADS, "Threads", THREADS),
    .help = "How it serves requests at once: single, pool N or per-request." },
  { P (STATE, "State", ENUM), .choices = "stateless stateful",
    .help = "Whether it keeps state of its clients." },
  { P (DURABLE, "Durable", BOOLEAN), .default_text = "no",
    .help = "Its data survive a crash." },
  { P (AFFINITY, "Affinity", ENUM), .choices = "none session address",
    .help = "Whether requests of one client go to the same replica." },
  { P (CLOCK, "Clock", ENUM), .choices = "system own", .default_text = "system",
    .help = "Own: it starts with libfaketime, so that its clock can be moved while it runs." },
  { P (ADDRESS, "Address", STRING), 
    .help = "Where an external component lies: host, host:port or a URL as postgres://user@host/database." },
  { P (DEMAND, "Costs", DIST),
    .help = "What one request costs where no built-in part says it, as in cpu 3ms; measuring a run writes it." },
  FAILS,
  { P (COLOUR, "Colour", COLOUR), .help = "Its outline and icon, as #rrggbb; the kind's where absent." },
  { P (ICON, "Icon", STRING),
    .help = "A picture instead of the kind's: an SVG of that name in the icon folder, or its path." },
  COMMON,
};

static const TbPropSpec service_props[] = {
  { P (NAME, "Name", STRING), .help = "What links call it; one name once in a component." },
  { P (PROTOCOL, "Protocol", STRING),
    .choices = "http http2 grpc rpc resp postgresql mqtt nats kafka tcp tls udp",
    .help = "The language spoken at its port." },
  { P (PORT, "Port", INTEGER), .min = 1, .max = 65535, .help = "The port it listens on." },
  { P (USER, "User", STRING), .help = "Whom callers log in as; part of ${link.ID.url}." },
  { P (PASSWORD, "Password", STRING), .help = "What callers log in with; whoever reads the file reads it." },
  { P (DATABASE, "Database", STRING), .help = "Which of its databases callers mean." },
  COMMON,
  { P (TEXT, "Interface", TEXT), .help = "What it offers, apart from how it is done." },
};

static const TbPropSpec on_props[] = {
  { P (REPLICA, "Replica", INTEGER), .required = TRUE, .min = 1, .max = 1000,
    .help = "Which replica, counted from 1." },
  { P (DEVICE, "Device", REF), .required = TRUE, .ref_kinds = BIT (DEVICE),
    .help = "The device it runs on." },
  COMMON,
};

static const TbPropSpec builtin_props[] = {
  { P (THINK, "Think time", DIST),
    .help = "A client's pause after each answer, as in exponential 20ms." },
  { P (RATE, "Rate", NUMBER), .min = 0, .max = 1e9,
    .help = "Requests a second that a client starts, whatever the answers; instead of think." },
  { P (WORK, "Work", DIST),
    .help = "What each request costs, as in wait exponential 2ms or cpu 5ms." },
  { P (QUEUE, "Queue", INTEGER), .min = 0, .max = 1e9,
    .help = "How many requests may wait before more are refused." },
  { P (SIZE, "Reply size", INTEGER), .min = 0, .max = 1e9, .help = "Bytes in each reply." },
  { P (KEYS, "Keys", INTEGER), .min = 1, .max = 1e9, .help = "How many keys requests draw from." },
  { P (REQUESTS, "Requests", INTEGER), .min = 1, .max = 1e15,
    .help = "After so many requests a client stops." },
  { P (DURATION, "Duration", DURATION), .help = "After that long a client stops." },
  { P (CAPACITY, "Capacity", INTEGER), .min = 1, .max = 1e12,
    .help = "How many entries a cache or proxy or messages a broker holds." },
  { P (TTL, "Time to live", DURATION), .help = "How long an entry of a cache or proxy is good." },
  { P (CHECK, "Check", DURATION),
    .help = "How often a balancer or proxy asks each replica whether it is well; 500ms for a balancer." },
  { P (REPLICATION, "Replication", ENUM),
    .choices = "none primary-sync primary-async chain quorum raft gossip crdt all",
    .help = "How the replicas of a store keep their copies the same." },
  { P (READS, "Reads from", ENUM), .choices = "leader any quorum",
    .help = "Which replicas answer reads." },
  { P (FAILOVER, "Failover", BOOLEAN), .default_text = "no",
    .help = "Of primary and backups: a backup takes over when it hears nothing of the primary." },
  { P (N, "Copies", INTEGER), .min = 1, .max = 1000, .help = "Copies kept of each value." },
  { P (R, "Read quorum", INTEGER), .min = 1, .max = 1000, .help = "Copies a read must see." },
  { P (W, "Write quorum", INTEGER), .min = 1, .max = 1000, .help = "Copies a write must reach." },
  { P (READ_REPAIR, "Read repair", BOOLEAN), .default_text = "yes",
    .help = "Of a quorum: a read answers only when as many copies as a write needs have what it returns." },
  { P (SEED, "Seed", INTEGER), .min = 0, .max = 9e15, .help = "Start of its random numbers." },
  COMMON,
};

static const TbPropSpec call_props[] = {
  { P (LINK, "Link", REF), .required = TRUE, .ref_kinds = BIT (LINK),
    .help = "The link it goes over." },
  { P (OP, "Operation", ENUM), .choices = "read write cas append add insert members",
    .help = "What it does with a key of a store: reads or writes a value, swaps the one last seen for another, appends to a list, "
            "adds to a counter, inserts into a set, reads a set. A service or broker is read or written." },
  { P (SHARE, "Share", NUMBER), .default_text = "1", .min = 0, .max = 1,
    .help = "Part of the requests that make this call." },
  { P (TIMES, "Times", INTEGER), .default_text = "1", .min = 1, .max = 1e6,
    .help = "How many times each of them makes it." },
  { P (ORDER, "Order", ENUM), .choices = "sequence parallel first",
    .help = "After the call before it, beside it, or whichever answers first." },
  { P (WHEN, "When", ENUM), .choices = "always miss",
    .help = "Always, or only where the read before it found nothing; what it brings is put there." },
  { P (UNDO, "Undone by", STRING),
    .help = "The HTTP path that takes the call back where a later one fails." },
  { P (QOS, "Quality", INTEGER), .min = 0, .max = 1,
    .help = "Of a message: 0 at most once, 1 at least once." },
  { P (DELIVER, "Deliver", ENUM), .choices = "one each",
    .help = "Each message to one of the replicas, as of a queue, or to each, as of a topic." },
  { P (METHOD, "Method", STRING), .help = "The HTTP method or RESP command." },
  { P (PATH, "Path", STRING), .help = "The HTTP path, or the topic of a message after a slash." },
  { P (BODY, "Body size", INTEGER), .min = 0, .max = 1e9, .help = "Bytes sent along." },
  { P (TIMEOUT, "Timeout", DURATION), .help = "How long to wait; the link's where absent." },
  COMMON,
};

static const TbPropSpec template_props[] = {
  { P (NAME, "Name", STRING), .required = TRUE,
    .help = "The known program: nginx, redis and the like." },
  COMMON,
};

static const TbPropSpec param_props[] = {
  { P (NAME, "Name", STRING), .required = TRUE, .help = "A parameter of the template." },
  { P (VALUE, "Value", STRING), .required = TRUE, .help = "What it is set to." },
  COMMON,
};

static const TbPropSpec command_props[] = {
  { P (DIR, "Directory", STRING), .help = "Where it is started; its own directory where absent." },
  { P (USER, "User", STRING), .help = "Whom it runs as, where the run is root's." },
  { P (ENV_FILE, "Environment file", STRING),
    .help = "A file of NAME=VALUE lines read at each start, from its directory where not absolute." },
  { P (SHELL, "By the shell", BOOLEAN), .default_text = "no",
    .help = "The command line is one of /bin/sh, with pipes, && and the like." },
  { P (TERMINAL, "In a terminal", BOOLEAN), .default_text = "no",
    .help = "It has a terminal of its own, which a person can attach to, instead of a pipe." },
  { P (PROCESSES, "At most", INTEGER), .default_text = "1000", .min = 1, .max = 1e6,
    .help = "Processes it may have at once; one that starts more is killed, with all of them." },
  { P (IO_URING, "May use io_uring", BOOLEAN), .default_text = "no",
    .help = "It may use io_uring, whose connections no tap sees." },
  COMMON,
  { P (TEXT, "Command line", TEXT),
    .help = "The program and its arguments, with ${host}, ${port} and the like filled in." },
};

static const TbPropSpec env_props[] = {
  { P (NAME, "Name", STRING), .required = TRUE, .help = "The environment variable." },
  { P (VALUE, "Value", STRING), .default_text = "", .help = "What it is set to." },
  COMMON,
};

static const TbPropSpec file_props[] = {
  { P (NAME, "Name", STRING), .required = TRUE, .help = "Where it is written below ${dir}." },
  COMMON,
  { P (TEXT, "Content", TEXT), .help = "What is in it, with ${host} and the like filled in." },
};

#define PROBE_KINDS "tcp http resp postgresql mqtt log exec"

/* How something is asked, and how often it must have said so. */
#define PROBE                                                                                      \
  { P (PORT, "Port", INTEGER), .min = 1, .max = 65535,                                             \
    .help = "The port probed; its first service's where absent." },                               \
  { P (PATH, "Path", STRING), .help = "The HTTP path that must answer." },                         \
  { P (STATUS, "Status", INTEGER), .min = 100, .max = 599,                                         \
    .help = "The HTTP status it must answer with; any of 2xx or 3xx where absent." },              \
  { P (HEADER, "Header", STRING), .help = "A header sent along with HTTP, as Name: value." },      \
  { P (PATTERN, "Pattern", STRING), .help = "The words its log must print." },                     \
  { P (COMMAND, "Command", STRING), .help = "The command that must succeed." },                    \
  { P (DELAY, "First after", DURATION), .help = "How long to wait before the first try." }

static const TbPropSpec ready_props[] = {
  { P (KIND, "Probe", ENUM), .default_text = "tcp", .choices = "notify " PROBE_KINDS " none",
    .help = "How its readiness is found out." },
  PROBE,
  { P (INTERVAL, "Interval", DURATION),
    .help = "How long between two tries; from 10 to 250 ms where absent." },
  { P (WITHIN, "Answers within", DURATION), .help = "How long one try may take; 1s where absent." },
  { P (SUCCESSES, "Successes", INTEGER), .default_text = "1", .min = 1, .max = 1000,
    .help = "How many tries in a row must succeed." },
  { P (TIMEOUT, "Timeout", DURATION), .default_text = "30s",
    .help = "After that long it has failed." },
  COMMON,
};

static const TbPropSpec alive_props[] = {
  { P (KIND, "Probe", ENUM), .choices = "tcp http resp postgresql mqtt exec",
    .help = "How it is found out whether it still works; as its readiness where absent." },
  PROBE,
  { P (INTERVAL, "Interval", DURATION), .default_text = "5s",
    .help = "How long between two tries." },
  { P (WITHIN, "Answers within", DURATION), .help = "How long one try may take; 1s where absent." },
  { P (SUCCESSES, "Successes", INTEGER), .default_text = "1", .min = 1, .max = 1000,
    .help = "How many in a row make it good again." },
  { P (FAILURES, "Failures", INTEGER), .default_text = "3", .min = 1, .max = 1000,
    .help = "After so many in a row it does not answer, and is started again where it may be." },
  COMMON,
};

static const TbPropSpec depends_props[] = {
  { P (ON, "On", REF), .required = TRUE, .ref_kinds = BIT (COMPONENT),
    .help = "What it waits for before it starts; it is stopped before that." },
  { P (CONDITION, "Until", ENUM), .default_text = "ready", .choices = "started ready ended succeeded no",
    .help = "What that must have come to; no waits for nothing, not even over a sync link." },
  COMMON,
};

static const TbPropSpec restart_props[] = {
  { P (POLICY, "Policy", ENUM), .default_text = "on-failure",
    .choices = "no on-failure always unless-stopped",
    .help = "When it is started again: after a failure; after any end, one that a person forced too "
            "(always) or not (unless-stopped)." },
  { P (DELAY, "First after", DURATION), .default_text = "100ms",
    .help = "How long before it is started again; twice as long each time." },
  { P (LONGEST, "At most", DURATION), .default_text = "30s",
    .help = "How long that can become." },
  { P (TIMES, "Times", INTEGER), .default_text = "0", .min = 0, .max = 1e6,
    .help = "After so many within the time below it is given up; 0 never." },
  { P (WITHIN, "Within", DURATION), .default_text = "1min",
    .help = "The time they are counted in; what ran for so long begins anew." },
  COMMON,
};

static const TbPropSpec stop_props[] = {
  { P (SIGNAL, "Signal", ENUM), .default_text = "TERM",
    .choices = "TERM INT QUIT HUP USR1 USR2 WINCH KILL", .help = "What asks it to end." },
  { P (GRACE, "Grace", DURATION), .default_text = "5s", .help = "After that long it is killed." },
  { P (EXITS, "Clean exits", TAGS), .help = "Exit codes besides 0 that are no failure." },
  COMMON,
};

static const TbPropSpec link_props[] = {
  IDENTITY,
  { P (FROM, "From", REF), .required = TRUE, .ref_kinds = BIT (COMPONENT), .help = "The caller." },
  { P (TO, "To", REF), .required = TRUE, .ref_kinds = BIT (COMPONENT), .help = "The called." },
  { P (SERVICE, "Service", STRING), .help = "Which service of it; the first where absent." },
  { P (CALL, "Calls", ENUM), .default_text = "sync", .choices = "sync async",
    .help = "Whether the caller waits for the answer." },
  { P (VIA, "Middleware", REF), .ref_kinds = BIT (MIDDLEWARE),
    .help = "The middleware the calls go through." },
  { P (PROTOCOL, "Protocol", STRING),
    .choices = "http http2 grpc rpc resp postgresql mqtt nats kafka tcp tls udp",
    .help = "The language spoken; the service's where absent." },
  { P (TIMEOUT, "Timeout", DURATION), .help = "After that long the caller gives up." },
  { P (RETRIES, "Retries", INTEGER), .default_text = "0", .min = 0, .max = 1000,
    .help = "How often a failed call is tried again." },
  { P (NEEDS, "Needs", INTEGER), .min = 0, .max = 1000,
    .help = "How many replicas of the called must be up; 0: the caller can do without. One where absent, of a "
            "replicated store as many as it agrees by." },
  { P (BALANCE, "Balance", ENUM), .choices = "round-robin random least-connections hash sticky",
    .help = "How the caller chooses among replicas; hash is of the path or key, sticky stays with one." },
  { P (CARRIES, "Carries", STRING), .help = "What data go over it." },
  { P (FLOW, "Data flow", ENUM), .choices = "request reply both",
    .help = "Which way the data go: with the request, with the reply, or both." },
  COMMON,
};

static const TbPropSpec note_props[] = {
  { P (ID, "Id", ID), .required = TRUE,
    .help = "What the file calls it; it never changes." },
  { P (OF, "About", REF),
    .ref_kinds = BIT (LAYER) | BIT (TIER) | BIT (DEVICE) | BIT (MIDDLEWARE) | BIT (GROUP)
                 | BIT (COMPONENT) | BIT (LINK),
    .help = "What it is about." },
  { P (SHAPE, "Shape", ENUM), .default_text = "note", .choices = "note text frame",
    .help = "Paper, bare text, or a titled frame around a part of the drawing." },
  { P (COLOUR, "Colour", COLOUR), .help = "Its paper, as #rrggbb." },
  COMMON,
  { P (TEXT, "Text", TEXT), .help = "What it says." },
};

static const TbPropSpec interaction_props[] = {
  IDENTITY,
  COMMON,
};

static const TbPropSpec step_props[] = {
  { P (LINK, "Link", REF), .required = TRUE, .ref_kinds = BIT (LINK),
    .help = "The link the call goes over." },
  { P (LABEL, "Label", STRING), .help = "What is called." },
  { P (REPLY, "Reply", STRING), .help = "What comes back." },
  { P (ORDER, "Order", ENUM), .default_text = "sequence", .choices = "sequence parallel",
    .help = "After the step before it, or beside it." },
  COMMON,
};

static const TbPropSpec scenario_props[] = {
  IDENTITY,
  { P (SEED, "Seed", INTEGER), .min = 0, .max = 9e15, .help = "Start of all random numbers." },
  { P (PROBES, "Probing clients", BOOLEAN), .default_text = "no",
    .help = "Whether each replica of a store is asked by a client of its own, which nobody sees: so every side of a partition is judged." },
  COMMON,
};

/* What a class is asked. */
#define QUESTION                                                                                   \
  { P (QUESTION, "Question", STRING),                                                              \
    .help = "Put to a class before it happens; its result is shown when asked for." },             \
  { P (ANSWER, "Answer", STRING), .help = "Said with the result: why it is so." }

static const TbPropSpec wait_props[] = {
  { P (UNTIL, "Until", STRING), .required = TRUE,
    .help = "What must hold before it goes on, as in orders has leader." },
  { P (WITHIN, "Within", DURATION), .help = "After that long the scenario has failed." },
  COMMON,
};

static const TbPropSpec phase_props[] = {
  { P (ID, "Id", ID), .required = TRUE, .help = "What expectations call it." },
  { P (NAME, "Name", STRING), .help = "What people call it." },
  { P (LASTS, "Lasts", DURATION), .required = TRUE, .help = "How long it lasts." },
  QUESTION,
  COMMON,
};

static const TbPropSpec do_props[] = {
  { P (AT, "At", DURATION), .help = "How long after the phase begins." },
  { P (ONCE, "Once", STRING),
    .help = "From then on, once this holds: a condition or a count, as in save carried 1000." },
  { P (FOR, "For", DURATION), .help = "After that long it is undone; else it stays until healed." },
  { P (PARTITION, "Partition", ENUM), .choices = "cut isolate halves random-halves minority-third "
                                                 "majorities-ring bridge one-way",
    .help = "Who is cut off from whom; cut: that link, or all links of that component." },
  { P (HEAL, "Heal", NAME), .help = "What is healed: all, or a name." },
  { P (FAULT, "Fault", ENUM),
    .choices = "cut latency reset_peer refuse bandwidth slow_close timeout slicer limit_data blackhole "
               "packet_loss drop duplicate reorder corrupt hold http_abort http_delay",
    .help = "What is done to a link; names, attributes and units are Toxiproxy's." },
  { P (KILL, "Kill", NAME), .help = "What is killed." },
  { P (PAUSE, "Pause", NAME), .help = "What is paused." },
  { P (RESUME, "Resume", NAME), .help = "What goes on after a pause." },
  { P (RESTART, "Restart", NAME), .help = "What is started again." },
  { P (LOAD, "Load", NAME), .help = "The client whose load changes." },
  { P (OF, "Of", NAME), .help = "What it is done to." },
  { P (FROM, "From", NAME), .help = "Only what this one sends." },
  { P (TO, "To", NAME), .help = "Only what goes to this one." },
  { P (LATENCY, "Latency", DIST), .help = "How much later each byte arrives." },
  { P (JITTER, "Jitter", DURATION), .help = "How much the latency varies." },
  { P (CORRELATION, "Correlation", NUMBER), .min = 0, .max = 1,
    .help = "How much each draw resembles the one before." },
  { P (RATE, "Rate", NUMBER), .min = 0, .max = 1e9,
    .help = "Of a load: requests a second from now on; of a line: KB a second at most." },
  { P (DELAY, "Delay", DURATION), .help = "Of slow_close, slicer, reorder, http_delay: how long." },
  { P (TIMEOUT, "Timeout", DURATION), .help = "After how long a connection ends." },
  { P (LIMIT_TIME, "Limit time", DURATION), .help = "A connection's whole life." },
  { P (AVERAGE_SIZE, "Average size", INTEGER), .min = 1, .max = 1e6, .help = "Bytes of a slice." },
  { P (SIZE_VARIATION, "Size variation", INTEGER), .min = 0, .max = 1e6,
    .help = "How much the size of slices varies." },
  { P (BYTES, "Bytes", INTEGER), .min = 1, .max = 9e15,
    .help = "So many pass before a connection is closed." },
  { P (LOSS_RATE, "Loss rate", NUMBER), .min = 0, .max = 1, .help = "Share of packets lost." },
  { P (COPIES, "Copies", INTEGER), .min = 1, .max = 100, .help = "How many more arrive." },
  { P (DISTANCE, "Distance", INTEGER), .min = 1, .max = 1000,
    .help = "By how many a message is overtaken." },
  { P (BITS, "Bits", INTEGER), .min = 1, .max = 1000, .help = "How many are turned over." },
  { P (HTTP_STATUS, "HTTP status", INTEGER), .min = 200, .max = 599, .help = "Of the answer." },
  { P (STREAM, "Stream", ENUM), .choices = "upstream downstream both",
    .help = "To the called, to the caller, or both." },
  { P (TOXICITY, "Toxicity", NUMBER), .min = 0, .max = 1, .help = "Share of connections." },
  { P (PROBABILITY, "Probability", NUMBER), .min = 0, .max = 1,
    .help = "Share of the messages it strikes." },
  { P (FIRST, "First", INTEGER), .min = 0, .max = 9e15, .help = "Only the first so many." },
  { P (EVERY, "Every", INTEGER), .min = 0, .max = 9e15, .help = "Only every so manieth." },
  { P (MATCH, "Match", STRING), .help = "Only messages with such a label; * and ? stand for any." },
  { P (AFTER, "After", DURATION), .help = "Begins so long after it was added." },
  { P (UNTIL, "Until", STRING), .help = "Ends so long after it was added." },
  { P (SEED, "Seed", INTEGER), .min = 0, .max = 9e15, .help = "Of its chance." },
  { P (THINK, "Think time", DIST), .help = "A client's pause from now on." },
  COMMON,
};

static const TbPropSpec expect_props[] = {
  { P (THAT, "That", ENUM), .required = TRUE,
    .choices = "linearizable sequential converged available availability latency throughput "
               "errors delivered lost duplicated stale staleness lost-writes unchanged leader ready cpu memory "
               "messages repeated as-drawn",
    .help = "What is judged." },
  { P (OF, "Of", NAME), .help = "Of what." },
  { P (DURING, "During", STRING), .help = "In which phase; the whole scenario where absent." },
  { P (PERCENTILE, "Percentile", NUMBER), .min = 0, .max = 100, .help = "Of a latency: which." },
  { P (WHERE, "Where", STRING),
    .help = "Of messages: which are counted, as a filter says it, as in link:ask status:503." },
  { P (AMONG, "Among", STRING), .help = "Of messages: those that they are a share of, as a filter says it." },
  { P (AGAINST, "Against", NAME), .help = "As a multiple of the same, of this one." },
  { P (AGAINST_DURING, "Against during", STRING),
    .help = "As a multiple of the same, in this phase." },
  { P (AT_LEAST, "At least", AMOUNT), .help = "The lowest value that will do." },
  { P (AT_MOST, "At most", AMOUNT), .help = "The highest value that will do." },
  { P (WITHIN, "Within", DURATION), .help = "How soon it must hold." },
  QUESTION,
  COMMON,
};

static const TbPropSpec rule_props[] = {
  IDENTITY,
  { P (KIND, "Kind", ENUM), .required = TRUE, .choices = "forbidden allowed required",
    .help = "Forbidden: no such link; allowed: links from these lead to those alone; required: each of these has "
            "a link to one of those." },
  { P (FROM, "From", TAGS),
    .help = "Which callers: words that must all hold, of kind:store, tier:db, layer:data, tag:pci, group:x, "
            "id:shop and *; !tag:pci where it must not. Any where absent." },
  { P (TO, "To", TAGS), .help = "Which called components, said in the same words; any where absent." },
  { P (OVER, "Over", TAGS),
    .help = "Which links: sync, async, protocol:http, middleware:bus or !sync; any where absent." },
  { P (SEVERITY, "Severity", ENUM), .default_text = "error", .choices = "error warning info",
    .help = "How bad it is where the rule does not hold." },
  COMMON,
};

static const TbPropSpec style_props[] = {
  { P (KIND, "Kind", ENUM),
    .choices = "client server store cache broker balancer proxy mediator external link layer tier "
               "group note",
    .help = "Only what is of that kind." },
  { P (TAG, "Tag", STRING), .help = "Only what has that tag." },
  { P (LAYER, "Layer", REF), .ref_kinds = BIT (LAYER), .help = "Only what is in that layer." },
  { P (TIER, "Tier", REF), .ref_kinds = BIT (TIER), .help = "Only what is in that tier." },
  { P (GROUP, "Group", REF), .ref_kinds = BIT (GROUP), .help = "Only what is in that group." },
  { P (FILL, "Fill", COLOUR), .help = "Its ground, as #rrggbb." },
  { P (LINE, "Line", COLOUR), .help = "Its outline and icon, or the line of a link." },
  { P (INK, "Text", COLOUR), .help = "Its text." },
  { P (DASHED, "Dashed", BOOLEAN), .help = "Whether its line is dashed." },
  { P (ICON, "Icon", STRING), .help = "A picture instead of the kind's." },
  COMMON,
};

static const TbPropSpec view_props[] = {
  IDENTITY,
  { P (KIND, "Kind", ENUM), .default_text = "free",
    .choices = "free grid deployment drill-down data-flow", .help = "How it is drawn." },
  { P (FRAME, "Frame", ENUM), .default_text = "both", .choices = "tiers layers both groups none",
    .help = "Which containers it shows." },
  { P (OF, "Of", REF), .ref_kinds = PLACEABLE, .help = "What a drill-down looks into." },
  { P (JUMPS, "Line jumps", BOOLEAN), .default_text = "yes",
    .help = "Whether a link jumps over those it crosses." },
  { P (SHOWS, "Shows", ENUM), .default_text = "all", .choices = "all placed",
    .help = "All, or of components, groups and notes only what has a place in it or in no view." },
  COMMON,
};

static const TbPropSpec place_props[] = {
  { P (OF, "Of", REF), .required = TRUE, .ref_kinds = PLACEABLE, .help = "What stands there." },
  { P (X, "X", NUMBER), .min = -1e6, .max = 1e6, .help = "Its left edge." },
  { P (Y, "Y", NUMBER), .min = -1e6, .max = 1e6, .help = "Its upper edge." },
  { P (WIDTH, "Width", NUMBER), .min = 1, .max = 1e6, .help = "How wide it is at least." },
  { P (HEIGHT, "Height", NUMBER), .min = 1, .max = 1e6, .help = "How high it is at least." },
  { P (FOLDED, "Folded", BOOLEAN), .default_text = "no", .help = "Its content is hidden." },
  { P (HIDDEN, "Hidden", BOOLEAN), .default_text = "no",
    .help = "It is not shown in this view; it stays in the architecture." },
};

static const TbPropSpec route_props[] = {
  { P (OF, "Of", REF), .required = TRUE, .ref_kinds = BIT (LINK), .help = "Which link." },
  { P (FROM_SIDE, "Leaves at", ENUM), .choices = SIDES, .help = "The side of the caller." },
  { P (TO_SIDE, "Arrives at", ENUM), .choices = SIDES, .help = "The side of the called." },
  { P (FROM_AT, "Leaves at part", NUMBER), .min = 0, .max = 1,
    .help = "How far along the side it leaves, from 0 to 1." },
  { P (TO_AT, "Arrives at part", NUMBER), .min = 0, .max = 1,
    .help = "How far along the side it arrives, from 0 to 1." },
  { P (FROM_PORT, "Leaves at port", STRING),
    .help = "A named port: links of one port on one side leave at one point." },
  { P (TO_PORT, "Arrives at port", STRING),
    .help = "A named port: links of one port on one side arrive at one point." },
  { P (LABEL_AT, "Label at part", NUMBER), .min = 0, .max = 1,
    .help = "How far along the link a person put its label, from 0 to 1." },
  { P (LABEL_OFFSET, "Label offset", NUMBER), .min = -1e4, .max = 1e4,
    .help = "How far beside the link, to the right of its direction where positive." },
};

static const TbPropSpec bend_props[] = {
  { P (X, "X", NUMBER), .required = TRUE, .min = -1e6, .max = 1e6, .help = "Where it bends." },
  { P (Y, "Y", NUMBER), .required = TRUE, .min = -1e6, .max = 1e6, .help = "Where it bends." },
};

#define K(k, element, text, rows)                                                                  \
  [TB_KIND_##k] = { .kind = TB_KIND_##k, .name = element, .label = text, .props = rows##_props,    \
                    .n_props = G_N_ELEMENTS (rows##_props)
#define IN(k) .parents = BIT (k)

static const TbKindSpec kinds[TB_N_KINDS] = {
  K (ARCHITECTURE, "architecture", "Architecture", architecture),
    .help = "The whole drawing." },
  K (IGNORE, "ignore", "Ignored finding", ignore), .parents = MAY_BE_IGNORED,
    .help = "A finding about the element it is in that is as it should be, and why; in the architecture: everywhere." },
  K (LAYER, "layer", "Layer", layer), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "A logical level, which uses only those below it; the first in the file is on top." },
  K (TIER, "tier", "Tier", tier), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "A physical level: a set of devices." },
  K (DEVICE, "device", "Device", device), IN (TIER), .has_id = TRUE,
    .help = "A host: what runs on it fails together." },
  K (MIDDLEWARE, "middleware", "Middleware", middleware), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "Common services between the operating system and the applications." },
  K (GROUP, "group", "Group", group), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "Components that belong together." },
  K (COMPONENT, "component", "Component", component), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "A part that runs, or lies outside." },
  K (SERVICE, "service", "Service", service), IN (COMPONENT),
    .help = "Something a component offers at a port." },
  K (ON, "on", "Device of a replica", on), IN (COMPONENT),
    .help = "Which device a replica runs on." },
  K (BUILTIN, "builtin", "Built-in", builtin), IN (COMPONENT), .max_in_parent = 1,
    .help = "Tierboard's own program plays the part." },
  K (CALL, "call", "Call", call), IN (BUILTIN),
    .help = "A call the built-in makes for each request." },
  K (TEMPLATE, "template", "Real program", template), IN (COMPONENT), .max_in_parent = 1,
    .help = "A known real program plays the part." },
  K (PARAM, "param", "Parameter", param), IN (TEMPLATE),
    .help = "A setting of the real program." },
  K (COMMAND, "command", "Command", command), IN (COMPONENT), .max_in_parent = 1,
    .help = "A program of your own plays the part." },
  K (ENV, "env", "Environment variable", env), IN (COMPONENT),
    .help = "A variable its program is started with." },
  K (FILE, "file", "File", file), IN (COMPONENT),
    .help = "A file written before its program is started." },
  K (READY, "ready", "Readiness", ready), IN (COMPONENT), .max_in_parent = 1,
    .help = "How it is known to be ready." },
  K (ALIVE, "alive", "Liveness", alive), IN (COMPONENT), .max_in_parent = 1,
    .help = "How it is known to work on after it was ready." },
  K (DEPENDS, "depends", "Dependency", depends), IN (COMPONENT),
    .help = "Another component that it waits for." },
  K (RESTART, "restart", "Restart", restart), IN (COMPONENT), .max_in_parent = 1,
    .help = "Whether and when it is started again after its end." },
  K (STOP, "stop", "Stop", stop), IN (COMPONENT), .max_in_parent = 1,
    .help = "How it is asked to end." },
  K (LINK, "link", "Link", link), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "A component calls a service of another." },
  K (NOTE, "note", "Note", note), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "A remark on the drawing." },
  K (INTERACTION, "interaction", "Interaction", interaction), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "An ordered list of calls over links." },
  K (STEP, "step", "Step", step), IN (INTERACTION),
    .help = "One call of an interaction." },
  K (SCENARIO, "scenario", "Scenario", scenario), IN (ARCHITECTURE), .has_id = TRUE,
    .free_order = TRUE, .help = "Load and faults on a timeline, with expectations." },
  K (WAIT, "wait", "Wait", wait), IN (SCENARIO),
    .help = "The scenario goes on when something holds." },
  K (PHASE, "phase", "Phase", phase), IN (SCENARIO), .has_id = TRUE, .local_id = TRUE,
    .help = "A part of the timeline." },
  K (DO, "do", "Action", do), IN (PHASE),
    .help = "What is done to the system." },
  K (EXPECT, "expect", "Expectation", expect), IN (SCENARIO),
    .help = "What must hold for the scenario to pass." },
  K (RULE, "rule", "Rule", rule), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "A rule of your own: which links must not be, which alone may be, which must be." },
  K (STYLE, "style", "Style rule", style), IN (ARCHITECTURE),
    .help = "How everything looks that all its conditions hold for; a later rule wins." },
  K (VIEW, "view", "View", view), IN (ARCHITECTURE), .has_id = TRUE,
    .help = "One drawing of the architecture." },
  K (PLACE, "place", "Place", place), IN (VIEW),
    .help = "Where an element stands in a view." },
  K (ROUTE, "route", "Route", route), IN (VIEW),
    .help = "A person's bends of a link in a view." },
  K (BEND, "bend", "Bend", bend), IN (ROUTE),
    .help = "A point the link goes through." },
};

#undef P
#undef K
#undef IN
#undef COMMON
#undef FAILS
#undef MAY_BE_IGNORED
#undef IDENTITY
#undef PROBE
#undef PROBE_KINDS
