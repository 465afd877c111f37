/* As much of Jenkins as the pipelines of this project need, for tests: it runs a declarative
   pipeline in this process, its `sh` steps for real, in the current folder. What happens is
   told in lines of JSON on standard output.

   java … jenkins.groovy PIPELINE.groovy
   in:  the environment holds the parameters; CREDENTIAL_ID names the one credential there is,
        CREDENTIAL_FILE its file; STARTER is who has started the build, or empty: a timer has;
        CLICKER is who clicks at an input, or empty: it is aborted; MEANWHILE is a script that
        runs while an input waits; REPOSITORY is a folder of git that is checked out, or empty:
        the workspace stays as it is */
import groovy.json.JsonOutput
import org.codehaus.groovy.control.CompilerConfiguration

class Ended extends RuntimeException {
    final String result
    Ended(String result, String why) { super(why); this.result = result }
}

/** What steps call, and what they may find. */
abstract class Steps extends Script {
    static final Map<String, String> ENVIRONMENT = new TreeMap(System.getenv())
    static final Map BUILD = [
        result: 'SUCCESS',
        description: null,
        getBuildCauses: { String kind ->
            assert kind == 'hudson.model.Cause$UserIdCause'
            ENVIRONMENT.STARTER ? [[_class: kind, userId: ENVIRONMENT.STARTER]] : []
        },
    ]
    static int executors = 0
    static boolean checkedOut
    static volatile Process running
    static volatile boolean aborted

    /** Abort the build when standard input says something, as Jenkins does: SIGTERM for all. */
    static void listen() {
        Thread.startDaemon {
            if (System.in.read() > 0) {
                aborted = true
                running.descendants().each { it.destroy() }
                running.destroy()
            }
        }
    }

    static void tell(Map event) { println JsonOutput.toJson(event); System.out.flush() }

    Map getEnv() { ENVIRONMENT }
    Map getParams() { ENVIRONMENT.asImmutable() }
    Map getCurrentBuild() { BUILD }
    Map getScm() {
        [branches: [[name: 'main']], extensions: [], userRemoteConfigs: [[url: ENVIRONMENT.REPOSITORY]]]
    }
    Object getNone() { null }

    def sh(String script) { sh(script: script) }

    def sh(Map given) {
        if (!executors) throw new IllegalStateException("sh without an agent: ${given.script}")
        if (!checkedOut) throw new IllegalStateException("sh without a checkout: ${given.script}")
        def process = new ProcessBuilder('sh', '-e', '-c', given.script)
        process.environment().clear()
        process.environment().putAll(ENVIRONMENT.collectEntries { k, v -> [k, v.toString()] })
        process.redirectError(ProcessBuilder.Redirect.INHERIT)
        running = process.start()
        def said = running.inputStream.text
        def code = running.waitFor()
        tell(event: 'sh', script: given.script.stripIndent().trim(), code: code, said: said)
        if (aborted && code) {
            aborted = false
            throw new Ended('ABORTED', 'the build was aborted')
        }
        if (given.returnStatus) return code
        if (code) throw new Ended('FAILURE', "script returned exit code ${code}")
        return given.returnStdout ? said : null
    }

    def error(Object why) { throw new Ended('FAILURE', why.toString()) }
    Map file(Map given) { given }

    def withCredentials(List<Map> bindings, Closure body) {
        bindings.each {
            assert it.credentialsId == ENVIRONMENT.CREDENTIAL_ID : "no credential ${it.credentialsId}"
            ENVIRONMENT[it.variable] = ENVIRONMENT.CREDENTIAL_FILE
        }
        try { return body() } finally { bindings.each { ENVIRONMENT.remove(it.variable) } }
    }

    def script(Closure body) { body() }

    Map checkout(Map given) {
        assert executors : 'checkout without an agent'
        def name = given.branches[0].name
        def commit = 'a' * 40
        if (given.userRemoteConfigs[0].url) {
            def wanted = name == 'main' ? 'origin/main' : name
            git('init', '--quiet')
            git('fetch', '--quiet', given.userRemoteConfigs[0].url, '+refs/heads/*:refs/remotes/origin/*')
            git('checkout', '--quiet', '--force', '--detach', wanted)
            commit = git('rev-parse', 'HEAD')
        }
        checkedOut = true
        tell(event: 'checkout', wanted: name, commit: commit)
        return [GIT_COMMIT: commit]
    }

    private static String git(String... words) {
        def git = (['git'] + words.toList()).execute()
        def said = git.text.trim()
        assert git.waitFor() == 0 : "git ${words}: ${git.err.text}"
        return said
    }

    def node(String label, Closure body) {
        assert label
        executors++
        checkedOut = false
        try { return body() } finally { executors-- }
    }

    def junit(Map given) { assert executors; tell(event: 'junit', files: given.testResults) }
    def archiveArtifacts(String pattern) { archiveArtifacts(artifacts: pattern) }
    def archiveArtifacts(Map given) { assert executors; tell(event: 'archive', files: given.artifacts) }
    def pipeline(Closure body) { new Pipeline(steps: this).run(body) }
}

/** Keeps the directives of a section: `agent`, `stages`, `steps`, `post`, … */
class Section {
    final Map<String, Object> kept = [:]
    Object methodMissing(String name, Object args) { kept[name] = args.length ? args[-1] : true }
}

class Stages {
    final Map<String, Closure> all = [:]
    def stage(String name, Closure body) { all[name] = body }
}

class Pipeline {
    Steps steps
    private boolean skipsCheckout

    void run(Closure body) {
        def sections = read(body)
        skipsCheckout = sections.options && read(sections.options).skipDefaultCheckout
        def stages = perform(sections.stages, new Stages()).all
        on(sections.agent) {
            guarded { stages.each { name, stage -> this.stage(name, read(stage)) } }
            post(sections.post)
        }
        Steps.tell(event: 'end', result: Steps.BUILD.result, description: Steps.BUILD.description)
    }

    private void stage(String name, Map stage) {
        def condition = stage.when ? read(stage.when).expression : null
        if (condition && !take(condition)) {
            Steps.tell(event: 'skipped', stage: name)
            return
        }
        Steps.tell(event: 'stage', stage: name)
        if (stage.input) {
            input(read(stage.input))
        }
        on(stage.agent) {
            def trouble = guarded { take(stage.steps) }
            post(stage.post)
            if (trouble) throw trouble
        }
    }

    private void input(Map given) {
        assert Steps.executors == 0 : 'an input holds an executor'
        def who = Steps.ENVIRONMENT.CLICKER
        Steps.tell(event: 'input', message: given.message.toString(), who: who)
        def meanwhile = ['sh', '-e', '-c', Steps.ENVIRONMENT.MEANWHILE ?: ''].execute()
        assert meanwhile.waitFor() == 0 : meanwhile.err.text
        // Whoever is not among the submitters can do no more than abort; without any, all may click.
        def submitters = given.submitter?.toString()
        if (submitters && !(who in submitters.split(','))) who = ''
        if (!who) throw new Ended('ABORTED', 'rejected')
        if (given.submitterParameter) Steps.ENVIRONMENT[given.submitterParameter] = who
    }

    private void post(Closure given) {
        def conditions = given ? read(given) : [:]
        def result = Steps.BUILD.result.toLowerCase()
        ['always', 'aborted', 'failure', 'success', 'cleanup'].each { name ->
            if (conditions[name] && (name in ['always', 'cleanup'] || name == result)) {
                guarded { take(conditions[name]) }
            }
        }
    }

    private void on(Object agent, Closure body) {
        def label = agent instanceof Closure ? read(agent).label : null
        label ? steps.node(label) {
            if (!skipsCheckout) steps.checkout(steps.scm)
            body()
        } : body()
    }

    /** How the body has ended the build, if it has. */
    private static Ended guarded(Closure body) {
        try {
            body()
            return null
        } catch (Ended ended) {
            if (Steps.BUILD.result == 'SUCCESS') {
                Steps.BUILD.result = ended.result
                Steps.tell(event: 'trouble', why: ended.message)
            }
            return ended
        }
    }

    private Map read(Closure body) { perform(body, new Section()).kept }
    private Object take(Closure body) { body.rehydrate(steps, steps, steps).call() }

    private <T> T perform(Closure body, T with) {
        def bound = body.rehydrate(with, steps, steps)
        bound.resolveStrategy = Closure.DELEGATE_FIRST
        bound.call()
        return with
    }
}

Steps.listen()
def configuration = new CompilerConfiguration(scriptBaseClass: Steps.name)
new GroovyShell(Steps.classLoader, new Binding(), configuration).evaluate(new File(args[0]))
