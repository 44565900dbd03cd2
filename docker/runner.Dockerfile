# A runner: notebooks in the sandbox. No exercise, no reference, no question is in it.
#
#   docker build -f docker/runner.Dockerfile -t studyhub-runner-cpu .
#   docker build -f docker/runner.Dockerfile -t studyhub-runner-gpu \
#       --build-arg BASE=nvidia/cuda:13.0.2-base-ubuntu24.04 .
#
# The command is `run.cpu` or `run.gpu`. PyTorch of pip's own index brings its CUDA libraries, and runs on processors
# too; TORCH_INDEX: see docker/install.sh.
ARG BASE=debian:bookworm-20260824-slim

FROM ${BASE} AS build
ARG TORCH_INDEX=
WORKDIR /opt/studyhub
COPY docker/install.sh docker/
RUN docker/install.sh builder runner
COPY pyproject.toml requirements.lock LICENSE ./
RUN docker/install.sh python runner
COPY apps/__init__.py apps/
COPY apps/runner apps/runner
COPY studyhub/*.py studyhub/
RUN docker/install.sh finish runner

FROM ${BASE}
COPY docker/install.sh /opt/studyhub/docker/
RUN /opt/studyhub/docker/install.sh system runner
# Two layers: new code does not carry the libraries along.
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/studyhub /opt/studyhub
WORKDIR /opt/studyhub
ENV PATH=/opt/venv/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    STUDYHUB_VAR=/var/lib/studyhub
USER 10001:10001
HEALTHCHECK --interval=20s --timeout=10s --start-period=120s CMD ["python", "-m", "studyhub.alive", "run.cpu"]
ENTRYPOINT ["tini", "--", "python", "-m", "studyhub.roles"]
CMD ["run.cpu"]
