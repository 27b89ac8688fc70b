#!/bin/sh
# Registers the deployments of prefect.yaml, then runs what the server schedules.
set -eu
prefect --no-prompt work-pool create copydesk --type process --overwrite
prefect --no-prompt deploy --all
exec prefect worker start --pool copydesk --with-healthcheck
