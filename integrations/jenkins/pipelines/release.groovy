/* Takes a version all the way. Each stage goes on where the one before has stopped, so a build
   that failed and was mended, or that lost its agent, is simply started again. */

/** Run ao on the site; its exit code, which ends the build unless it is among these. */
int ao(String words, List<Integer> exits = [0]) {
    withCredentials([file(credentialsId: params.CREDENTIALS, variable: 'OS_CLIENT_CONFIG_FILE')]) {
        int code = sh(script: 'ao --os-cloud "$CLOUD" --config "$SITE_FILE" ' + words, returnStatus: true)
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
    }
    stages {
        stage('Plan') {
            agent { label params.AGENT }
            steps {
                ao('plan release "$VERSION"')
            }
        }
        stage('Deploy') {
            agent { label params.AGENT }
            steps {
                script {
                    // Who has started the build; nobody where a timer or another job has.
                    def started = currentBuild.getBuildCauses('hudson.model.Cause$UserIdCause')
                    env.RELEASER = started.collect { it.userId ?: '' }.join(' ')
                }
                ao('release "$VERSION" --reason "$REASON" --releaser "$RELEASER" --until deploy')
            }
        }
        stage('Check') {
            agent { label params.AGENT }
            steps {
                sh 'rm -f checks.xml'
                ao('release "$VERSION" --until check --junit checks.xml')
                script {
                    int code = ao('release "$VERSION" --until approve --id-file release-id', [0, 13])
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
                submitterParameter 'APPROVER'
            }
            agent { label params.AGENT }
            steps {
                ao('approve "$RELEASE_ID" --approver "$APPROVER" --reason "approved in $BUILD_URL"')
            }
        }
        stage('Switch') {
            agent { label params.AGENT }
            steps {
                sh 'rm -f cut-over.*'
                ao('release "$VERSION" --until switch --report cut-over.html --report cut-over.svg')
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
                ao('release "$VERSION" --until watch')
            }
        }
        stage('Tidy') {
            agent { label params.AGENT }
            steps {
                ao('release "$VERSION"')
            }
        }
    }
    post {
        aborted {
            node(params.AGENT) {
                checkout scm
                // 4: no release of this version is open. 14 and 15: it has ended.
                script {
                    ao('abort "$VERSION" --wait --reason "build aborted"', [0, 4, 14, 15])
                }
            }
        }
        cleanup {
            node(params.AGENT) {
                checkout scm
                script {
                    ao('status -f value -c System -c Role -c Version > status.txt')
                    currentBuild.description = sh(script: "sed -n 's/ live / /p' status.txt", returnStdout: true).trim()
                }
            }
        }
    }
}
