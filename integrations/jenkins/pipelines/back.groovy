/* Makes the system live again that was live before. */
pipeline {
    agent { label params.AGENT }
    stages {
        stage('Switch back') {
            steps {
                sh 'rm -f cut-over.*'
                withCredentials([file(credentialsId: params.CREDENTIALS, variable: 'OS_CLIENT_CONFIG_FILE')]) {
                    // 14: a release was open, and has ended with this.
                    sh '''
                        ao --os-cloud="$CLOUD" --config="$SITE_FILE" back --reason="$REASON" \
                            --report cut-over.html --report cut-over.svg || test $? -eq 14
                    '''
                }
            }
            post {
                always {
                    archiveArtifacts artifacts: 'cut-over.*', allowEmptyArchive: true
                }
            }
        }
    }
}
