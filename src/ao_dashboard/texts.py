"""Texts of Ao that the screen shows: messages for gettext, with a place for each part that differs.

`ao_dashboard.words` says which parts a place may take. Of two messages that a text fits, the
first one counts.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

COLOURS = (_("blue"), _("green"))

ACTS = (
    _("release"),
    _("deploy"),
    _("switch"),
    _("scale"),
    _("up"),
    _("down"),
    _("abort"),
    _("lock"),
    _("unlock"),
    _("release %(version)s"),
    _("deploy %(version)s"),
    _("switch to %(colour)s"),
    _("scale %(colour)s to %(size)s"),
    _("down %(colour)s"),
)
"""What the journal calls them, and what a lock is held for."""

HAPPENINGS = (
    _("at work"),
    _("pause"),
    _("resume"),
    _("unlock"),
    _("override"),
    _("take-over"),
    _("note"),
    _("names no release"),
    _("the lock of %(holder)s"),
)
"""What the history tells besides."""

STAGES = (
    _("check"),
    _("match"),
    _("approve"),
    _("logout"),
    _("watch"),
    _("retire"),
    _("switch back"),
)
"""Of a release; those that are acts too are above."""

OUTCOMES = (
    _("released"),
    _("done"),
    _("left to Heat"),
    _("rolled back"),
    _("check failed"),
    _("aborted"),
    _("failed"),
    _("broken off"),
    _("skipped"),
    _("waiting"),
    _("waits for approval"),
    _("paused"),
    _("approved"),
    _("stopped"),
)
"""Of acts and of their steps, and how a release stands that has not ended."""

STEPS = (
    _("wait for Heat to finish the %(action)s of %(name)s"),
    _("build the site: router, addresses, shared load balancer"),
    _("repair the site's router and addresses"),
    _("build %(colour)s with version %(version)s"),
    _("repair %(colour)s"),
    _("bring %(colour)s to %(size)s servers"),
    _("switch on the alarms of %(colour)s"),
    _("switch off the alarms of %(colour)s"),
    _("let load add servers to %(colour)s and take none"),
    _("delete %(colour)s"),
    _("delete the site's router and addresses"),
    _("wait for the servers of %(colour)s to pass the health check"),
    _("point production to nothing"),
    _("point production to %(colour)s"),
    _("point the preview to nothing"),
    _("point the preview to %(colour)s"),
    _("drain %(colour)s"),
    _("see production answer from %(colour)s"),
    _("see preview answer from %(colour)s"),
)
"""Of a plan."""

COURSE = (
    _("deploy %(version)s to %(colour)s: builds it anew"),
    _("deploy %(version)s to %(colour)s: replaces its %(servers)s of version %(before)s"),
    _("check %(colour)s on its preview: %(checks)s"),
    _("bring %(new)s to at least %(servers)s, as %(old)s has"),
    _("wait for approval"),
    _("tell users and log them out"),
    _("tell users and log them out, after %(time)s of notice"),
    _("switch production to %(new)s by %(how)s, drain %(old)s"),
    _(
        "switch production to %(new)s by %(how)s, drain %(old)s; "
        "%(version)s changes the database one-way: no return from here"
    ),
    _("one PUT of the listener's default pool"),
    _("one PUT of the production address"),
    _("watch production for %(time)s; a breach switches back to %(colour)s"),
    _("shrink %(colour)s to %(servers)s"),
    _("keep %(colour)s as it is"),
    _("switch production back to %(colour)s"),
    _("1 server"),
    _("%(count)s servers"),
    _("1 check"),
    _("%(count)s checks"),
)
"""What the stages of a release will do."""

OBSTACLES = (
    _("it is not built"),
    _("Heat is at work on it (%(status)s)"),
    _("its stack is %(status)s"),
    _("its load balancer is gone"),
    _("its load balancer is in provisioning status ERROR"),
    _("its group is empty"),
    _("%(online)s of %(size)s servers pass the health check"),
)
"""Why a system cannot go live."""

SCALING = (
    _("ok"),
    _("alarm"),
    _("insufficient data"),
    _("off"),
    _("lost"),
    _("its rule's query gives no value"),
    _("%(size)s servers are not between the bounds %(least)s and %(most)s"),
    _("Write other bounds in the site file, under `autoscale` or `group`."),
    _(
        "%(colour)s is live and %(online)s of %(size)s servers pass the health check: "
        "those that go may be healthy ones"
    ),
    _("Bring it to full health first: `ao up` replaces what is missing or broken."),
    _("the cloud cannot evaluate load: its catalogue has not both alarming and %(words)s"),
    _("Write `engine: none` under `autoscale` to build without alarms, or `autoscale: off`."),
    _("autoscale: a query needs Prometheus, and the cloud has Gnocchi"),
    _("Write `cpu` instead, or `engine: none`."),
    _("%(message)s. What load does to the size of %(colour)s stays as it was until `ao up`."),
    _("%(message)s. Load takes no server from the live system until `ao up`."),
)
"""Of load and size; the states are Aodh's."""

MEMBERS = (
    _("ONLINE"),
    _("NO_MONITOR"),
    _("DRAINING"),
    _("DEGRADED"),
    _("OFFLINE"),
    _("ERROR"),
)
"""Operating statuses of Octavia (octavia_lib/common/constants.py: SUPPORTED_LB_…_STATUSES)."""

INVALID = (
    _(
        "Entry %(id)s of the journal of %(site)s breaks its rules and is left out: %(why)s. "
        "`openstack software config delete %(id)s` removes it, unless a later version of Ao wrote "
        "it."
    ),
    _(
        "Entry %(id)s of the journal breaks its rules and is left out: %(why)s. "
        "`openstack software config delete %(id)s` removes it, unless a later version of Ao wrote "
        "it."
    ),
    _(
        "%(count)s more of the journal's entries break its rules and are left out; "
        "`ao history --invalid` lists all of %(names)s."
    ),
    _(
        "%(count)s more of the journal's entries break its rules and are left out; "
        "`ao history --invalid` lists all."
    ),
    _("its name is longer than %(count)s characters"),
    _("its name tells too little"),
    _("%(words)s is no name of a site"),
    _("%(words)s is no time of the years %(first)s to %(last)s"),
    _("%(words)s is no ID of a release"),
    _("%(words)s is no kind"),
    _("%(words)s is no act"),
    _("%(words)s is no version"),
    _("%(words)s is no colour"),
    _("%(words)s is no outcome"),
    _("%(words)s is no number"),
    _("%(words)s is no verdict"),
    _("%(words)s is no request"),
    _("%(words)s is no answer"),
    _("%(words)s is no ID of a user"),
    _("it has more than %(count)s characters"),
    _("its name tells of %(name)s, its text of %(names)s"),
    _("its name tells %(name)s, its text %(words)s"),
    _(
        "What `ao doctor` has found here (record %(id)s) cannot be read and is left out. "
        "`ao doctor` examines anew."
    ),
)
"""What somebody wrote by hand, and is left out; before all else, which it may quote."""

SWITCHED_BACK = (
    _("%(message)s. Production is back on %(colour)s and answers from it."),
    _("Look at %(colour)s on the preview address (`ao status`), then switch again."),
    _("%(message)s. Switched back: %(why)s"),
)
"""Before all other errors, which they may contain."""

RELEASES = (
    _("there is no way back: %(why)s"),
    _("%(version)s on %(colour)s was switched back"),
    _("the journal does not tell what was live before %(colour)s"),
    _("%(colour)s has %(version)s, and was deployed to since it was live"),
    _("%(colour)s has %(version)s; %(number)s was live there"),
    _(
        "`ao history` tells what was live; `ao switch %(colour)s` makes %(colour)s live as it is, "
        "if that is what you want."
    ),
    _("the release of %(version)s was %(asked)s; production is on %(colour)s"),
    _("`ao release %(version)s` begins it anew."),
    _("%(version)s was switched back, production is on %(colour)s: %(why)s"),
    _("`ao show %(release)s` tells more; %(colour)s has %(version)s still."),
    _("aborted by %(who)s: %(reason)s"),
    _("aborted by %(who)s"),
    _("it was begun before"),
    _("no release is open"),
    _("no release of %(version)s is open"),
    _("no release of %(version)s is open: release %(release)s of %(number)s is"),
    _("`ao show %(release)s` tells of it; name it so if you mean it."),
    _("`ao release VERSION` begins one."),
    _("there is nothing to approve: production has moved to %(new)s already"),
    _("`ao release continue` goes on, `ao abort` goes back."),
    _("there is nothing to approve yet: Heat is at work on %(new)s"),
    _("Wait for it (`ao status`), then approve."),
    _("your roles do not let you approve: %(message)s"),
    _("Somebody with the role of a member of the project may approve."),
    _("there is nothing to approve yet: %(new)s has not got %(version)s"),
    _("`ao release %(version)s` brings it there; approve of it when it waits for that."),
    _(
        "%(who)s has begun the release of %(version)s, and the site asks for another person to "
        "approve: %(name)s is not known to be one"
    ),
    _(
        "Have somebody else approve, with an OpenStack user of their own. Where one user acts "
        "for all, as in a CI, name the people: `ao release --releaser NAME` begins it, "
        "`ao approve --approver NAME` approves."
    ),
    _(
        "production is not switched back to %(old)s: %(version)s is past the point of no return, "
        "its database change is one-way and %(old)s cannot use the database any more"
    ),
    _("Mend it with a release of a later version, or go back all the same with `--i-know`."),
    _("whether %(version)s can be switched back is not known: migration.check %(words)s"),
    _(
        "It must end with 0 for a one-way change, with 1 where there is a way back. `--i-know` "
        "switches back without asking it."
    ),
    _("%(command)s is not run: %(name)s would hold %(words)s"),
    _("Somebody has written that into the cloud; `ao status` shows what is."),
    _("%(words)s cannot be a version"),
    _("Use up to 40 letters, digits and . _ + - such as 2.0 or 2026-11-23."),
    _("%(command)s runs only where the site file of %(site)s is"),
    _("Run `ao` there; from here, no command of the site file is run."),
)
"""Ends of a release, and what it refuses."""

REFUSALS = (
    _("%(colour)s is live, and Ao does not %(act)s the live system"),
    _("redeploy"),
    _("delete"),
    _("`ao switch %(colour)s` makes %(colour)s live first."),
    _("the site has no production address yet"),
    _("`ao up` builds the site."),
    _("the production address %(address)s points to port %(port)s, which is not of this site"),
    _("--take-over moves it here; what it reaches now is then reached no more."),
    _("%(colour)s cannot go live: %(obstacle)s"),
    _("`ao up` repairs it, `ao deploy VERSION` builds it anew."),
    _(
        "`ao up` repairs it, `ao deploy VERSION` builds it anew; "
        "--degraded switches to the servers that are healthy."
    ),
    _("the stack of %(colour)s, which is live, is DELETE_FAILED: Heat can only delete it"),
    _("`ao deploy` to %(colour)s, `ao switch %(colour)s`, then `ao up`."),
    _("no system is live"),
    _("no system is live, so there is no standby to deploy to"),
    _("`ao up` builds the site; `ao status` shows what there is."),
    _("no system is live, so it is not clear which one to switch to"),
    _("`ao up` makes a first system live; `ao switch blue` names one."),
    _("a switch to %(colour)s was begun and is not finished"),
    _("`ao switch` finishes it, `ao up` calls it off if production has not moved."),
    _("Heat is at work on %(colour)s (%(action)s of version %(version)s)"),
    _("Wait for it (`ao status`), then run the command again."),
    _("Heat is at work on %(stack)s (%(action)s)"),
    _("Wait for it (`ao status`), then ask again."),
    _("%(colour)s cannot be scaled to %(size)s: Heat empties no group"),
    _("`ao down %(colour)s` deletes the system."),
    _("%(colour)s cannot be scaled: %(obstacle)s"),
    _("`ao deploy VERSION` builds it anew."),
    _("the tags of stack %(stack)s tell no method that Ao knows: %(words)s"),
    _("`openstack stack show %(stack)s` shows them; somebody has changed them."),
    _("site %(site)s was built for the %(built)s method, the site file says %(method)s"),
    _(
        "Write `method: %(built)s` under `switch`; or, to change it, `ao down` with that and "
        "`ao up` with the other."
    ),
    _(
        "there is a stack %(stack)s that does not carry the tags %(names)s; Ao touches nothing "
        "that it did not make"
    ),
    _("the release of %(version)s switches production to %(colour)s, and that needs an approval"),
    _(
        "`ao approve %(release)s`, then `ao release continue`; or `ao abort` ends it first. "
        "--force switches all the same, in an emergency."
    ),
    _(
        "the site file that the project keeps of %(name)s has %(count)s characters, which is more "
        "than %(most)s"
    ),
    _(
        "there is a stack %(stack)s that does not carry the tag %(tag)s; Ao touches nothing that "
        "it did not make"
    ),
    _("Give the site another name, or delete that stack."),
    _("a new site cannot be called %(site)s: things of a site %(base)s would have the same names"),
    _("Write another name in `site`; one that does not end in -%(word)s."),
    _(
        "floating IP %(address)s leads to load balancer %(balancer)s, which would be deleted; the "
        "address is not of this site"
    ),
    _(
        "Whoever uses it is cut off then. `openstack floating ip unset --port %(address)s` takes "
        "it off; run the command again after that."
    ),
    _("the project's quota is too small; nothing was changed:"),
    _("%(words)s: %(needed)s more needed, %(free)s free (%(used)s of %(limit)s used)"),
    _("Delete what is not needed, make the group smaller, or ask for a larger quota."),
)
"""What is refused before anything is changed, and the cures."""

LOCKS = (
    _("site %(site)s is locked by %(holder)s"),
    _(
        "It ends at %(moment)s; `ao unlock` frees it, with --force --reason if it is "
        "somebody else's."
    ),
    _(
        "Wait until that has ended. A killed one's lock ends by itself, this one at %(moment)s "
        "unless it is renewed. `ao unlock --force --reason` frees it at once; what holds it then "
        "stops before its next step."
    ),
    _("site %(site)s has no lock yet"),
    _("the lock of site %(site)s is lost: %(why)s"),
    _("it was given free by somebody else"),
    _("now it is held by %(holder)s"),
    _("it could not be renewed for %(seconds)s s: %(message)s"),
    _("`ao status` shows where the site stands; the same command goes on from there."),
    _("the lock was given free"),
    _("a renewal of the lock has not been answered yet"),
    _("Run the command again."),
)
"""Errors of the lock, and the cures."""

GONE = (
    _("there is no %(what)s"),
    _("%(what)s is there %(count)s times"),
    _("external network %(name)s"),
    _("image %(name)s"),
    _("flavor %(name)s"),
    _("key pair %(name)s"),
    _("the cloud has no load-balancer provider %(name)s"),
    _("Write one of these in load_balancer.provider: %(names)s."),
    _("the project keeps no site file of %(site)s"),
    _("`ao up` with the site file keeps it."),
    _("the site file that the project keeps of %(site)s is not one for this version of Ao"),
    _("`ao up` with the site file keeps it anew."),
    _("the project has no floating IP %(address)s"),
    _("`openstack floating ip list` shows what it has; or write `production_address: allocate`."),
    _("the shared load balancer or a listener of it is gone"),
    _("load balancer %(name)s is gone"),
    _("%(colour)s has no pool"),
    _("%(colour)s has no load balancer"),
    _("`ao up` repairs it."),
    _("an address of the site is gone"),
    _("`ao status` shows which; `ao up` repairs it."),
    _(
        "listener %(name)s was led to pool %(id)s, and leads to %(now)s: somebody else has led "
        "it there"
    ),
    _("output %(output)s of stack %(stack)s has no value yet"),
    _("stack %(stack)s is gone"),
    _("`ao up` builds it."),
    _("load balancer %(name)s is in provisioning status ERROR"),
    _("`openstack loadbalancer failover %(id)s` rebuilds it (administrators)."),
    _("somebody pointed %(address)s to port %(port)s meanwhile"),
    _("Look at `ao status`, then run the command again."),
    _("%(address)s was pointed to port %(port)s and still points to %(now)s"),
    _("stack %(stack)s is %(status)s:"),
    _("Mend the cause, then `ao up` repairs what is broken."),
    _("Mend the cause, then run `ao down` again."),
    _("done, and still to do: %(step)s"),
    _("not finished after %(count)s plans"),
    _("`ao status` shows what is; run the command again."),
)
"""What is not there or is broken, and the cures."""

WAITS = (
    _("waited %(seconds)s s for %(what)s: %(state)s"),
    _("waited %(seconds)s s for %(what)s"),
    _("OpenStack to answer"),
    _("the servers of %(colour)s to pass the health check"),
    _("production (%(url)s) to answer from %(colour)s"),
    _("preview (%(url)s) to answer from %(colour)s"),
    _("Heat's work on %(stacks)s"),
    _("load balancer %(name)s to take a change"),
    _("load balancer %(name)s to be ACTIVE"),
    _("the release to end where it runs"),
    _("`ao status` shows what is, `ao abort` asks again."),
    _("nothing was seen"),
    _("%(online)s of %(size)s pass"),
    _("no answer: %(why)s"),
    _("%(path)s told colour %(told)s, %(healthy)s gave HTTP %(status)s"),
    _("it is %(status)s"),
    _("production (%(url)s) answered badly from %(colour)s for %(seconds)s s: %(state)s"),
    _("preview (%(url)s) answered badly from %(colour)s for %(seconds)s s: %(state)s"),
    _(
        "`openstack loadbalancer show` tells its state; the same command goes on once it is "
        "ACTIVE. In PENDING_UPDATE for long, Octavia's worker is stuck: ask the cloud's operators."
    ),
    _("See `%(command)s`, and `identify` and `health_check` in the site file."),
    _(
        "`openstack console log show SERVER` tells how a server started; "
        "`ao status` names the servers."
    ),
    _("The same command waits on; `openstack stack event list` shows what Heat does."),
)
"""Waits that took too long: for what, what was seen last, and the cures."""

CLOUD = (
    _(
        "cannot %(what)s: what %(server)s answers to %(command)s cannot be read "
        "(HTTP %(status)s): %(words)s"
    ),
    _("cannot %(what)s: what %(server)s answers cannot be read: %(words)s"),
    _("the login is to no project"),
    _("cannot %(what)s: the cloud has no such service: %(words)s"),
    _("cannot %(what)s: %(words)s (HTTP %(status)s)"),
    _("cannot %(what)s: %(words)s"),
    _("list the stacks"),
    _("look for stack %(name)s"),
    _("create stack %(name)s"),
    _("update stack %(name)s"),
    _("repair stack %(name)s"),
    _("delete stack %(name)s"),
    _("list the resources of stack %(name)s"),
    _("list the events of stack %(name)s"),
    _("mark %(resource)s of stack %(name)s for replacement"),
    _("read output %(output)s of stack %(name)s"),
    _("list the load balancers"),
    _("list the pools"),
    _("list the members of pool %(id)s"),
    _("list the listeners"),
    _("lead listener %(name)s to pool %(id)s"),
    _("reload load balancer %(name)s"),
    _("read the statistics of load balancer %(name)s"),
    _("list the floating IPs"),
    _("point floating IP %(address)s to port %(port)s"),
    _("list the servers"),
    _("list the locks"),
    _("look for the lock"),
    _("take the lock %(name)s"),
    _("renew the lock %(name)s"),
    _("give the lock %(name)s free"),
    _("list the records"),
    _("read record %(name)s"),
    _("keep record %(name)s"),
    _("remove record %(name)s"),
    _("list the alarms"),
    _("switch on alarm %(name)s"),
    _("switch off alarm %(name)s"),
    _("ask for measures"),
    _("read the quotas"),
    _("look for network %(name)s"),
    _("look for image %(name)s"),
    _("look for flavor %(name)s"),
    _("look for key pair %(name)s"),
    _("list the load-balancer providers"),
    _("read the catalogue of services"),
    _("see whether Heat can get a trust"),
    _("log in"),
)
"""What OpenStack refused or did not answer."""

CURES = (
    _("OpenStack does not take what was asked for; look at what the site file names."),
    _("Check user name, password or application credential in clouds.yaml, or log in again."),
    _("Name a cloud of clouds.yaml with `cloud:` or --os-cloud, or set OS_* variables."),
    _("Ask the project's administrator for the role, or use another --os-cloud."),
    _("Check the name; `%(command)s` shows what there is."),
    _("`%(command)s` shows what there is."),
    _("Look at its state and run the command again."),
    _("Look at `ao status` and run the command again."),
    _("Free something, or ask for a larger quota."),
    _("Run the command again; it goes on where it stopped."),
    _("Run it again with --debug."),
    _("Ao needs Nova, Neutron, Glance, Heat and Octavia; `openstack catalog list`."),
    _("Write its ID instead."),
    _(
        "Something else may answer in its place, such as a proxy: `openstack catalog list` tells "
        "where the services are asked. Run the command again; it goes on where it stopped."
    ),
    _("Name one in clouds.yaml, or with OS_PROJECT_NAME."),
)
"""For those."""

HOLDERS = (
    _("%(holder)s; the lock %(why)s"),
    _("%(claim)s, since %(since)s until %(until)s, %(url)s"),
    _("%(claim)s, since %(since)s until %(until)s"),
    _("somebody (%(name)s, port %(port)s)"),
    _("%(who)s on %(host)s (%(reason)s, by hand)"),
    _("%(who)s on %(host)s (%(purpose)s)"),
)
"""Who holds a lock."""

NOTES = (
    _("Load may take no server from the live system: %(message)s. `ao up` switches the alarms on."),
    _("Taking over the lock of %(holder)s: %(why)s."),
    _(
        "Without the site file, these keys of it are left out: %(names)s. Where the file is, "
        "`ao` heeds them."
    ),
    _("it ended at %(moment)s"),
    _("its process on %(host)s has ended"),
    _("%(message)s. It ends by itself at %(moment)s."),
    _(
        "The journal is behind: %(message)s. "
        "What it lacks is kept here and added with the next entry."
    ),
    _(
        "The production address %(address)s points to port %(port)s, which is not of this site. "
        "`ao switch blue --take-over` moves it here."
    ),
    _("Production does not answer from %(new)s; switching back to %(old)s."),
    _("The drain is not whole: %(message)s. Production has moved."),
    _("Clients stay on %(colour)s until they close by themselves."),
    _("Whether anybody is left on %(colour)s cannot be told from here."),
    _("%(count)s clients were still on %(colour)s at the deadline; they stay until they close."),
    _("Asked the release of %(version)s to abort where it runs."),
    _("Decision: %(what)s. %(why)s."),
    _("past the point of no return"),
    _("Aborted by %(who)s: %(reason)s"),
    _("Aborted by %(who)s"),
    _("It was begun before"),
    _("%(message)s. Switching back to the servers that pass."),
    _("Nothing is measured: %(why)s."),
    _("the probe is switched off"),
    _("no system is live yet"),
    _("production does not answer from here (%(words)s)"),
    _("production stopped answering (%(words)s)"),
)
"""What is told on the way; before all errors, which it may contain."""

ADVICE = (
    _(
        "`ao doctor` advises `method: %(method)s` for this cloud, the site file says "
        "%(chosen)s: %(why)s."
    ),
    _(
        "`ao doctor` advises `way: %(way)s` under `drain` for this cloud, the site file says "
        "%(chosen)s."
    ),
    _(
        "when the pool changes, Keep-Alive connections %(fate)s; when the address moves, they "
        "%(other)s"
    ),
    _(
        "when the address moves, Keep-Alive connections %(fate)s; when the pool changes, they "
        "%(other)s"
    ),
    _("stay on the old system"),
    _("end and come back on the new system"),
    _("hang until the client gives up"),
)
"""Of the doctor."""

NEWER = (
    _(
        "was written by a newer ao (format %(format)s); this version reads up to %(most)s: "
        "upgrade to ao %(version)s"
    ),
    _(
        "was written by a newer ao (format %(format)s); this version reads up to %(most)s: "
        "upgrade to a later version"
    ),
    _(
        "stack %(stack)s was written by a newer ao (format %(format)s); this version reads up to "
        "%(most)s: upgrade to ao %(version)s"
    ),
    _(
        "stack %(stack)s was written by a newer ao (format %(format)s); this version reads up to "
        "%(most)s: upgrade to a later version"
    ),
    _(
        "floating IP %(address)s was written by a newer ao (format %(format)s); this version reads "
        "up to %(most)s: upgrade to ao %(version)s"
    ),
    _(
        "floating IP %(address)s was written by a newer ao (format %(format)s); this version reads "
        "up to %(most)s: upgrade to a later version"
    ),
    _("the site file that the project keeps of %(site)s (record %(id)s) %(why)s"),
    _("release %(release)s is open, and its entry %(id)s %(why)s"),
    _("What `ao doctor` has found here (record %(id)s) %(why)s."),
    _("Upgrade Ao on this machine, or run the command where the newer version is."),
)
"""What a newer version wrote; after all that says something else of these things."""

TEXTS = (
    *COLOURS,
    *ACTS,
    *STAGES,
    *OUTCOMES,
    *STEPS,
    *COURSE,
    *OBSTACLES,
    *SCALING,
    *MEMBERS,
    *INVALID,
    *SWITCHED_BACK,
    *NOTES,
    *RELEASES,
    *REFUSALS,
    *LOCKS,
    *GONE,
    *WAITS,
    *CLOUD,
    *CURES,
    *HOLDERS,
    *ADVICE,
    *NEWER,
    *HAPPENINGS,
)
"""All of them."""
