/* The rules: a row each, by what they are about, and nothing else. Included with R, M and W defined, each time as what
 * is to be made of the rows.
 *
 * To add one: a row here, its function in the file of its kind, a test in tests/analysis/test-rules.c; then
 * script/update-schema writes docs/rules.md.
 *
 * R (id, severity, function, when it is said, why it matters and what to do)
 * M (the same, and for many of them: what they are when they are said as one, what mends all of them or NULL)
 * W (id, severity, when, why): of the file's own rules and what it ignores (rules-own.c) */
/* who may call whom */
R ("upward-call", ERROR, upward, "A layer calls one above it and waits for the answer.",
   "Layers are exchanged from below only where nothing below knows what is above. An event (async) may go up.")
R ("skipped-layer", WARNING, skipped, "A call goes past the layer right below a strict one.",
   "A strict layer uses only the next; else exchanging that one changes more than one caller.")
R ("tier.bypass", WARNING, bypassed_tier, "A client calls a store past the tiers that stand between theirs.",
   "Rules, limits and rights of the tiers between do not hold for it.")
R ("mediator.bypass", WARNING, bypassed_mediator, "Two participants of a mediator call each other.",
   "The interaction is the mediator's, so that it can be changed in one place.")
R ("proxy.bypass", INFO, bypassed_proxy, "A component calls another both directly and by way of a proxy or balancer.",
   "What the proxy does (caching, choosing, limiting) does not hold for the direct calls.")
/* whether they understand each other */
R ("middleware.language", ERROR, languages, "The two ends belong to middleware of different languages.",
   "Middleware bound to a language speaks to its own language only.")
R ("bound-language", WARNING, bound_language, "A program of unknown language calls middleware that is bound to one.",
   "curl, and whatever is not written in that language, cannot make the call. Put the caller into the middleware if it is.")
R ("middleware.standard", WARNING, standards, "The two ends follow different standards.",
   "Two standards, or one vendor's own way beside anything else, need a translator between them.")
R ("middleware.call", WARNING, middleware_calls, "A link is sync over middleware that is async only, or the other way round.",
   "A caller that waits for an answer gets none from a queue.")
R ("protocol.mismatch", WARNING, protocols, "A link speaks another protocol than the service it calls.",
   "Taps read the wrong language, and so would the programs.")
M ("link.noprotocol", INFO, no_protocol, "Nothing says what is spoken over a link.",
   "Only bytes are counted then; with a protocol there are messages, latencies and faults on them.",
   "links do not say what is spoken over them", NULL)
M ("link.offered", INFO, offered, "A link was only hinted at by the file that was imported: it has the tag “offered”.",
   "A Compose file does not say who calls whom. Keep the link where it is so, remove it where it is not.",
   "links are only hinted at by what was imported", "Keep them all")
/* circles */
R ("thread.pool.deadlock", ERROR, deadlocks, "Components wait for each other in a circle, with finite threads each.",
   "With as many requests at once as the smallest pool has threads, all wait for ever. Make one call asynchronous.")
R ("graph.cycle.sync", WARNING, sync_cycles, "Components wait for each other in a circle.",
   "With one thread per request it stands still later: when memory is full.")
R ("graph.cycle.async", INFO, async_cycles, "Messages can go in a circle.",
   "One that makes another each time never ends: count the hops, or stop somewhere.")
/* waiting */
M ("sync.notimeout", WARNING, no_timeout, "A built-in caller waits without a timeout.",
   "One callee that hangs holds a thread of each caller, and theirs, up to the first client.",
   "calls are waited for without a timeout", "Give each a timeout that fits the others")
R ("timeout.inverted", WARNING, inverted_timeouts, "A call may take longer than its caller's caller waits.",
   "Timeout × (1 + retries) below must fit into the timeout above, else work goes on that nobody waits for.")
R ("timeout.short", WARNING, short_timeouts, "A call is given up sooner than its work takes.",
   "Every try ends before its answer is there, and the work is done for nobody. Wait longer than the callee works.")
R ("retry.amplify", WARNING, amplified_retries, "Several levels of a path try again.",
   "r retries on each of d levels make (1 + r)^d calls of one, just when the last has too many. Retry on one level; up to 8 calls it is an info.")
R ("retry.write", WARNING, retried_writes, "A write that is not the same when done twice is tried again.",
   "The first try may have arrived, only its answer was lost.")
M ("sync.depth", INFO, depth, "More than four calls wait inside each other.",
   "Times add up, and availabilities multiply: 99.9 % each makes 99.5 % of five.",
   "calls wait inside more than four others", NULL)
R ("fanout.tail", INFO, fan_out, "A request waits for ten calls or more at once.",
   "It is as slow as the slowest: 1 − (1 − p)^n of requests meet a slow one.")
R ("chatty.tier", INFO, chatty, "A request makes more than ten calls across tiers.",
   "Each crossing costs a round trip. Ask for more at once, or put what belongs together on one side.")
R ("thread.blocked", INFO, blocked_thread, "A component with one thread waits for another, and has several callers.",
   "While it waits it serves nobody, though its processor is idle.")
M ("async.lost", INFO, lost_messages, "A message goes to a component that is no broker.",
   "Nobody keeps it while that one is down.",
   "messages go where nobody keeps them", NULL)
/* state and copies */
R ("lb.affinity", WARNING, affinity, "A stateful server has replicas behind a balancer without affinity, and no store that they share.",
   "All but one of n requests find no session. Keep a client with its replica, or the state in a store.")
R ("lb.single", INFO, lone_replica, "A balancer has one replica behind it.", "It costs a hop and gives nothing.")
R ("store.apart", WARNING, apart, "A store has replicas that know nothing of each other.",
   "What a client reads depends on whom it asks. Choose how they agree.")
R ("quorum.overlap", WARNING, overlap, "R + W is not more than N.",
   "A read can miss the latest write; how often right after it: C(N−W, R) / C(N, R) (PBS, VLDB 2012).")
R ("quorum.conflict", WARNING, write_conflict, "W is not more than half of N.",
   "Two writes at once reach different copies, and only one stays.")
R ("quorum.even", WARNING, even_copies, "An even number of copies agree by majority.",
   "Four can lose one, as three can, but four fail more often: 99.9408 % against 99.9702 % where each is up 99 %.")
R ("quorum.all", INFO, all_copies, "An operation needs every copy.", "The more copies, the less available.")
R ("reads.stale", INFO, stale_reads, "Any replica answers reads, and some may be behind.",
   "Meant so where reads must be fast; else read from the leader.")
R ("failover.loses", WARNING, lossy_failover, "A backup takes over from a primary that does not wait for backups.",
   "What was acknowledged and not yet copied is lost.")
M ("store.volatile", INFO, volatile_store, "A built-in store has one copy and is not durable.",
   "A crash takes its data.",
   "stores lose their data when they crash", "Make them durable")
R ("broker.volatile", WARNING, volatile_broker, "Messages are promised at least once by a broker that is not durable.",
   "A crash takes what waits in it.")
/* load */
R ("load.saturated", WARNING, saturated, "Threads or cores are more than 80 % busy with what the clients ask.",
   "Above that, waits grow fast; with requests that come at a rate, above 100 % without end, which is an error. Where customers wait for answers it is an info. More threads, cores or replicas, or less work.")
R ("queue.unbounded", WARNING, unbounded, "More messages come than their consumer can take.",
   "Nobody waits for them, so nothing slows their senders: the queue grows until it is full.")
/* what fails together */
M ("spof", INFO, spof, "One part, when it fails, stops a client alone.",
   "Everything that a client waits for is needed (AND), unless there are enough replicas of it (OR). A second one, on another device, mends it.",
   "parts each stop a client alone", NULL)
R ("needs.many", ERROR, too_many_needed, "A link needs more replicas than there are.",
   "The caller never works. Need fewer, or run more.")
R ("spof.pair", INFO, spof_pairs, "Two parts, when both fail, stop a client that neither of them stops alone.",
   "What seems doubled is so only as long as the two fail apart: in two racks, on two networks, with two versions. Up to five are said, of drawings of up to 2 000 components; what two replicas of one component stop is not.")
R ("device.commonmode", WARNING, common_mode, "All replicas of a component run on one device.",
   "They fail with it: as available as one, whatever their number.")
R ("device.idle", INFO, idle_device, "Nothing runs on a device.", "There are fewer replicas than devices.")
/* what is drawn but does nothing */
M ("element.disconnected", INFO, disconnected, "A component has no link.", "It runs, and nothing comes of it.",
   "components have no link", NULL)
M ("element.uncalled", INFO, uncalled, "A component that serves is never called.",
   "Nor is what it calls. Perhaps a link leads the wrong way.",
   "components serve, and nothing calls them", NULL)
M ("client.called", WARNING, called_client, "A link leads to a client.", "A client offers nothing to call.",
   "links lead to clients, which offer nothing to call", NULL)
M ("container.empty", INFO, empty_container, "Nothing is in a layer, tier, group or middleware.",
   "It is drawn, and means nothing.",
   "layers, tiers, groups or middleware have nothing in them", "Remove them")
R ("interaction.empty", INFO, empty_interaction, "An interaction has no step.", "There is nothing to compare a run with.")
M ("scenario.unjudged", INFO, unjudged_scenario, "A scenario expects nothing.",
   "As a demonstration it is fine; as a test it passes always.",
   "scenarios expect nothing", NULL)
M ("secret.infile", INFO, secret, "The file holds a password.",
   "Whoever has the file has it: use one that is good on this machine only.",
   "components have a password in the file", NULL)
M ("name.twice", INFO, same_name, "Two components have one name.", "On the drawing they cannot be told apart.",
   "names are those of several components", NULL)
/* about rules */
W ("rule.words", ERROR, "A rule of the file selects by words that there are not.",
   "It is not checked at all. The words are in the file format, under rule. What it names and is not in the drawing is a warning.")
W ("ignore.unknown", WARNING, "What is ignored is no rule.", "Mistyped, or a rule of the file that is gone.")
W ("ignore.unused", INFO, "What is ignored is not found.", "The reason has gone; the next finding should be seen.")
