#!/bin/bash
# Sets Kibana's password, and makes the user of the flows. Running it again changes nothing but the passwords.
set -eu

put() {
    curl -fsS --retry 10 --retry-connrefused -u "elastic:$ELASTIC_PASSWORD" \
        -H "Content-Type: application/json" -X "$1" "$ELASTIC_URL/_security/$2" -d @- > /dev/null
    echo "done: $2"
}

put POST user/kibana_system/_password <<< "{\"password\": \"$KIBANA_PASSWORD\"}"

# Indexes and their alias are news.g1.en, news.g1.other, … and news.
put PUT role/copydesk <<< '{
  "cluster": ["monitor"],
  "indices": [{"names": ["news", "news.*"], "privileges": ["all"]}]
}'

put PUT user/copydesk <<< "{\"password\": \"$COPYDESK_PASSWORD\", \"roles\": [\"copydesk\"]}"
