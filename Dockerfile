# The worker of docker-compose.yml: copydesk with its flows, as an ordinary user.
FROM python:3.12-slim

WORKDIR /app
COPY requirements.lock requirements-dev.lock ./
# The locked versions, with hashes; of the development lock only as a constraint, for the versions of Prefect.
RUN sed 's/ *\\$//; /--hash/d' requirements-dev.lock > constraints.txt \
    && pip install --no-cache-dir --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY copydesk copydesk
COPY engines engines
COPY flows flows
COPY ledger ledger
COPY sources sources
COPY transforms transforms
RUN pip install --no-cache-dir --constraint constraints.txt ".[flows]"

COPY prefect.yaml docker/worker.sh ./
RUN useradd --create-home desk && mkdir /state && chown desk /state
USER desk
ENV COPYDESK_HOME=/app PREFECT_WORKER_WEBSERVER_HOST=127.0.0.1 PREFECT_WORKER_WEBSERVER_PORT=8080
CMD ["sh", "worker.sh"]
