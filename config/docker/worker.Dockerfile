# A worker that makes clips on an NVIDIA graphics card. Build from the repository's root:
#   docker build -f config/docker/worker.Dockerfile -t stillmotion-worker .
# onnxruntime-node 1.30 has its CUDA provider for CUDA 12 (its script/install-metadata.js), which needs cuDNN 9; the driver
# comes from the host through the NVIDIA Container Toolkit.
FROM node:20-bookworm-slim AS modules
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
# npm carries no CUDA libraries: they are too large for it. The package's own script fetches them from NuGet.
RUN node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12 \
  && test -f node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so

FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=modules /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY package.json tsconfig.json ./
COPY config config
COPY core core
COPY bots bots
COPY worker worker
ENV STILLMOTION_ROLE=worker DATA_DIR=/data MODELS_DIR=/models EXECUTION_PROVIDERS=auto NODE_ENV=production
RUN mkdir -p /data /models && chown ubuntu /data /models
USER ubuntu
VOLUME ["/data", "/models"]
# A worker answers no requests; it is well while it reaches the database from which its work comes.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["node", "-e", "const u=new URL(process.env.DATABASE_URL);require('net').connect(u.port||5432,u.hostname).on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))"]
CMD ["node", "--import", "tsx", "bots/main.ts"]
