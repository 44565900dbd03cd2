# The trusted side: web, control, beat and prepare. No PyTorch.
#
#   docker build -f docker/web.Dockerfile -t studyhub-web .
ARG BASE=debian:bookworm-20260824-slim

FROM ${BASE} AS build
WORKDIR /opt/studyhub
COPY docker/install.sh docker/
RUN docker/install.sh builder web
COPY pyproject.toml requirements.lock LICENSE ./
RUN docker/install.sh python web
COPY manage.py ./
COPY notebooks notebooks
COPY apps apps
COPY studyhub studyhub
RUN docker/install.sh finish web

FROM ${BASE}
COPY docker/install.sh /opt/studyhub/docker/
RUN /opt/studyhub/docker/install.sh system web
# Two layers: new code does not carry the libraries along.
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/studyhub /opt/studyhub
WORKDIR /opt/studyhub
ENV PATH=/opt/venv/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    STUDYHUB_BIND=0.0.0.0:8000 \
    STUDYHUB_STATIC=/opt/studyhub/static \
    STUDYHUB_VAR=/var/lib/studyhub
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=20s --timeout=10s --start-period=60s CMD ["python", "-m", "studyhub.alive", "web"]
ENTRYPOINT ["tini", "--", "python", "-m", "studyhub.roles"]
CMD ["web"]
