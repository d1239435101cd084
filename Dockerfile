# docker build --tag assess .                      the server; --target database: PostgreSQL with its roles, for a trial
# It runs as user 10001, never as root, and writes to /data (secrets) and /tmp alone: docker run --read-only --tmpfs /tmp.
# The database is outside: ASSESS_DATABASE_URL, and ASSESS_MIGRATION_URL for `assess migrate`. See examples/docker/.

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# Every file is checked against the lock here; whatever is installed below is one of these.
COPY requirements.lock ./
RUN python -m pip download --quiet --no-deps --require-hashes --only-binary :all: --requirement requirements.lock --dest /wheels
COPY pyproject.toml README.md ./
COPY src/ ./src/
COPY migrations/ ./migrations/
COPY questionnaires/ ./questionnaires/
COPY examples/ ./examples/
COPY openapi/ ./openapi/
# What only tests and builds need stays in this stage: the environment gets what the package itself asks for. Of that, whatever
# Assess imports is compiled here, since the image itself cannot be written to; most of what libraries bring is never imported.
RUN python -m pip wheel --quiet --no-index --find-links /wheels --no-deps --wheel-dir /wheels . \
 && python -m venv --without-pip /opt/assess \
 && python -m pip --python /opt/assess/bin/python install --quiet --no-compile --no-index --find-links /wheels /wheels/assess-*.whl \
 && /opt/assess/bin/python -c "import assess, pkgutil; [pkgutil.resolve_name(each.name) for each in pkgutil.walk_packages(assess.__path__, 'assess.')]"
RUN mkdir -m 0700 /data && mkdir /sql && /opt/assess/bin/assess roles > /sql/10-roles.sql

FROM postgres:18-bookworm AS database
COPY --from=build /sql/ /docker-entrypoint-initdb.d/
COPY --chmod=0755 examples/docker/passwords.sh /docker-entrypoint-initdb.d/20-passwords.sh

FROM python:3.11-slim-bookworm
COPY --from=build /opt/assess/ /opt/assess/
COPY --from=build --chown=10001:10001 /data/ /data/
ENV PATH=/opt/assess/bin:/usr/local/bin:/usr/bin:/bin HOME=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ASSESS_DATA=/data ASSESS_HOST=0.0.0.0 ASSESS_PORT=8321
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8321
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['ASSESS_PORT'] + '/health/ready', timeout=4)"]
ENTRYPOINT ["assess"]
CMD ["serve"]
