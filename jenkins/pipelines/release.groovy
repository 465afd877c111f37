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
                ao('release "$VERSION" --reason "$REASON" --until deploy')
            }
        }
        stage('Check') {
            agent { label params.AGENT }
            steps {
                sh 'rm -f checks.xml'
                ao('release "$VERSION" --until check --junit checks.xml')
                script {
                    env.APPROVAL = ao('release "$VERSION" --until approve', [0, 13]) == 13 ? 'wanted' : 'given'
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
                message 'The standby has passed. Switch production to it?'
                ok 'Switch'
                submitterParameter 'APPROVER'
            }
            agent { label params.AGENT }
            steps {
                ao('release continue --until approve --reason "approved by $APPROVER"')
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
