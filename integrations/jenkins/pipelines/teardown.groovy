/* Deletes the site, once somebody has said so: the site of the commit that was there when he was
   asked, whatever is pushed while he thinks. */
pipeline {
    agent none
    options {
        disableConcurrentBuilds()
        skipDefaultCheckout()
    }
    stages {
        stage('Read') {
            agent { label params.AGENT }
            steps {
                script {
                    if (!params.APPROVERS) {
                        error 'The job names nobody in APPROVERS: everybody could delete the site.'
                    }
                    env.SITE_COMMIT = checkout(scm).GIT_COMMIT
                }
            }
        }
        stage('Tear down') {
            input {
                message "Delete the site of ${params.SITE_FILE}, commit ${env.SITE_COMMIT}, production too?"
                ok 'Delete'
                submitter "${params.APPROVERS}"
            }
            agent { label params.AGENT }
            steps {
                checkout([
                    $class: 'GitSCM',
                    branches: [[name: env.SITE_COMMIT]],
                    extensions: scm.extensions,
                    userRemoteConfigs: scm.userRemoteConfigs,
                ])
                withCredentials([file(credentialsId: params.CREDENTIALS, variable: 'OS_CLIENT_CONFIG_FILE')]) {
                    sh 'ao --os-cloud="$CLOUD" --config="$SITE_FILE" down --yes'
                }
            }
        }
    }
}
