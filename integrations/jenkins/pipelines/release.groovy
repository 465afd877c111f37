/* Takes a version all the way. Each stage goes on where the one before has stopped, so a build
   that failed and was mended, or that lost its agent, is simply started again.

   All stages run the commit that the first has checked out: `checkout scm` would take what was
   pushed while the approval waited, and run it with the credentials. */

/** Check the build's commit out. */
void site() {
    if (env.SITE_COMMIT) {
        checkout([
            $class: 'GitSCM',
            branches: [[name: env.SITE_COMMIT]],
            extensions: scm.extensions,
            userRemoteConfigs: scm.userRemoteConfigs,
        ])
    } else {
        env.SITE_COMMIT = checkout(scm).GIT_COMMIT
    }
}

/** Run ao on the site; its exit code, which ends the build unless it is among these. */
int ao(String words, List<Integer> exits = [0]) {
    withCredentials([file(credentialsId: params.CREDENTIALS, variable: 'OS_CLIENT_CONFIG_FILE')]) {
        int code = sh(script: 'ao --os-cloud="$CLOUD" --config="$SITE_FILE" ' + words, returnStatus: true)
        if (!exits.contains(code)) {
            error "ao ended with exit code ${code}: its last lines above say why, and what to do next."
        }
        return code
    }
}

pipeline {
    agent none
    options {
        disableConcurrentBuilds()
        skipDefaultCheckout()
    }
    stages {
        stage('Plan') {
            agent { label params.AGENT }
            steps {
                script {
                    if (!params.APPROVERS) {
                        error 'The job names nobody in APPROVERS: everybody could approve.'
                    }
                    site()
                }
                ao('plan release -- "$VERSION"')
            }
        }
        stage('Deploy') {
            agent { label params.AGENT }
            steps {
                script {
                    site()
                    // Who has started the build; nobody where a timer or another job has.
                    def started = currentBuild.getBuildCauses('hudson.model.Cause$UserIdCause')
                    env.RELEASER = started.collect { it.userId ?: '' }.join(' ')
                }
                ao('release --reason="$REASON" --releaser="$RELEASER" --until deploy -- "$VERSION"')
            }
        }
        stage('Check') {
            agent { label params.AGENT }
            steps {
                site()
                sh 'rm -f checks.xml'
                ao('release --until check --junit checks.xml -- "$VERSION"')
                script {
                    int code = ao('release --until approve --id-file release-id -- "$VERSION"', [0, 13])
                    env.APPROVAL = code == 13 ? 'wanted' : 'given'
                    env.RELEASE_ID = sh(script: 'cat release-id', returnStdout: true).trim()
                }
            }
            post {
                always {
                    junit testResults: 'checks.xml', allowEmptyResults: true
                }
            }
        }
        stage('Approve') {
            when {
                beforeInput true
                expression { env.APPROVAL == 'wanted' }
            }
            input {
                message "Release ${env.RELEASE_ID} of ${params.VERSION} has passed. Switch production to it?"
                ok 'Switch'
                // Of the job's configuration; without one everybody could who may build.
                submitter "${params.APPROVERS}"
                submitterParameter 'APPROVER'
            }
            agent { label params.AGENT }
            steps {
                site()
                ao('approve --approver="$APPROVER" --reason="approved in $BUILD_URL" -- "$RELEASE_ID"')
            }
        }
        stage('Switch') {
            agent { label params.AGENT }
            steps {
                site()
                sh 'rm -f cut-over.*'
                ao('release --until switch --report cut-over.html --report cut-over.svg -- "$VERSION"')
            }
            post {
                always {
                    archiveArtifacts artifacts: 'cut-over.*', allowEmptyArchive: true
                }
            }
        }
        stage('Watch') {
            agent { label params.AGENT }
            steps {
                site()
                ao('release --until watch -- "$VERSION"')
            }
        }
        stage('Tidy') {
            agent { label params.AGENT }
            steps {
                site()
                ao('release -- "$VERSION"')
            }
        }
    }
    post {
        aborted {
            node(params.AGENT) {
                // 4: no release of this version is open. 14 and 15: it has ended.
                script {
                    site()
                    ao('abort --wait --reason="build aborted" -- "$VERSION"', [0, 4, 14, 15])
                }
            }
        }
        cleanup {
            node(params.AGENT) {
                script {
                    site()
                    ao('status -f value -c System -c Role -c Version > status.txt')
                    currentBuild.description = sh(script: "sed -n 's/ live / /p' status.txt", returnStdout: true).trim()
                }
            }
        }
    }
}
