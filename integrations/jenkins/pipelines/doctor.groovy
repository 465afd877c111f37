/* Sees what the cloud does to connections, and advises how to switch. */
pipeline {
    agent { label params.AGENT }
    stages {
        stage('Examine') {
            steps {
                withCredentials([file(credentialsId: params.CREDENTIALS, variable: 'OS_CLIENT_CONFIG_FILE')]) {
                    sh 'ao --os-cloud="$CLOUD" --config="$SITE_FILE" doctor -f json > doctor.json'
                }
            }
            post {
                success {
                    archiveArtifacts 'doctor.json'
                }
            }
        }
    }
}
