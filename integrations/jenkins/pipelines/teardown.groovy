/* Deletes the site, once somebody has said so. */
pipeline {
    agent none
    stages {
        stage('Tear down') {
            input {
                message 'Delete the site, production too?'
                ok 'Delete'
            }
            agent { label params.AGENT }
            steps {
                withCredentials([file(credentialsId: params.CREDENTIALS, variable: 'OS_CLIENT_CONFIG_FILE')]) {
                    sh 'ao --os-cloud "$CLOUD" --config "$SITE_FILE" down --yes'
                }
            }
        }
    }
}
