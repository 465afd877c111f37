/* Builds the site from nothing, or repairs what is broken of it, in one action. */
pipeline {
    agent { label params.AGENT }
    options {
        disableConcurrentBuilds()
    }
    stages {
        stage('Build') {
            steps {
                withCredentials([file(credentialsId: params.CREDENTIALS, variable: 'OS_CLIENT_CONFIG_FILE')]) {
                    sh 'ao --os-cloud="$CLOUD" --config="$SITE_FILE" up'
                }
            }
        }
    }
}
